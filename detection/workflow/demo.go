package workflow

import (
	"context"
	_ "embed"
	"fmt"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/simulate"
)

// demoConfig is the configuration of the demonstration, a file as users
// write them.
//
//go:embed demo.yaml
var demoConfig []byte

// DemoResult is what the demonstration came to.
type DemoResult struct {
	// Network is the network's pooled score on the test images, Classical that
	// of the classical detector, tuned on the training images.
	Network, Classical detection.Metrics
	// Pictures are PNG files worth looking at.
	Pictures []string
	// Data and Results are folders.
	Data, Results string
}

// Demo generates nuclei that a threshold cannot tell from their background,
// tunes the classical detector on the training images, trains a network, and
// scores both on images that neither has seen. j needs Layout, Device, and
// optionally Progress and Log; its configuration is that of the demonstration.
func Demo(ctx context.Context, j *Job) (*DemoResult, error) {
	data := filepath.Join(j.Layout.Dir, "data")
	if err := Generate(ctx, data, simulate.DefaultDatasetOptions(), j.Progress); err != nil {
		return nil, err
	}
	var settings []string
	for _, s := range []struct{ key, split string }{{"TRAIN", "train"}, {"VAL", "val"}, {"TEST", "test"}} {
		for _, f := range []struct{ key, folder string }{{"PATH", "x"}, {"GT_PATH", "y"}} {
			settings = append(settings, fmt.Sprintf("DATA.%s.%s=%s", s.key, f.key, filepath.Join(data, s.split, f.folder)))
		}
	}
	var err error
	if j.Config, _, err = config.Parse(demoConfig, "demo.yaml", settings...); err != nil {
		return nil, err
	}
	j.RunID = 1
	steps := []Step{checkStep(), {
		Name: "baseline", Doc: "tunes and scores the classical detector",
		Run: func(ctx context.Context, j *Job) (err error) {
			if j.baseline, err = ClassicalBaseline(ctx, j.Train, j.Test, matchOptions(j.Config)); err == nil {
				j.log().Info("classical detector, tuned on the training images", "F1 there", j.baseline.Train.F1())
			}
			return err
		},
	}}
	steps = append(steps, Steps(j.Config)[1:]...)
	if err := Run(ctx, j, steps); err != nil {
		return nil, err
	}
	result := &DemoResult{
		Network: j.Evaluation.Pooled, Classical: j.baseline.Test.Pooled,
		Data: data, Results: j.Layout.Results(),
	}
	if result.Pictures, err = j.demoPictures(j.baseline); err != nil {
		return nil, err
	}
	return result, nil
}

// demoPictures writes the first test image with what each detector got right
// and wrong, and lists all pictures.
func (j *Job) demoPictures(b *Baseline) ([]string, error) {
	it := j.Test[0]
	image, err := it.load()
	if err != nil {
		return nil, err
	}
	found, err := readPointsFile(filepath.Join(j.Layout.Points(), it.Name+probSuffix), j.Config.NDim())
	if err != nil {
		return nil, err
	}
	var pictures []string
	for _, p := range []struct {
		name   string
		points []detection.Point
	}{{"network", found}, {"classical", b.Points[0]}} {
		m, err := detection.Match(it.Truth, p.points, matchOptions(j.Config))
		if err != nil {
			return nil, err
		}
		drawn, err := detection.DrawMatching(image.Volume, it.Truth, p.points, m)
		if err != nil {
			return nil, err
		}
		path := j.Layout.Results(fmt.Sprintf("%s_%s.png", it.Name, p.name))
		if err := imageio.WriteFile(path, drawn, imageio.DefaultTIFFOptions()); err != nil {
			return nil, err
		}
		pictures = append(pictures, path)
	}
	return append(pictures, j.Layout.Chart("loss")), nil
}
