package workflow

import (
	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// preprocessOptions are the steps of DATA.PREPROCESS, with the histogram of the
// reference images, which are read. The sets that they are for are not looked
// at.
func preprocessOptions(c *config.Config) (o detection.PreprocessOptions, err error) {
	p := c.Data.Preprocess
	if p.GaussianBlur.Enable {
		o.Gaussian, o.Border = c.GaussianBlurSigma(), detection.Border(p.GaussianBlur.Mode)
	}
	if p.MedianBlur.Enable {
		o.Median = c.MedianBlurKernel()
	}
	if p.MatchHistogram.Enable {
		if o.Histogram, err = referenceHistogram(p.MatchHistogram.ReferencePath); err != nil {
			return o, err
		}
	}
	if p.CLAHE.Enable {
		o.CLAHE = &detection.CLAHEOptions{Kernel: c.CLAHEKernel(), ClipLimit: p.CLAHE.ClipLimit}
	}
	if p.Canny.Enable {
		o.Canny = &detection.CannyOptions{Low: p.Canny.LowThreshold, High: p.Canny.HighThreshold}
	}
	return o, nil
}

// preprocessInUse is what a configuration does to the images that a network is
// used on; nil for nothing.
func preprocessInUse(c *config.Config) (*detection.PreprocessOptions, error) {
	if !c.Data.Preprocess.Test {
		return nil, nil
	}
	o, err := preprocessOptions(c)
	if err != nil || o.None() {
		return nil, err
	}
	return &o, nil
}

// referenceHistogram is the distribution of grey values in all images of a
// folder.
func referenceHistogram(dir string) (*detection.Histogram, error) {
	items, err := Images(dir)
	if err != nil {
		return nil, err
	}
	at := dir
	h, err := detection.NewHistogram(func(yield func(*detection.Volume, error) bool) {
		for _, it := range items {
			at = it.Path
			image, err := imageio.Read(it.Path)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(image.Volume, nil) {
				return
			}
		}
	})
	if err != nil {
		return nil, inputf("%s: DATA.PREPROCESS.MATCH_HISTOGRAM: %w", at, err)
	}
	return h, nil
}

// preprocess does the steps of o on an image; nil leaves it as it is.
func preprocess(image *imageio.Image, o *detection.PreprocessOptions) (*imageio.Image, error) {
	if o == nil || o.None() {
		return image, nil
	}
	scale := 1.0
	if top := sampleMax(image.Kind); top > 0 {
		scale = top
	}
	v, err := detection.Preprocess(image.Volume, scale, *o)
	if err != nil {
		return nil, err
	}
	out := *image
	out.Volume = v
	return &out, nil
}

// sampleMax is the largest value of a sample type that has whole numbers from
// 0, and 0 for others.
func sampleMax(kind imageio.SampleKind) float64 {
	switch kind {
	case imageio.Uint8:
		return 255
	case imageio.Uint16:
		return 65535
	}
	return 0
}

// preprocessAll does the steps of o on the images of a set, in order.
func preprocessAll(items []Item, o *detection.PreprocessOptions) ([]*imageio.Image, error) {
	out := make([]*imageio.Image, len(items))
	for i, it := range items {
		image, err := it.load()
		if err != nil {
			return nil, err
		}
		if out[i], err = preprocess(image, o); err != nil {
			return nil, inputf("%s: %w", it.Path, err)
		}
	}
	return out, nil
}

// prepareTraining makes the patches of training and validation ready: images
// are pre-processed, measured, normalised, cut and filtered.
func (j *Job) prepareTraining() error {
	c := j.Config
	o, err := preprocessOptions(c)
	if err != nil {
		return err
	}
	steps := func(on bool) *detection.PreprocessOptions {
		if on {
			return &o
		}
		return nil
	}
	train, err := preprocessAll(j.Train, steps(c.Data.Preprocess.Train))
	if err != nil {
		return err
	}
	val, err := preprocessAll(j.Val, steps(c.Data.Preprocess.Val))
	if err != nil {
		return err
	}
	if err := j.measureTraining(train); err != nil {
		return err
	}
	opts := trainingOptions(c, j.RunID)
	if j.trainData, err = j.dataOf(trainSet, train); err != nil {
		return err
	}
	if j.data, err = j.loader(trainSet, j.trainData, &opts); err != nil {
		return err
	}
	valData, err := j.dataOf(valSet, val)
	if err != nil {
		return err
	}
	j.valData, err = j.loader(valSet, valData, nil)
	return err
}
