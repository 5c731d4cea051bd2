package main

import (
	"context"

	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/workflow"
)

// openModel reads a model file, or weights with the configuration of their
// training, "" for none.
func openModel(path, configFile string) (*inference.ModelFile, error) {
	cfg, err := workflow.LoadForPrediction(configFile)
	if err != nil {
		return nil, err
	}
	return workflow.OpenModel(path, cfg)
}

// openPredictor opens the device that --gpu names and prepares the model on it.
// close frees both; it is nil after an error.
func (a *app) openPredictor(ctx context.Context, gpu string, model *inference.ModelFile) (p *workflow.Predictor, close func(), err error) {
	o, err := a.device(gpu, "")
	if err != nil {
		return nil, nil, err
	}
	runtime, err := device.Open(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	if p, err = workflow.NewPredictor(runtime.Backend, model, nil); err != nil {
		runtime.Close()
		return nil, nil, err
	}
	return p, func() { p.Close(); runtime.Close() }, nil
}
