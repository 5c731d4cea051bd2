package config

// Preprocess is DATA.PREPROCESS: for which sets, and the steps in the order in
// which they are done.
type Preprocess struct {
	Train, Val, Test bool
	GaussianBlur     GaussianBlur
	MedianBlur       MedianBlur
	MatchHistogram   MatchHistogram
	CLAHE            CLAHE
	Canny            Canny
}

// GaussianBlur is DATA.PREPROCESS.GAUSSIAN_BLUR.
type GaussianBlur struct {
	Enable bool
	Sigma  []float64 // voxels, above 0; 1 or one per axis
	Mode   string    // see detection.Border
}

// MedianBlur is DATA.PREPROCESS.MEDIAN_BLUR.
type MedianBlur struct {
	Enable     bool
	KernelSize []int // voxels, odd, (y, x, c) or (z, y, x, c)
}

// MatchHistogram is DATA.PREPROCESS.MATCH_HISTOGRAM.
type MatchHistogram struct {
	Enable        bool
	ReferencePath string
}

// CLAHE is DATA.PREPROCESS.CLAHE.
type CLAHE struct {
	Enable     bool
	KernelSize []int   // voxels; 1 or one per axis; 0: an eighth of the image
	ClipLimit  float64 // 0 to 1
}

// Canny is DATA.PREPROCESS.CANNY; thresholds are grey values, -1 for a tenth
// and a fifth of the largest value of the sample type.
type Canny struct {
	Enable                      bool
	LowThreshold, HighThreshold float64
}

// used says whether any step is done for any set.
func (p Preprocess) used() bool {
	return (p.Train || p.Val || p.Test) && (p.GaussianBlur.Enable || p.MedianBlur.Enable || p.MatchHistogram.Enable || p.CLAHE.Enable || p.Canny.Enable)
}

// GaussianBlurSigma is DATA.PREPROCESS.GAUSSIAN_BLUR.SIGMA as (z, y, x), z = 0
// in 2D.
func (c *Config) GaussianBlurSigma() [3]float64 {
	return axes(c, c.Data.Preprocess.GaussianBlur.Sigma, 0)
}

// MedianBlurKernel is DATA.PREPROCESS.MEDIAN_BLUR.KERNEL_SIZE as (z, y, x), z =
// 1 in 2D.
func (c *Config) MedianBlurKernel() [3]int {
	k := c.Data.Preprocess.MedianBlur.KernelSize
	return axes(c, k[:max(len(k)-1, 0)], 1)
}

// CLAHEKernel is DATA.PREPROCESS.CLAHE.KERNEL_SIZE as (z, y, x), z = 1 in 2D.
func (c *Config) CLAHEKernel() [3]int { return axes(c, c.Data.Preprocess.CLAHE.KernelSize, 1) }

func preprocessRows(c *Config) []row {
	const anySplit = "DATA.PREPROCESS.TRAIN|DATA.PREPROCESS.VAL|DATA.PREPROCESS.TEST"
	const d = "DATA.PREPROCESS."
	const gauss, median, match, clahe, canny = d + "GAUSSIAN_BLUR.", d + "MEDIAN_BLUR.", d + "MATCH_HISTOGRAM.", d + "CLAHE.", d + "CANNY."
	p := &c.Data.Preprocess
	rows := []row{
		use(d+"TRAIN", &p.Train, false, anything, "Pre-process the training images.").when("TRAIN.ENABLE"),
		use(d+"VAL", &p.Val, false, anything, "Pre-process the validation images.").when("TRAIN.ENABLE"),
		use(d+"TEST", &p.Test, false, anything, "Pre-process the test images, and all images that the model file is used on."),
		use(gauss+"ENABLE", &p.GaussianBlur.Enable, false, anything, "Smooth by a Gaussian, each channel by itself.").when(anySplit),
		use(gauss+"SIGMA", &p.GaussianBlur.Sigma, []float64{1}, above(0).each(perAxis), "Its standard deviation, in voxels.").when(gauss + "ENABLE"),
		use(gauss+"MODE", &p.GaussianBlur.Mode, "nearest", oneOf("nearest", "reflect", "mirror", "constant", "wrap"),
			"What is beyond the border: the last voxel, mirror images with or without it, 0, or the other side.").when(gauss + "ENABLE"),
		inert(gauss+"CHANNEL_AXIS", nil, "channels are always smoothed one by one"),
		use(median+"ENABLE", &p.MedianBlur.Enable, false, anything, "Take the median of the voxels around each.").when(anySplit),
		use(median+"KERNEL_SIZE", &p.MedianBlur.KernelSize, []int{3, 3, 1}, atLeast(1),
			"Of how many, odd numbers, (y, x, channels) or (z, y, x, channels); 1 for the channels.").when(median + "ENABLE"),
		use(match+"ENABLE", &p.MatchHistogram.Enable, false, anything, "Give images the distribution of grey values of others.").when(anySplit),
		use(match+"REFERENCE_PATH", &p.MatchHistogram.ReferencePath, "user_data/test/x", anything, "Folder of those others, 8 or 16 bits.").when(match + "ENABLE"),
		use(clahe+"ENABLE", &p.CLAHE.Enable, false, anything, "Equalise contrast locally, limited, and spread values over the whole range.").when(anySplit),
		use(clahe+"KERNEL_SIZE", &p.CLAHE.KernelSize, []int{0}, atLeast(0).each(perAxis), "Size of the regions, in voxels; 0 for an eighth of the image.").
			when(clahe + "ENABLE").orNone(),
		use(clahe+"CLIP_LIMIT", &p.CLAHE.ClipLimit, 0.01, between(0, 1), "Limit of the contrast: more is more; 0 is without.").when(clahe + "ENABLE"),
		use(canny+"ENABLE", &p.Canny.Enable, false, anything, "Replace the image by its edges (2D, one channel).").when(anySplit),
		use(canny+"LOW_THRESHOLD", &p.Canny.LowThreshold, -1, atLeast(0).orMinusOne("a tenth of the largest value"),
			"Gradient as far as which edges go on, in grey values.").when(canny + "ENABLE").orNone(),
		use(canny+"HIGH_THRESHOLD", &p.Canny.HighThreshold, -1, atLeast(0).orMinusOne("a fifth of the largest value"),
			"Gradient that edges reach somewhere, in grey values.").when(canny + "ENABLE").orNone(),
		refuse(d+"RESIZE.ENABLE", false, "Resize images.", "points would no longer lie where their CSV says"),
		later(d+"ZOOM.ENABLE", false, "Zoom volumes that are predicted by chunks.").when("TEST.BY_CHUNKS.ENABLE"),
		later(d+"ZOOM.ZOOM_FACTOR", nil, "The zoom.").when(d + "ZOOM.ENABLE"),
	}
	for _, k := range []string{"OUTPUT_SHAPE", "ORDER", "MODE", "CVAL", "CLIP", "PRESERVE_RANGE", "ANTI_ALIASING"} {
		rows = append(rows, later(d+"RESIZE."+k, nil, "How to resize.").when(d+"RESIZE.ENABLE"))
	}
	return rows
}

// checkPreprocess checks the steps that are done.
func (k *checker) checkPreprocess() {
	const d = "DATA.PREPROCESS."
	p := k.c.Data.Preprocess
	if !p.used() {
		return
	}
	_, channels := k.c.Patch()
	if m := p.MedianBlur; m.Enable {
		key := d + "MEDIAN_BLUR.KERNEL_SIZE"
		good := len(m.KernelSize) == k.c.NDim()+1 && m.KernelSize[len(m.KernelSize)-1] == 1
		for _, n := range m.KernelSize {
			good = good && n%2 == 1
		}
		if !good {
			k.fault([]string{key, "PROBLEM.NDIM"}, "%s is %s: want %d odd numbers, the last one 1, as PROBLEM.NDIM is %s",
				key, format(m.KernelSize), k.c.NDim()+1, k.c.Problem.NDim)
		}
	}
	if m := p.MatchHistogram; m.Enable && m.ReferencePath == "" {
		k.fault([]string{d + "MATCH_HISTOGRAM.REFERENCE_PATH"}, "%sMATCH_HISTOGRAM.REFERENCE_PATH is empty: want a folder of images", d)
	}
	if y := p.Canny; y.Enable {
		if k.c.NDim() == 3 || channels > 1 {
			k.fault([]string{d + "CANNY.ENABLE", "PROBLEM.NDIM", "DATA.PATCH_SIZE"}, "%sCANNY.ENABLE is True: want 2D images of one channel", d)
		}
		if y.HighThreshold >= 0 && y.LowThreshold > y.HighThreshold {
			k.fault([]string{d + "CANNY.LOW_THRESHOLD", d + "CANNY.HIGH_THRESHOLD"}, "%sCANNY.LOW_THRESHOLD is %v: want at most HIGH_THRESHOLD, which is %v",
				d, y.LowThreshold, y.HighThreshold)
		}
	}
}
