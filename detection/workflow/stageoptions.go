package workflow

import (
	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/detection/unet"
)

// The functions below turn a configuration into the options of the stages.
// The configuration is valid.

func networkConfig(c *config.Config) unet.Config {
	m := c.Model.Expand()
	_, channels := c.Patch()
	norm := m.Normalization
	if norm == "sync_bn" { // one process sees the whole batch
		norm = unet.NormBatch
	}
	architecture := m.Architecture
	if architecture == "unet" {
		architecture = unet.ArchUNet
	}
	return unet.Config{
		Architecture: architecture,
		NDim:         c.NDim(), InChannels: channels, OutChannels: m.NClasses,
		FeatureMaps: m.FeatureMaps, ConvLayers: m.ConvLayers, Dropout: m.DropoutValues,
		ZDown: m.ZDown, YXDown: m.YXDown, Isotropy: m.Isotropy, KernelSize: m.KernelSize,
		Norm: norm, Activation: m.Activation, Upsample: m.UpsampleLayer,
		BlockOrder: m.ConvBlockOrder, LargerIO: m.LargerIO,
	}
}

func normaliseOptions(c *config.Config) detection.NormaliseOptions {
	n := c.Data.Normalization
	o := detection.DefaultNormaliseOptions()
	o.Kind = detection.NormaliseKind(n.Type)
	given := func(list []float64) []float64 {
		if len(list) == 1 && list[0] == -1 {
			return nil
		}
		return list
	}
	o.Mean, o.Std = given(n.MeanVal), given(n.StdVal)
	if p := n.PercClip; p.Enable {
		o.Clip, o.LowerPercentile, o.UpperPercentile = detection.ClipPercentile, p.LowerPerc, p.UpperPerc
		if lower := given(p.LowerValue); lower != nil {
			o.Clip, o.LowerValue, o.UpperValue = detection.ClipValue, lower, given(p.UpperValue)
		}
	}
	return o
}

// normalise applies options to an image, whose sample type decides the
// divisor of NormaliseDiv.
func normalise(image *imageio.Image, o detection.NormaliseOptions) (*detection.Volume, error) {
	if top := sampleMax(image.Kind); top > 0 {
		o.SampleMax = top
	}
	v, _, err := detection.Normalise(image.Volume, o)
	return v, err
}

func testTiles(c *config.Config) detection.TileOptions {
	patch, _ := c.Patch()
	return detection.TileOptions{Patch: patch, Padding: c.Padding(), Overlap: c.TestOverlap()}
}

// views are the copies of a tile that are predicted beside it; combine says
// how they become one, "" without any.
func views(c *config.Config) inference.Views {
	switch {
	case !c.Test.Augmentation || c.Test.AugmentationGroup == "none":
		return inference.NoViews
	case c.Test.AugmentationGroup == "flips":
		return inference.Flips
	default:
		return inference.AllViews
	}
}

func combine(c *config.Config) inference.Combine {
	if views(c) == inference.NoViews {
		return ""
	}
	return inference.Combine(c.Test.AugmentationMode)
}

// trainingData is how training patches are cut, without the samples.
func trainingData(c *config.Config) training.Data {
	patch, _ := c.Patch()
	d := training.Data{
		Tiles:  detection.TileOptions{Patch: patch, Padding: c.TrainPadding(), Overlap: c.TrainOverlap()},
		Target: trainingTarget(c), Repeat: c.Data.Train.Replicate,
	}
	if t := c.Data.Train; t.ExtractRandomPatch {
		d.Random = &training.Random{ByTarget: t.ProbabilityMap, Foreground: t.WForeground, Background: t.WBackground}
	}
	return d
}

// validationData is the same for validation: random patches are drawn evenly,
// as those of use are.
func validationData(c *config.Config) training.Data {
	patch, _ := c.Patch()
	d := training.Data{
		Tiles:  detection.TileOptions{Patch: patch, Padding: c.ValPadding(), Overlap: c.ValOverlap()},
		Target: trainingTarget(c),
	}
	if c.Data.Train.ExtractRandomPatch {
		d.Random = new(training.Random)
	}
	return d
}

func maskOptions(c *config.Config) detection.MaskOptions {
	o := detection.DefaultMaskOptions()
	o.Radii, o.Classes = c.PointRadius(), c.Model.NClasses
	o.Check = c.Problem.Detection.CheckPointsCreated
	return o
}

func heatmapOptions(c *config.Config) detection.HeatmapOptions {
	o := detection.DefaultHeatmapOptions()
	o.Sigma, o.Classes = c.GaussianSigma(), c.Model.NClasses
	return o
}

// trainingTarget is what is painted for the points of a patch.
func trainingTarget(c *config.Config) training.Target {
	if c.Puncta.Target == targetGaussian {
		return training.Gaussians(heatmapOptions(c))
	}
	return training.Disks(maskOptions(c))
}

// seed is that of run N: the configured one plus N-1, so that repetitions
// differ and each can be repeated.
func seed(c *config.Config, run int) uint64 { return uint64(c.System.Seed + run - 1) }

func trainingOptions(c *config.Config, run int) training.Options {
	o := training.DefaultOptions()
	o.Epochs, o.Steps, o.BatchSize = c.Train.Epochs, c.Puncta.Steps, c.Train.BatchSize
	o.LearningRate, o.WeightDecay = c.Train.LR, c.Train.WDecay
	o.Beta1, o.Beta2 = c.Train.OptBetas[0], c.Train.OptBetas[1]
	o.Average = c.Puncta.EMADecay
	o.Monitor, o.Patience, o.Seed = training.Monitor(c.Train.CheckpointMonitor), c.Train.Patience, seed(c, run)
	o.Rebalance = c.Problem.Detection.ClassRebalanceWithinChannels
	o.Optimizer, o.GradientClipNorm = training.OptimizerKind(c.Train.Optimizer), c.Train.GradientClipNorm
	o.Schedule = scheduleOptions(c.Train.LRScheduler)
	o.Shuffle = c.Augmentor.ShuffleEachEpoch
	o.Augment, o.Changes = geometryOptions(c), intensityChanges(c)
	return o
}

// scoringOptions are those of F1 after every epoch.
func scoringOptions(c *config.Config) *training.Scoring {
	s := training.DefaultScoring()
	s.Detect, s.Match = detectOptions(c), matchOptions(c)
	return &s
}

func scheduleOptions(s config.LRScheduler) training.Schedule {
	o := training.Schedule{
		Kind: training.ScheduleKind(s.Name), MinRate: max(s.MinLR, 0), Factor: s.ReduceOnPlateauFactor,
		Patience: s.ReduceOnPlateauPatience, WarmupEpochs: s.WarmupCosineDecayEpochs, DecayFraction: s.CosineDecayFraction,
	}
	if o.DecayFraction < 0 { // not set: all that the warm-up leaves
		o.DecayFraction = 1
	}
	return o
}

func detectOptions(c *config.Config) detection.DetectOptions {
	o := detection.DefaultDetectOptions()
	o.Smooth = c.Smoothing()
	t := c.Test
	if t.DetThType == "auto" {
		o.Peaks.ThresholdType = detection.Otsu
	}
	thresholds, radii := c.Thresholds(), c.Radii()
	o.Peaks.Threshold = thresholds[0]
	d := t.DetPeakLocalMaxMinDistance
	o.Peaks.MinDistance = [3]int{d, d, d}
	if t.DetExcludeBorder {
		o.Peaks.ExcludeBorder = [3]int{d, d, d}
	}
	if c.Puncta.Plateau == "pixel" {
		o.Peaks.Plateau = detection.PerPixel
	}
	if c.Puncta.Refine != "none" {
		o.Refine = detection.RefineKind(c.Puncta.Refine)
	}
	o.Centroid.ThresholdFactor, o.Centroid.MaxShift, o.Centroid.Dark = c.Puncta.CentroidFactor, c.Puncta.CentroidMaxShift, c.Puncta.DarkObjects
	o.RemoveClose = t.PostProcessing.RemoveClosePoints
	o.Prune.Spacing = spacing(c)
	if o.RemoveClose {
		o.Prune.Radius = radii[0]
	}
	if c.Model.NClasses > 1 {
		o.ClassThresholds = thresholds
		if o.RemoveClose {
			o.Prune.PerClass, o.Prune.AcrossClasses, o.Prune.ClassRadii = true, true, radii
		}
	}
	return o
}

func matchOptions(c *config.Config) detection.MatchOptions {
	tolerances := c.Tolerances()
	o := detection.MatchOptions{Tolerance: tolerances[0], Spacing: spacing(c)}
	if c.Model.NClasses > 1 {
		o.ClassAware, o.ClassTolerances = true, tolerances
	}
	return o
}

// spacing is DATA.TEST.RESOLUTION, voxels when it is not known.
func spacing(c *config.Config) detection.Spacing {
	r, _ := c.Resolution()
	return detection.Spacing(r)
}
