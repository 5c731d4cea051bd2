//go:build unix

package session

import (
	"context"

	"github.com/puncta-bio/puncta/detection"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// MustConnect is [Connect], for cells.
func MustConnect() *Session { return must(Connect()) }

// MustOpen is [Session.Open], for cells.
func (s *Session) MustOpen(path string) *Image { return must(s.Open(context.Background(), path)) }

// MustImage is [Session.Image], for cells.
func (s *Session) MustImage(v *detection.Volume) *Image {
	return must(s.Image(context.Background(), v))
}

// MustPredict is [Session.Predict], for cells.
func (s *Session) MustPredict(image *Image, model string) *Map {
	return must(s.Predict(context.Background(), image, model))
}

// MustDetect is [Session.Detect], for cells.
func (s *Session) MustDetect(image *Image, model string, opts *detection.DetectOptions) []detection.Point {
	return must(s.Detect(context.Background(), image, model, opts))
}

// MustPoints is [Session.Points], for cells.
func (s *Session) MustPoints(path string, classes int) *PointsFile {
	return must(s.Points(context.Background(), path, classes))
}

// MustModel is [Session.Model], for cells.
func (s *Session) MustModel(model string) Model { return must(s.Model(context.Background(), model)) }

// MustScore is [Session.Score], for cells.
func (s *Session) MustScore(images, points, model string, opts *detection.DetectOptions, match detection.MatchOptions) *Scored {
	return must(s.Score(context.Background(), images, points, model, opts, match))
}

// MustTune is [Session.Tune], for cells.
func (s *Session) MustTune(images, points, model string, match detection.MatchOptions) *Tuned {
	return must(s.Tune(context.Background(), images, points, model, match))
}

// MustSweep is [Session.Sweep], for cells.
func (s *Session) MustSweep(sweep Sweep) *Swept { return must(s.Sweep(context.Background(), sweep)) }

// MustTrain is [Session.Train], for cells.
func (s *Session) MustTrain(t Training) *Trained { return must(s.Train(context.Background(), t)) }

// MustCounters is [Session.Counters], for cells.
func (s *Session) MustCounters() Counters { return must(s.Counters(context.Background())) }
