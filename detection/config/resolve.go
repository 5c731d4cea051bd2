package config

import (
	"slices"
	"strings"
)

// NDim is 2 or 3.
func (c *Config) NDim() int {
	if c.Problem.NDim == "3D" {
		return 3
	}
	return 2
}

// Patch is DATA.PATCH_SIZE as (z, y, x) in voxels, z = 1 in 2D, and the number
// of image channels. It is only meaningful for a valid configuration, as are
// the methods below.
func (c *Config) Patch() (zyx [3]int, channels int) {
	p := c.Data.PatchSize
	if len(p) < 2 {
		return [3]int{1, 1, 1}, 1
	}
	return axes(c, p[:len(p)-1], 1), p[len(p)-1]
}

// PointRadius is PROBLEM.DETECTION.CENTRAL_POINT_DILATION as (z, y, x), z = 0
// in 2D.
func (c *Config) PointRadius() [3]int { return axes(c, c.Problem.Detection.CentralPointDilation, 0) }

// Padding is DATA.TEST.PADDING as (z, y, x), z = 0 in 2D.
func (c *Config) Padding() [3]int { return axes(c, c.Data.Test.Padding, 0) }

// TestOverlap is DATA.TEST.OVERLAP as (z, y, x), z = 0 in 2D.
func (c *Config) TestOverlap() [3]float64 { return axes(c, c.Data.Test.Overlap, 0) }

// TrainOverlap is DATA.TRAIN.OVERLAP as (z, y, x), z = 0 in 2D.
func (c *Config) TrainOverlap() [3]float64 { return axes(c, c.Data.Train.Overlap, 0) }

// TrainPadding is DATA.TRAIN.PADDING as (z, y, x), z = 0 in 2D.
func (c *Config) TrainPadding() [3]int { return axes(c, c.Data.Train.Padding, 0) }

// ValOverlap is DATA.VAL.OVERLAP as (z, y, x), z = 0 in 2D.
func (c *Config) ValOverlap() [3]float64 { return axes(c, c.Data.Val.Overlap, 0) }

// ValPadding is DATA.VAL.PADDING as (z, y, x), z = 0 in 2D.
func (c *Config) ValPadding() [3]int { return axes(c, c.Data.Val.Padding, 0) }

// GaussianSigma is PUNCTA.GAUSSIAN_SIGMA as (z, y, x); z, without use in 2D,
// is 1 there.
func (c *Config) GaussianSigma() [3]float64 { return axes(c, c.Puncta.GaussianSigma, 1) }

// Smoothing is PUNCTA.SMOOTHING as (z, y, x), z = 0 in 2D.
func (c *Config) Smoothing() [3]float64 { return axes(c, c.Puncta.Smoothing, 0) }

// Resolution is DATA.TEST.RESOLUTION as (z, y, x), z = 1 in 2D. When it is not
// set it is one unit along each axis, and known is false.
func (c *Config) Resolution() (zyx [3]float64, known bool) {
	if r := c.Data.Test.Resolution; isSet(r) && len(r) > 0 {
		return axes(c, r, 1), true
	}
	return [3]float64{1, 1, 1}, false
}

// Thresholds is TEST.DET_MIN_TH_TO_BE_PEAK, one per class.
func (c *Config) Thresholds() []float64 { return fit(c.Test.DetMinThToBePeak, c.Model.NClasses) }

// Tolerances is TEST.DET_TOLERANCE, one per class.
func (c *Config) Tolerances() []float64 { return fit(c.Test.DetTolerance, c.Model.NClasses) }

// Radii is TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS, one per class.
func (c *Config) Radii() []float64 {
	return fit(c.Test.PostProcessing.RemoveClosePointsRadius, c.Model.NClasses)
}

// Expand returns m with every list at its full length: one entry per level, or
// per step between levels for ZDown and YXDown, whose zeros become 2.
func (m Model) Expand() Model {
	n := len(m.FeatureMaps)
	m.FeatureMaps = slices.Clone(m.FeatureMaps)
	m.DropoutValues = fit(m.DropoutValues, n)
	m.Isotropy = fit(m.Isotropy, n)
	m.ConvLayers = fit(m.ConvLayers, n)
	m.ZDown, m.YXDown = fit(m.ZDown, n-1), fit(m.YXDown, n-1)
	for i := range m.ZDown {
		if m.ZDown[i] == 0 {
			m.ZDown[i] = 2
		}
		if m.YXDown[i] == 0 {
			m.YXDown[i] = 2
		}
	}
	return m
}

// DownFactor is the product of the down-sampling factors of the network along
// (z, y, x), 1 along z in 2D. The patch divides by it.
func (c *Config) DownFactor() [3]int {
	out := [3]int{1, 1, 1}
	m := c.Model.Expand()
	for i := range m.YXDown {
		if c.NDim() == 3 {
			out[0] *= m.ZDown[i]
		}
		out[1] *= m.YXDown[i]
		out[2] *= m.YXDown[i]
	}
	return out
}

// axes resolves a list with one entry per axis, or one for all, to (z, y, x);
// flat stands for z in 2D.
func axes[T any](c *Config, list []T, flat T) [3]T {
	n := c.NDim()
	full := fit(list, n)
	out := [3]T{flat, flat, flat}
	copy(out[3-n:], full)
	return out
}

// fit returns a list of n entries: list itself, copied, or its first entry n
// times when its length is another; zeros for an empty one.
func fit[T any](list []T, n int) []T {
	n = max(n, 0)
	if len(list) == n {
		return slices.Clone(list)
	}
	out := make([]T, n)
	for i := range out {
		if len(list) > 0 {
			out[i] = list[0]
		}
	}
	return out
}

// Changes names the random changes of training patches that are on, such as
// "HFLIP", in the order of the table; none while AUGMENTOR.ENABLE is False.
func (c *Config) Changes() []string {
	names := []string{}
	if !c.Augmentor.Enable {
		return names
	}
	rows := table(c)
	for _, r := range rows {
		name, isProb := strings.CutSuffix(r.name, "_PROB")
		if !isProb || r.field == nil {
			continue
		}
		if on, known := find(rows, name); known && on.field != nil && isOn(on.value()) {
			names = append(names, strings.TrimPrefix(name, "AUGMENTOR."))
		}
	}
	return names
}
