package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gomlx/compute"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/detection/unet"
)

// NetworkOptions says what [Training] and [Inference] measure. Start from
// [DefaultNetworkOptions].
type NetworkOptions struct {
	Options
	// Batch is the number of patches in a step or a forward pass, at least 1.
	// Default 6, BiaPy's.
	Batch int
	// Size is the side of a patch in pixels, a multiple of 16, at least 32.
	// Default 256.
	Size int
	// Steps is how many steps one measurement of the loader takes, at least 1;
	// see [Training]. Default 4.
	Steps int
	// Samples are what a loader deals; without any, training steps are measured
	// on one batch that is there already.
	Samples []training.Sample
	// Python and Script are an interpreter and the peer's program: it prints
	// {"parameters": N}, the size of its network, and takes the orders "train"
	// and "infer". Both "" for no peer.
	Python, Script string
}

// DefaultNetworkOptions returns the defaults named at each field, with two
// warm-ups: the first step of either side compiles or takes memory.
func DefaultNetworkOptions() NetworkOptions {
	o := NetworkOptions{Options: DefaultOptions(), Batch: 6, Size: 256, Steps: 4}
	o.Warmups = 2
	return o
}

// Validate reports every invalid field, each by name and value.
func (o NetworkOptions) Validate() error {
	errs := []error{o.Options.Validate()}
	if o.Batch < 1 {
		errs = append(errs, fmt.Errorf("Batch is %d: want at least 1", o.Batch))
	}
	if o.Size < 32 || o.Size%16 != 0 {
		errs = append(errs, fmt.Errorf("Size is %d: want a multiple of 16, at least 32", o.Size))
	}
	if o.Steps < 1 {
		errs = append(errs, fmt.Errorf("Steps is %d: want at least 1", o.Steps))
	}
	return errors.Join(errs...)
}

// start starts the peer and checks that its network has as many parameters as
// config; nil without a peer.
func (o NetworkOptions) start(ctx context.Context, config unet.Config) (*Peer, error) {
	if o.Script == "" {
		return nil, nil
	}
	p, err := StartPeer(ctx, o.Python, o.Script, "--batch", fmt.Sprint(o.Batch), "--size", fmt.Sprint(o.Size),
		"--threads", fmt.Sprint(ThisMachine().Cores))
	if err != nil {
		return nil, fmt.Errorf("bench: the peer: %w", err)
	}
	var hello struct{ Parameters int }
	if err = p.Answer(&hello); err == nil && hello.Parameters != config.NumParams() {
		err = fmt.Errorf("its network has %d parameters: want %d, those of ours", hello.Parameters, config.NumParams())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("bench: the peer: %w", err), p.Close())
	}
	return p, nil
}

func (o NetworkOptions) report(bench string, items ...Item) *Report {
	r := &Report{Bench: bench, Machine: ThisMachine(), Rounds: o.Rounds, Warmups: o.Warmups, Items: items}
	if o.Script != "" {
		r.Peer = o.Script + " (" + o.Python + ")"
	}
	return r
}

// Training measures optimiser steps of the default 2D network, with BiaPy's
// loss without rebalancing and AdamW.
//
// Without samples a measurement is one step on a batch of noise, on either
// side. With samples it is opts.Steps steps of [training.Fit]: patches are
// cut, turned by any angle, zoomed and painted while the device works. The
// peer then takes as many steps on its one batch, so that it does no such
// work.
//
// Errors: those of [NetworkOptions.Validate] and [Alternate]; samples with
// too few patches for the steps; a peer that does not start or whose network
// has another size.
func Training(ctx context.Context, backend compute.Backend, opts NetworkOptions) (*Report, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	config := unet.DefaultConfig(2)
	m, err := unet.New(config, 0)
	if err != nil {
		return nil, err
	}
	fit := training.DefaultOptions()
	fit.BatchSize, fit.Rebalance = opts.Batch, false
	trainer, err := training.NewTrainer(backend, m, fit)
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	name, steps, note := "training step", 1, ""
	var ours Side
	if len(opts.Samples) > 0 {
		name, steps, note = fmt.Sprintf("%s with the loader", plural(opts.Steps, "training step")), opts.Steps, "the peer has no loader: its batch is there already"
		ours, err = fitSteps(trainer, fit, opts)
	} else {
		ours, err = oneStep(trainer, fit, opts)
	}
	if err != nil {
		return nil, err
	}
	peer, err := opts.start(ctx, config)
	if err != nil {
		return nil, err
	}
	var theirs Side
	if peer != nil {
		defer peer.Close()
		theirs = repeated(peer.Timed("train"), steps)
	} else {
		note = ""
	}
	it, err := Alternate(ctx, name, ours, theirs, opts.Options)
	if err != nil {
		return nil, err
	}
	it.Images, it.Note = steps*opts.Batch, note
	return opts.report("train", it), nil
}

// repeated does a side's work n times.
func repeated(s Side, n int) Side {
	return func(ctx context.Context) (sum float64, err error) {
		for range n {
			seconds, err := s(ctx)
			if err != nil {
				return 0, err
			}
			sum += seconds
		}
		return sum, nil
	}
}

// patches are how training data is cut in these measurements.
func (o NetworkOptions) patches(samples []training.Sample) training.Data {
	return training.Data{
		Samples: samples, Target: training.Disks(detection.DefaultMaskOptions()),
		Tiles: detection.TileOptions{Patch: [3]int{1, o.Size, o.Size}},
	}
}

// oneStep trains on a batch of noise.
func oneStep(t *training.Trainer, fit training.Options, opts NetworkOptions) (Side, error) {
	rng := rand.New(rand.NewPCG(0, 1))
	var samples []training.Sample
	for range opts.Batch {
		s := training.Sample{Name: "noise", Image: noise(rng, [3]int{1, opts.Size, opts.Size})}
		for range 40 {
			edge := float64(opts.Size - 1)
			s.Points = append(s.Points, detection.Point{Pos: [3]float64{0, edge * rng.Float64(), edge * rng.Float64()}})
		}
		samples = append(samples, s)
	}
	loader, err := training.NewLoader(opts.patches(samples), fit)
	if err != nil {
		return nil, err
	}
	batch, err := loader.Batch(0, 0)
	return func(context.Context) (float64, error) {
		start := time.Now()
		_, err := t.Step(batch)
		return time.Since(start).Seconds(), err
	}, err
}

func noise(rng *rand.Rand, dims [3]int) *detection.Volume {
	v := detection.NewVolume(dims, 1)
	for i := range v.Data {
		v.Data[i] = rng.Float32()
	}
	return v
}

// fitSteps trains on the samples, moved as our documents recommend for nuclei.
func fitSteps(t *training.Trainer, fit training.Options, opts NetworkOptions) (Side, error) {
	fit.Augment.Rotate, fit.Augment.Zoom, fit.Augment.ZoomRange = 0.5, 0.5, [2]float64{0.75, 1.33}
	fit.Epochs, fit.Steps = 1, opts.Steps
	loader, err := training.NewLoader(opts.patches(opts.Samples), fit)
	if err != nil {
		return nil, err
	}
	if n := loader.Batches(); n < opts.Steps {
		return nil, fmt.Errorf("bench: the samples give %d batches of %d patches: want at least %d, one for each step", n, opts.Batch, opts.Steps)
	}
	return func(ctx context.Context) (float64, error) {
		start := time.Now()
		_, err := training.Fit(ctx, t, loader, nil, training.FitOptions{Options: fit})
		return time.Since(start).Seconds(), err
	}, nil
}

// Inference measures forward passes of the default 2D network: a measurement
// is the prediction of an image of opts.Batch tiles in one device call, ours
// with cutting and merging, the peer's of a batch that is there already.
// Errors are those of [Training].
func Inference(ctx context.Context, backend compute.Backend, opts NetworkOptions) (*Report, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	config := unet.DefaultConfig(2)
	m, err := unet.New(config, 0)
	if err != nil {
		return nil, err
	}
	tiles := detection.TileOptions{Patch: [3]int{1, opts.Size, opts.Size}}
	net, err := inference.New(backend, m, inference.Options{Tiles: tiles, BatchSize: opts.Batch})
	if err != nil {
		return nil, err
	}
	defer net.Close()
	image := noise(rand.New(rand.NewPCG(0, 1)), [3]int{1, opts.Size, opts.Batch * opts.Size})
	ours := func(ctx context.Context) (float64, error) {
		start := time.Now()
		_, err := net.Predict(ctx, image)
		return time.Since(start).Seconds(), err
	}
	peer, err := opts.start(ctx, config)
	if err != nil {
		return nil, err
	}
	var theirs Side
	if peer != nil {
		defer peer.Close()
		theirs = peer.Timed("infer")
	}
	it, err := Alternate(ctx, "forward pass", ours, theirs, opts.Options)
	if err != nil {
		return nil, err
	}
	it.Images = opts.Batch
	if peer != nil {
		it.Note = "ours includes cutting and merging of tiles"
	}
	return opts.report("infer", it), nil
}
