package inference

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet"
)

// Options says how images are cut for the network.
type Options struct {
	// Tiles is the size of the tiles, their padding and their overlap.
	Tiles detection.TileOptions
	// Whole predicts every image in one piece, whatever Tiles says: no seams, and
	// every pixel has all of its context. Memory grows with the image, about 1.5
	// kB a pixel for the default network, and each new image size is compiled
	// once. 2D only.
	Whole bool
	// Views are the mirrored and turned copies of each tile that are predicted
	// beside it, and Combine makes one map of theirs. Default none, mean.
	Views   Views
	Combine Combine
	// BatchSize is the number of tiles in one device call, at least 1. The
	// last call of an image is filled up, so that only one shape is compiled.
	// Default 4: one leaves cores idle between calls, many waste work on
	// images of few tiles.
	BatchSize int
	// Progress is told of every device call; may be nil.
	Progress detection.Progress
}

// Validate names every field that is not usable by a network of the given
// configuration.
func (o Options) Validate(config unet.Config) error {
	var errs []error
	if err := o.Tiles.Validate(); err != nil {
		errs = append(errs, err)
	} else if err := config.CheckInput(o.Tiles.Patch); err != nil {
		errs = append(errs, err)
	}
	if o.Whole && config.NDim != 2 {
		errs = append(errs, errors.New("Whole: want 2D images"))
	}
	errs = append(errs, o.Views.Validate(), o.Combine.Validate())
	if o.BatchSize < 1 {
		errs = append(errs, fmt.Errorf("BatchSize %d: want at least 1", o.BatchSize))
	}
	return errors.Join(errs...)
}

// Predictor predicts probability maps on one device. The network is compiled
// at the first call. Its methods must not be called at the same time.
type Predictor struct {
	model    *unet.Model
	opts     Options
	exec     *model.Exec
	compiled int
}

// New makes a predictor. The error is that of [Options.Validate].
func New(backend compute.Backend, m *unet.Model, opts Options) (*Predictor, error) {
	if err := opts.Validate(m.Config()); err != nil {
		return nil, fmt.Errorf("inference: %w", err)
	}
	p := &Predictor{model: m, opts: opts}
	exec, err := model.NewExec(backend, m.Store(), func(scope *model.Scope, x *graph.Node) *graph.Node {
		p.compiled++ // the graph is built once for each shape
		scope.Store().SetTraining(x.Graph(), false)
		return graph.Sigmoid(m.Logits(scope, x))
	})
	if err != nil {
		return nil, fmt.Errorf("inference: %w", err)
	}
	exec.SetMaxCache(-1) // whole images come in any number of sizes
	p.exec = exec
	return p, nil
}

// Compiled is the number of input shapes for which the network has been
// compiled so far: one for tiles, one for each size of whole images.
func (p *Predictor) Compiled() int { return p.compiled }

// Close frees what was compiled. The model stays usable.
func (p *Predictor) Close() { p.exec.Finalize() }

// Predict returns the probability map of image, which must be normalised as
// the training images were: same spatial shape and spacing, one channel per
// class, values in [0, 1].
//
// An image of exactly the patch's shape goes through the network as it is. A
// smaller one is completed by reflection. Everything else is cut on the tile
// grid, each tile with its padding of real or reflected context, and blended.
// With Whole, an image goes through the network in one piece, completed by
// reflection to a size that the network can halve as often as it does. With
// Views, each tile is predicted in every view and combined before it is
// blended.
//
// Errors: an image whose channels or planes do not fit the network; ctx.Err()
// after the device call in flight.
//
// Source: the inference of BiaPy 3.7.1, whose maps it reproduces. Differs:
// whole images are completed by reflection, not by zeros; views of tiles that
// are not square are turned without completing them to squares.
func (p *Predictor) Predict(ctx context.Context, image *detection.Volume) (*detection.Volume, error) {
	return p.PredictTiles(ctx, image, nil)
}

// TileFunc is given the map of tile i of a grid, all its views combined, before
// it is blended: one channel per class, the size of the grid's patch, its
// padding included. An error ends the prediction.
type TileFunc func(grid detection.Grid, i int, tile *detection.Volume) error

// PredictTiles is [Predictor.Predict] and hands the map of every tile to each,
// in the order of the grid, which is that of [detection.PlanTiles] for image
// after [detection.PadToPatch]. each may be nil.
func (p *Predictor) PredictTiles(ctx context.Context, image *detection.Volume, each TileFunc) (*detection.Volume, error) {
	if err := image.Validate(); err != nil {
		return nil, fmt.Errorf("inference: %w", err)
	}
	c := p.model.Config()
	if image.Channels != c.InChannels {
		return nil, fmt.Errorf("inference: %w: the image has %d channels, the network takes %d", detection.ErrShape, image.Channels, c.InChannels)
	}
	if c.NDim == 2 && image.Dims[0] != 1 {
		return nil, fmt.Errorf("inference: %w: the image has %d planes, the network is 2D", detection.ErrShape, image.Dims[0])
	}
	opts := p.opts
	if opts.Whole {
		opts.Tiles, opts.BatchSize = wholeTile(image.Dims, c.Factor()), 1
	}
	padded, err := detection.PadToPatch(image, opts.Tiles.Patch)
	if err != nil {
		return nil, fmt.Errorf("inference: %w", err)
	}
	grid, err := detection.PlanTiles(padded.Dims, opts.Tiles)
	if err != nil {
		return nil, fmt.Errorf("inference: %w", err)
	}
	merger, err := detection.NewMerger(grid, c.OutChannels)
	if err != nil {
		return nil, fmt.Errorf("inference: %w", err)
	}
	batch := newTileBatch(c, opts.Tiles.Patch, opts.BatchSize)
	detection.Report(p.opts.Progress, detection.ProgressEvent{Task: "predict", Total: grid.Len(), Unit: "tiles"})
	for first := 0; first < grid.Len(); first += opts.BatchSize {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		last := min(first+opts.BatchSize, grid.Len())
		err := p.predictTiles(batch, grid, padded, first, last, func(i int, tile *detection.Volume) error {
			if each != nil {
				if err := each(grid, i, tile); err != nil {
					return err
				}
			}
			return merger.Add(i, tile)
		})
		if err != nil {
			return nil, fmt.Errorf("inference: %w", err)
		}
		detection.Report(p.opts.Progress, detection.ProgressEvent{Task: "predict", Done: last, Total: grid.Len(), Unit: "tiles"})
	}
	merged := detection.NewLike(padded, c.OutChannels)
	if err := merger.Result(merged); err != nil {
		return nil, fmt.Errorf("inference: %w", err)
	}
	out, err := detection.CropBack(merged, image.Dims)
	if err != nil {
		return nil, fmt.Errorf("inference: %w", err)
	}
	return out, nil
}

// wholeTile is the one tile of an image of size dims: each axis the next
// multiple of the network's factor, and at least two of them.
func wholeTile(dims, factor [3]int) detection.TileOptions {
	var o detection.TileOptions
	for a, n := range dims {
		o.Patch[a] = 1
		if factor[a] > 1 || n > 1 {
			o.Patch[a] = max((n+factor[a]-1)/factor[a], 2) * factor[a]
		}
	}
	return o
}

// predictTiles runs tiles first to last-1 of the grid through the network, in
// every view, and hands each map on.
func (p *Predictor) predictTiles(b *tileBatch, grid detection.Grid, image *detection.Volume, first, last int, done func(i int, tile *detection.Volume) error) error {
	for i := first; i < last; i++ {
		if err := grid.Extract(b.slots[i-first], image, i); err != nil {
			return err
		}
	}
	config := p.model.Config()
	views := p.opts.Views.symmetries(config.NDim)
	tiles := make([]*detection.Volume, last-first)
	for k, view := range views {
		seen := b
		if view != detection.Identity {
			seen = newTileBatch(config, view.Dims(grid.Patch()), len(b.slots))
			for i := range tiles {
				if err := view.Apply(seen.slots[i], b.slots[i]); err != nil {
					return err
				}
			}
		}
		values, err := p.call(seen)
		if err != nil {
			return err
		}
		size := len(values) / len(b.slots)
		for i := range tiles {
			turned := detection.NewVolume(view.Dims(grid.Patch()), config.OutChannels)
			copy(turned.Data, values[i*size:][:size])
			if k == 0 { // the identity
				tiles[i] = turned
				continue
			}
			back := detection.NewVolume(grid.Patch(), config.OutChannels)
			if err := view.Inverse().Apply(back, turned); err != nil {
				return err
			}
			p.opts.Combine.add(tiles[i].Data, back.Data)
		}
	}
	for i, tile := range tiles {
		p.opts.Combine.finish(tile.Data, len(views))
		if err := done(first+i, tile); err != nil {
			return err
		}
	}
	return nil
}

// call runs a batch through the network and copies its probabilities out.
func (p *Predictor) call(b *tileBatch) ([]float32, error) {
	in := tensors.FromFlatDataAndDimensions(b.data, b.dims...)
	defer func() { _ = in.FinalizeAll() }()
	out, err := p.exec.Call(in)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out[0].FinalizeAll() }()
	return tensors.CopyFlatData[float32](out[0])
}

// tileBatch is the input of a device call. The slots are its tiles as volumes
// that share its memory.
type tileBatch struct {
	data  []float32
	dims  []int
	slots []*detection.Volume
}

func newTileBatch(c unet.Config, patch [3]int, tiles int) *tileBatch {
	b := &tileBatch{dims: []int{tiles}}
	if c.NDim == 3 {
		b.dims = append(b.dims, patch[0])
	}
	b.dims = append(b.dims, patch[1], patch[2], c.InChannels)
	size := patch[0] * patch[1] * patch[2] * c.InChannels
	b.data = make([]float32, tiles*size)
	for i := range tiles {
		b.slots = append(b.slots, &detection.Volume{
			Dims: patch, Channels: c.InChannels, Spacing: detection.UnitSpacing, Data: b.data[i*size:][:size],
		})
	}
	return b
}
