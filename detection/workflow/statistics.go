package workflow

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// Files of the training set's statistics, in the folder of the checkpoints: a
// NumPy array each, one number per channel.
const (
	meanFile = "normalization_mean_value.npy"
	stdFile  = "normalization_std_value.npy"
)

// measureTraining settles how images are normalised: for the type custom by
// the mean and deviation of all training images, pre-processed, unless both are
// given.
func (j *Job) measureTraining(train []*imageio.Image) error {
	j.normaliseBy = normaliseOptions(j.Config)
	if o := j.normaliseBy; o.Kind != detection.NormaliseCustom || len(o.Mean) > 0 {
		return nil
	}
	var err error
	at := ""
	j.normaliseBy.Mean, j.normaliseBy.Std, err = detection.MeasureSet(func(yield func(*detection.Volume, error) bool) {
		for i, image := range train {
			at = j.Train[i].Path
			if !yield(image.Volume, nil) {
				return
			}
		}
	}, j.normaliseBy)
	if err != nil {
		return inputf("%s: %w", at, err)
	}
	return nil
}

// writeStatistics keeps the statistics of the type custom beside the
// checkpoints, for people and for weights without settings.
func (j *Job) writeStatistics() error {
	if j.normaliseBy.Kind != detection.NormaliseCustom {
		return nil
	}
	for name, values := range map[string][]float64{meanFile: j.normaliseBy.Mean, stdFile: j.normaliseBy.Std} {
		path := filepath.Join(filepath.Dir(j.Layout.BestCheckpoint()), name)
		if err := atomicfile.Write(path, func(w io.Writer) error { return imageio.WriteNPYList(w, values) }); err != nil {
			return err
		}
	}
	return nil
}

// readStatistics fills in the statistics of the type custom from the files
// beside a checkpoint. Other types, and statistics that are given, stay.
func readStatistics(checkpoint string, o *detection.NormaliseOptions) error {
	if o.Kind != detection.NormaliseCustom || len(o.Mean) > 0 {
		return nil
	}
	dir := filepath.Dir(checkpoint)
	for _, file := range []struct {
		name string
		to   *[]float64
	}{{meanFile, &o.Mean}, {stdFile, &o.Std}} {
		path := filepath.Join(dir, file.name)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return inputf("%s: there is no such file: DATA.NORMALIZATION.TYPE custom needs %s and %s of the training beside %s, which does not hold them itself",
				path, meanFile, stdFile, filepath.Base(checkpoint))
		}
		values, err := imageio.ReadNPYList(path)
		if err != nil {
			return Input(err)
		}
		*file.to = values
	}
	if err := o.Validate(); err != nil {
		return inputf("%s and %s in %s: %w", meanFile, stdFile, dir, err)
	}
	return nil
}

// compareStatistics warns when the files beside a model file of ours are not
// its own, as after another run of the job on another split: the model file
// goes first.
func (j *Job) compareStatistics(checkpoint string) error {
	own := j.Model.Settings.Normalise
	beside := own
	beside.Mean, beside.Std = nil, nil
	if own.Kind != detection.NormaliseCustom {
		return nil
	}
	if err := readStatistics(checkpoint, &beside); err != nil || slices.Equal(own.Mean, beside.Mean) && slices.Equal(own.Std, beside.Std) {
		return nil // without the files the model is complete in itself
	}
	j.log().Warn("the statistics beside the model are of another training: those in the model are used", "model", checkpoint, "file", meanFile)
	return nil
}
