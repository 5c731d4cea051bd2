package workflow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/compute"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
)

// predictBatch is the number of tiles per device call: on a CPU more gain
// nothing and the last call of an image wastes less.
const predictBatch = 2

// Predictor predicts the maps of images as their model file says.
type Predictor struct {
	settings inference.Settings
	net      *inference.Predictor
}

// NewPredictor prepares the network of a model file. progress is told of each
// device call; it may be nil.
func NewPredictor(backend compute.Backend, f *inference.ModelFile, progress detection.Progress) (*Predictor, error) {
	m, err := f.Model()
	if err != nil {
		return nil, err
	}
	net, err := inference.New(backend, m, inference.Options{
		Tiles: f.Settings.Tiles, Whole: f.Settings.Whole, Views: f.Settings.Views, Combine: f.Settings.Combine,
		BatchSize: predictBatch, Progress: progress,
	})
	if err != nil {
		return nil, Input(err)
	}
	return &Predictor{settings: f.Settings, net: net}, nil
}

// Predict returns the probability map of an image as it comes from its file.
func (p *Predictor) Predict(ctx context.Context, image *imageio.Image) (*detection.Volume, error) {
	return p.predict(ctx, image, nil)
}

// predict is Predict with each told of every tile; it may be nil.
func (p *Predictor) predict(ctx context.Context, image *imageio.Image, each inference.TileFunc) (*detection.Volume, error) {
	image, err := preprocess(image, p.settings.Preprocess)
	if err != nil {
		return nil, Input(err)
	}
	v, err := normalise(image, p.settings.Normalise)
	if err != nil {
		return nil, Input(err)
	}
	prob, err := p.net.PredictTiles(ctx, v, each)
	if errors.Is(err, detection.ErrShape) {
		err = Input(err)
	}
	return prob, err
}

// Compiled is the number of input sizes for which the network has been compiled.
func (p *Predictor) Compiled() int { return p.net.Compiled() }

// Close frees the network.
func (p *Predictor) Close() { p.net.Close() }

// PredictImages writes the probability map of each image as float32 TIFF
// under its name into dir, which is made. progress is told of each image.
func PredictImages(ctx context.Context, p *Predictor, items []Item, dir string, progress detection.Progress) error {
	return predictImages(ctx, p, items, dir, progress, func(Item) (inference.TileFunc, error) { return nil, nil })
}

// predictImages is PredictImages; watch says for each image who is told of its
// tiles, nil for nobody.
func predictImages(ctx context.Context, p *Predictor, items []Item, dir string, progress detection.Progress, watch func(Item) (inference.TileFunc, error)) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return inputf("cannot make the output folder: %w", err)
	}
	report := func(done int) {
		detection.Report(progress, detection.ProgressEvent{Task: "predict", Done: done, Total: len(items), Unit: "images"})
	}
	report(0)
	for i, it := range items {
		image, err := it.load()
		if err != nil {
			return err
		}
		each, err := watch(it)
		if err != nil {
			return err
		}
		prob, err := p.predict(ctx, image, each)
		if err != nil {
			return fmt.Errorf("%s: %w", it.Path, err)
		}
		if err := imageio.WriteFile(filepath.Join(dir, it.Name+".tif"), prob, imageio.DefaultTIFFOptions()); err != nil {
			return err
		}
		report(i + 1)
	}
	return nil
}

func predictStep() Step {
	return Step{Name: "predict", Doc: "writes the probability map of every test image", Run: predict}
}

func predict(ctx context.Context, j *Job) error {
	p, err := j.predictor(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	if !j.Config.Train.Enable { // else it was drawn before the training
		if err := j.plotModel(j.Model.Settings.Network); err != nil {
			return err
		}
	}
	if err := j.writeTestFiltering(); err != nil {
		return err
	}
	return predictImages(ctx, p, j.Test, j.Layout.Maps(), j.Progress, j.watchTiles)
}

// predictor prepares the job's model on its device.
func (j *Job) predictor(ctx context.Context) (*Predictor, error) {
	runtime, err := j.device(ctx)
	if err != nil {
		return nil, err
	}
	return NewPredictor(runtime.Backend, j.Model, nil)
}
