package training

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

func TestMonitorJudges(t *testing.T) {
	type epoch struct{ loss, f1 float64 }
	for name, c := range map[string]struct {
		monitor     Monitor
		epochs      []epoch
		best, worse int
	}{
		"nothing yet":                {MonitorLoss, nil, -1, 0},
		"lowest loss":                {MonitorLoss, []epoch{{3, 0}, {1, 0.5}, {2, 0.9}}, 1, 1},
		"equal loss starts anew":     {MonitorLoss, []epoch{{1, 0}, {2, 0}, {1, 0}, {2, 0}}, 0, 1},
		"highest F1":                 {MonitorF1, []epoch{{3, 0.2}, {1, 0.5}, {2, 0.9}, {1, 0.8}, {1, 0.7}}, 2, 2},
		"equal F1: lower loss":       {MonitorF1, []epoch{{3, 0.5}, {2, 0.5}, {2.5, 0.5}}, 1, 1},
		"F1 and loss equal: earlier": {MonitorF1, []epoch{{3, 0.5}, {3, 0.5}}, 0, 0},
	} {
		var epochs []Epoch
		for _, e := range c.epochs {
			epochs = append(epochs, Epoch{ValLoss: e.loss, ValF1: e.f1, HasVal: true, HasF1: true})
		}
		if best, worse := c.monitor.judge(epochs); best != c.best || worse != c.worse {
			t.Errorf("%s: best %d, %d worse; want %d, %d", name, best, worse, c.best, c.worse)
		}
	}
	if best, worse := MonitorF1.judge(make([]Epoch, 3)); best != 2 || worse != 0 {
		t.Errorf("without validation: best %d, %d worse; want the last", best, worse)
	}
}

// F1 of an epoch is what detection and matching on the map of each patch give,
// one threshold at a time.
func TestFitKeepsTheBestF1(t *testing.T) {
	opts := smallOptions()
	opts.Epochs, opts.Monitor = 8, MonitorF1
	trainer, data, val := newTraining(t, opts)
	scoring := DefaultScoring()
	scoring.Match.Tolerance, scoring.Thresholds = 1.5, []float64{0.1, 0.4, 0.7}
	var bestEpoch int
	var best *weights.Set
	h, err := Fit(context.Background(), trainer, data, val, FitOptions{
		Options: opts, Scoring: &scoring,
		OnBest: func(e Epoch, w *weights.Set) error { bestEpoch, best = e.Epoch, w; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	f1 := make([]float64, len(h.Epochs))
	for i, e := range h.Epochs {
		f1[i] = e.ValF1
	}
	if top := slices.Max(f1); f1[h.Best] != top || bestEpoch != h.Best+1 || top < 0.7 || top == f1[0] {
		t.Errorf("F1 of the epochs %.3f, the best is said to be %d and %d was kept", f1, h.Best+1, bestEpoch)
	}

	if err := trainer.Model().SetWeights(best); err != nil {
		t.Fatal(err)
	}
	_, scores, err := trainer.Evaluate(context.Background(), val, &scoring)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]detection.Score, len(scoring.Thresholds))
	for i := range val.Batches() {
		b, err := val.Batch(0, i)
		if err != nil {
			t.Fatal(err)
		}
		in := b.tensors(2)
		out, err := trainer.eval.Call(in[0], in[1], in[2])
		if err != nil {
			t.Fatal(err)
		}
		prob := tensors.MustCopyFlatData[float32](out[3])
		for k := range b.Patches() {
			size := len(prob) / len(b.Valid)
			v := &detection.Volume{Dims: b.Patch, Channels: 1, Data: prob[k*size : (k+1)*size], Spacing: detection.UnitSpacing}
			for n, threshold := range scoring.Thresholds {
				detect := scoring.Detect
				detect.Peaks.Threshold = threshold
				points, err := detection.Detect(v, detect)
				if err != nil {
					t.Fatal(err)
				}
				m, err := detection.Match(val.data.Samples[i*val.size+k].Points, points, scoring.Match)
				if err != nil {
					t.Fatal(err)
				}
				want[n] = want[n].Add(m.Score())
			}
		}
	}
	if !slices.Equal(scores, want) || bestF1(scores) != f1[h.Best] {
		t.Errorf("scores %v, one by one %v; F1 of the epoch %.3f", scores, want, f1[h.Best])
	}
}

func TestFitNeedsAScoringForF1(t *testing.T) {
	opts := smallOptions()
	opts.Monitor = MonitorF1
	trainer, data, val := newTraining(t, opts)
	if _, err := Fit(context.Background(), trainer, data, val, FitOptions{Options: opts}); err == nil || !strings.Contains(err.Error(), "Scoring") {
		t.Errorf("error %v", err)
	}
}

// Points of a batch are those inside a patch and the mirror images in it, not
// those outside that only have their disks reach in.
func TestBatchPoints(t *testing.T) {
	d := dots(1, 1)
	d.Tiles.Patch[2] = 32 // shows x from -8 to 23 of 16
	d.Samples[0].Points = []detection.Point{{Pos: [3]float64{0, 8, 2}}, {Pos: [3]float64{0, 4, 9}}, {Pos: [3]float64{0, 5, 12}}}
	l, err := NewPlainLoader(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Batch(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got [][3]float64
	for _, p := range b.Points[0] {
		got = append(got, p.Pos)
	}
	want := [][3]float64{{0, 8, 6}, {0, 8, 10}, {0, 4, 17}, {0, 4, 29}, {0, 5, 20}, {0, 5, 26}}
	if !slices.Equal(got, want) {
		t.Errorf("points %v, want %v", got, want)
	}
}
