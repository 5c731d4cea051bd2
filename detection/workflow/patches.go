package workflow

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/training"
)

// PatchesOptions says which patches of a training [Job.PreviewPatches] makes.
type PatchesOptions struct {
	// Epoch of the training, from 0: in each the patches come in another order and
	// are changed in another way.
	Epoch int
	// First is the position of the first patch in the epoch, from 0, and Count how
	// many are made, 1 to 500; where the epoch ends the next one goes on.
	First, Count int
	// Grid adds the patches with lines.
	Grid bool
}

// Validate reports every invalid field, each by name and value.
func (o PatchesOptions) Validate() error {
	if o.Epoch < 0 || o.First < 0 || o.Count < 1 || o.Count > 500 {
		return inputf("Epoch %d, First %d, Count %d: want 0 or more, 0 or more, 1 to 500", o.Epoch, o.First, o.Count)
	}
	return nil
}

// PreviewPatches makes patches of the training of a job as its batches hold them,
// each with the same patch unchanged, and names what was done. It reads and checks
// the training data, writes nothing and needs no device. j is used for nothing
// else.
//
// Errors, for [ErrInput]: those of the configuration and the data; a configuration
// that does not train; a position that the epoch does not have.
func (j *Job) PreviewPatches(ctx context.Context, o PatchesOptions) ([]detection.PatchPreview, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if !j.Config.Train.Enable {
		return nil, inputf("the configuration does not train: set TRAIN.ENABLE to True")
	}
	if err := j.Config.CheckPaths(); err != nil {
		return nil, Input(err)
	}
	if err := j.prepareNetwork(); err != nil { // a checkpoint may bring how images are normalised
		return nil, err
	}
	if err := j.checkTraining(); err != nil {
		return nil, err
	}
	if n := j.data.Patches(); o.First >= n {
		return nil, inputf("First %d: an epoch has %d patches", o.First, n)
	}
	return j.previewPatches(ctx, o)
}

// previewPatches makes the patches of data that is ready.
func (j *Job) previewPatches(ctx context.Context, o PatchesOptions) ([]detection.PatchPreview, error) {
	opts := trainingOptions(j.Config, j.RunID)
	opts.BatchSize = 1 // what a patch is does not depend on it
	var applied []string
	opts.Changes = slices.Clone(opts.Changes)
	for i, c := range opts.Changes {
		opts.Changes[i].Apply = func(p *training.Patch, rng *rand.Rand) error {
			if !slices.Contains(applied, c.Name) {
				applied = append(applied, c.Name)
			}
			return c.Apply(p, rng)
		}
	}
	changed, err := j.loader(trainSet, j.trainData, &opts)
	if err != nil {
		return nil, err
	}
	plain := opts
	plain.Augment, plain.Changes = detection.DefaultGeometryOptions(), nil
	original, err := j.loader(trainSet, j.trainData, &plain)
	if err != nil {
		return nil, err
	}
	moves, err := newMoves(j.trainData, opts)
	if err != nil {
		return nil, err
	}
	every := 0
	if o.Grid {
		every = j.gridStep()
	}
	var list []detection.PatchPreview
	for k := range o.Count {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		epoch, position := o.Epoch+(o.First+k)/changed.Patches(), (o.First+k)%changed.Patches()
		applied = nil
		p := detection.PatchPreview{Epoch: epoch, Position: position}
		if err := look(changed, epoch, position, every, func(v training.Preview, points []detection.Point) {
			p.Name, p.Image, p.Target, p.Grid, p.Points = filepath.Base(v.Name), v.Image, v.Target, v.Grid, points
		}); err != nil {
			return nil, err
		}
		if err := look(original, epoch, position, 0, func(v training.Preview, points []detection.Point) {
			p.Original, p.OriginalPoints = v.Image, points
		}); err != nil {
			return nil, err
		}
		made, err := moves.names(epoch, position)
		if err != nil {
			return nil, err
		}
		p.Applied = append(made, applied...)
		list = append(list, p)
	}
	return list, nil
}

// look takes a patch of a loader, whose batches hold one, with the points in it.
func look(l *training.Loader, epoch, position, grid int, take func(training.Preview, []detection.Point)) error {
	v, err := l.Preview(epoch, position, grid)
	if err != nil {
		return err
	}
	b, err := l.Batch(epoch, position)
	if err != nil {
		return err
	}
	take(v, b.Points[0])
	return nil
}
