package workflow

import (
	"math/rand/v2"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/training"
)

// geometryOptions is how the AUGMENTOR section moves patches.
func geometryOptions(c *config.Config) detection.GeometryOptions {
	o, a := detection.DefaultGeometryOptions(), c.Augmentor
	if !a.Enable {
		return o
	}
	o.FlipY, o.FlipX, o.Rot90 = chance(a.VFlip), chance(a.HFlip), chance(a.Rot90)
	if c.NDim() == 3 {
		o.FlipZ = chance(a.ZFlip)
	}
	o.Rotate, o.RotateRange = chance(a.RandomRot), [2]float64(a.RandomRotRange)
	o.Zoom, o.ZoomRange, o.ZoomZ = chance(a.Zoom), [2]float64(a.ZoomRange), a.ZoomInZ && c.NDim() == 3
	o.Shear, o.ShearRange = chance(a.Shear), [2]float64(a.ShearRange)
	o.Shift, o.ShiftRange = chance(a.Shift), [2]float64(a.ShiftRange)
	o.Elastic = chance(a.Elastic)
	o.ElasticOptions = detection.ElasticOptions{Alpha: [2]float64(a.EAlpha), Sigma: a.ESigma}
	return o
}

// chance is the probability of a transform, 0 when it is off.
func chance(t config.Transform) float64 {
	if !t.On {
		return 0
	}
	return t.Prob
}

// intensityChanges lists the changes of grey values that the AUGMENTOR section
// asks for, in the reference's order.
func intensityChanges(c *config.Config) []training.Change {
	a := c.Augmentor
	if !a.Enable {
		return nil
	}
	var list []training.Change
	add := func(name string, t config.Transform, apply func(*detection.Volume, *rand.Rand) error) {
		if t.On {
			list = append(list, training.Change{Name: name, Probability: t.Prob, Apply: func(p *training.Patch, rng *rand.Rand) error {
				return apply(p.Image, rng)
			}})
		}
	}
	add("grayscale", a.Grayscale, func(v *detection.Volume, _ *rand.Rand) error { return detection.Grayscale(v) })
	add("channel shuffle", a.ChannelShuffle, detection.ShuffleChannels)
	add("cutblur", a.CutBlur, with(detection.CutBlur, detection.CutBlurOptions{
		Size: [2]float64(a.CBlurSize), Factor: [2]int(a.CBlurDownRange), InsideOnly: a.CBlurInside}))
	add("cutnoise", a.CutNoise, with(detection.CutNoise, detection.CutNoiseOptions{
		Boxes: [2]int(a.CNoiseNBIterations), Size: [2]float64(a.CNoiseSize), Scale: [2]float64(a.CNoiseScale)}))
	add("brightness", a.Brightness, with(detection.RandomBrightness, detection.BrightnessOptions{Range: [2]float64(a.BrightnessFactor)}))
	add("contrast", a.Contrast, with(detection.RandomContrast, detection.ContrastOptions{Range: [2]float64(a.ContrastFactor)}))
	add("gamma", a.GammaContrast, unit(with(detection.RandomGamma, detection.GammaOptions{Range: [2]float64(a.GCGamma)})))
	add("Gaussian noise", a.GaussianNoise, with(detection.GaussianNoise, detection.GaussianNoiseOptions{
		Mean: a.GaussianNoiseMean, Variance: a.GaussianNoiseVar, FromImage: a.GaussianNoiseUseInputImgMeanAndVar}))
	add("Poisson noise", a.PoissonNoise, unit(with(detection.PoissonNoise, detection.DefaultPoissonNoiseOptions())))
	add("salt", a.Salt, with(detection.SaltAndPepper, detection.SaltAndPepperOptions{Amount: a.SaltAmount, SaltShare: 1}))
	add("pepper", a.Pepper, with(detection.SaltAndPepper, detection.SaltAndPepperOptions{Amount: a.PepperAmount}))
	add("salt and pepper", a.SaltAndPepper, with(detection.SaltAndPepper, detection.SaltAndPepperOptions{
		Amount: a.SaltAndPepperAmount, SaltShare: a.SaltAndPepperProp}))
	add("missing sections", a.MissingSections, with(detection.MissingSections, detection.MissingSectionsOptions{
		Reach: [2]int(a.MissPIterations), Probability: a.MissPChannelPB}))
	add("gridmask", a.GridMask, with(detection.GridMask, detection.GridMaskOptions{
		Ratio: a.GridRatio, Period: [2]float64(a.GridDRange), Rotation: a.GridRotate, Invert: a.GridInvert}))
	if a.Cutout.On {
		list = append(list, cutout(a))
	}
	add("Gaussian blur", a.GBlur, with(detection.RandomGaussianBlur, detection.GaussianBlurOptions{Sigma: [2]float64(a.GSigma)}))
	add("median blur", a.MedianBlur, with(detection.RandomMedianBlur, detection.MedianBlurOptions{Kernel: [2]int(a.MBKernel)}))
	add("motion blur", a.MotionBlur, with(detection.RandomMotionBlur, detection.MotionBlurOptions{Length: [2]int(a.MotBKRange)}))
	add("dropout", a.Dropout, with(detection.Dropout, detection.DropoutOptions{Range: [2]float64(a.DropRange)}))
	return list
}

// cutout blanks boxes and, if asked to, forgets the points in them.
func cutout(a config.Augmentor) training.Change {
	o := detection.CutoutOptions{Boxes: [2]int(a.CoutNBIterations), Size: [2]float64(a.CoutSize), Value: float32(a.CoutCVal)}
	return training.Change{Name: "cutout", Probability: a.Cutout.Prob, Apply: func(p *training.Patch, rng *rand.Rand) error {
		boxes, err := detection.Cutout(p.Image, o, rng)
		if err != nil || !a.CoutApplyToMask {
			return err
		}
		var left []detection.Point
		for _, point := range p.Points {
			if !inAny(boxes, point.Voxel()) {
				left = append(left, point)
			}
		}
		p.Points = left
		return nil
	}}
}

func inAny(boxes []detection.Box, voxel [3]int) bool {
	for _, b := range boxes {
		if b.Contains(voxel) {
			return true
		}
	}
	return false
}

// with fixes the options of a random change.
func with[O any](change func(*detection.Volume, O, *rand.Rand) error, opts O) func(*detection.Volume, *rand.Rand) error {
	return func(v *detection.Volume, rng *rand.Rand) error { return change(v, opts, rng) }
}

// unit brings values back to 0..1 first, which earlier changes may have left.
func unit(change func(*detection.Volume, *rand.Rand) error) func(*detection.Volume, *rand.Rand) error {
	return func(v *detection.Volume, rng *rand.Rand) error {
		if err := detection.ClampIntensity(v, 0, 1); err != nil {
			return err
		}
		return change(v, rng)
	}
}
