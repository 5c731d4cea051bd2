package config

const (
	augment   = "AUGMENTOR.ENABLE"
	augmented = "AUGMENTOR.AUG_SAMPLES"
)

// transform is a group of rows: a switch, its probability and parameters.
type transform struct {
	name, doc  string
	field      *Transform
	parameters []row
}

func (t transform) rows() []row {
	on := "AUGMENTOR." + t.name
	rows := []row{
		use(on, &t.field.On, false, anything, t.doc).when(augment),
		use(on+"_PROB", &t.field.Prob, 0.5, between(0, 1), "Probability of "+t.name+" per patch.").when(on),
	}
	for _, p := range t.parameters {
		p.name = "AUGMENTOR." + p.name
		rows = append(rows, p.when(on))
	}
	return rows
}

func augmentorRows(c *Config) []row {
	a := &c.Augmentor
	rows := []row{
		use(augment, &a.Enable, false, anything, "Change training patches at random.").when("TRAIN.ENABLE"),
		use("AUGMENTOR.SHUFFLE_TRAIN_DATA_EACH_EPOCH", &a.ShuffleEachEpoch, true, anything,
			"Draw training patches in random order.").when("TRAIN.ENABLE"),
		use(augmented, &a.AugSamples, true, anything,
			"Write the first patches of the first epoch, as training sees them, before it begins.").when(augment),
		use("AUGMENTOR.AUG_NUM_SAMPLES", &a.AugNumSamples, 10, atLeast(1),
			"How many of them; all when there are fewer.").when(augmented),
		use("AUGMENTOR.DRAW_GRID", &a.DrawGrid, true, anything,
			"Write each of them also with a grid that was drawn before the change. (BiaPy draws it into the sample itself.)").when(augmented),
		refuse("AUGMENTOR.AFFINE_MODE", "reflect", "How corners are filled.",
			"patches are cut from whole images, and what lies beyond is reflected").
			when("AUGMENTOR.RANDOM_ROT|AUGMENTOR.ZOOM|AUGMENTOR.SHEAR|AUGMENTOR.SHIFT"),
	}
	for _, list := range [][]transform{symmetries(a), deformations(a), greyChanges(a), holes(a)} {
		for _, t := range list {
			rows = append(rows, t.rows()...)
		}
	}
	return append(rows, otherAugmentorRows()...)
}

func symmetries(a *Augmentor) []transform {
	return []transform{
		{"VFLIP", "Mirror along y, top to bottom. (BiaPy's VFLIP mirrors along x.)", &a.VFlip, nil},
		{"HFLIP", "Mirror along x, left to right. (BiaPy's HFLIP mirrors along y.)", &a.HFlip, nil},
		{"ZFLIP", "Mirror along z; 3D only.", &a.ZFlip, nil},
		{"ROT90", "Turn by a multiple of 90 degrees in the y, x plane.", &a.Rot90, nil},
	}
}

func deformations(a *Augmentor) []transform {
	return []transform{
		{"RANDOM_ROT", "Turn by a random angle in the y, x plane.", &a.RandomRot, []row{
			use("RANDOM_ROT_RANGE", &a.RandomRotRange, []float64{-180, 180}, between(-360, 360).each(span), "Range of the angle, in degrees."),
		}},
		{"ZOOM", "Enlarge or shrink.", &a.Zoom, []row{
			use("ZOOM_RANGE", &a.ZoomRange, []float64{0.5, 1.5}, between(0.01, 100).each(span), "Range of the factor; above 1 enlarges."),
			use("ZOOM_IN_Z", &a.ZoomInZ, false, anything, "Zoom along z as well."),
		}},
		{"SHEAR", "Slant x along y.", &a.Shear, []row{
			use("SHEAR_RANGE", &a.ShearRange, []float64{-20, 20}, between(-80, 80).each(span), "Range of the angle, in degrees."),
		}},
		{"SHIFT", "Move along y and x, to either side.", &a.Shift, []row{
			use("SHIFT_RANGE", &a.ShiftRange, []float64{0.1, 0.2}, between(0, 1).each(span), "Range of the way, as a share of the patch's side."),
		}},
		{"ELASTIC", "Bend by a smooth random field, image and points alike.", &a.Elastic, []row{
			use("E_ALPHA", &a.EAlpha, []float64{12, 16}, atLeast(0).each(span), "Range of the strength, in voxels."),
			use("E_SIGMA", &a.ESigma, 4, above(0), "Standard deviation of the field's smoothing, in voxels."),
			refuse("E_MODE", "constant", "How corners are filled.", "what lies beyond the image is reflected"),
		}},
	}
}

func greyChanges(a *Augmentor) []transform {
	return []transform{
		{"GRAYSCALE", "Average the channels.", &a.Grayscale, nil},
		{"CHANNEL_SHUFFLE", "Shuffle the channels.", &a.ChannelShuffle, nil},
		{"BRIGHTNESS", "Add a random value.", &a.Brightness, []row{
			use("BRIGHTNESS_FACTOR", &a.BrightnessFactor, []float64{-0.1, 0.1}, anything.each(span), "Range of the value."),
			later("BRIGHTNESS_MODE", "", "Older: by plane or by volume."),
		}},
		{"CONTRAST", "Multiply by a random value.", &a.Contrast, []row{
			use("CONTRAST_FACTOR", &a.ContrastFactor, []float64{-0.1, 0.1}, above(-1).each(span), "Range of the value less 1."),
			later("CONTRAST_MODE", "", "Older: by plane or by volume."),
		}},
		{"GAMMA_CONTRAST", "Raise to a random power; for grey values from 0 to 1.", &a.GammaContrast, []row{
			use("GC_GAMMA", &a.GCGamma, []float64{1.25, 1.75}, above(0).each(span), "Range of the power."),
		}},
		{"GAUSSIAN_NOISE", "Add Gaussian noise.", &a.GaussianNoise, []row{
			use("GAUSSIAN_NOISE_MEAN", &a.GaussianNoiseMean, 0, anything, "Mean of the noise."),
			use("GAUSSIAN_NOISE_VAR", &a.GaussianNoiseVar, 0.05, atLeast(0), "Variance of the noise."),
			use("GAUSSIAN_NOISE_USE_INPUT_IMG_MEAN_AND_VAR", &a.GaussianNoiseUseInputImgMeanAndVar, false, anything,
				"Take mean and variance of the patch instead."),
		}},
		{"POISSON_NOISE", "Replace values by Poisson counts; for grey values from 0 to 1.", &a.PoissonNoise, nil},
		{"SALT", "Whiten random pixels.", &a.Salt, []row{
			use("SALT_AMOUNT", &a.SaltAmount, 0.05, between(0, 1), "Share of the pixels."),
		}},
		{"PEPPER", "Blacken random pixels.", &a.Pepper, []row{
			use("PEPPER_AMOUNT", &a.PepperAmount, 0.05, between(0, 1), "Share of the pixels."),
		}},
		{"SALT_AND_PEPPER", "Whiten or blacken random pixels.", &a.SaltAndPepper, []row{
			use("SALT_AND_PEPPER_AMOUNT", &a.SaltAndPepperAmount, 0.05, between(0, 1), "Share of the pixels."),
			use("SALT_AND_PEPPER_PROP", &a.SaltAndPepperProp, 0.5, between(0, 1), "Share of white among them."),
		}},
		{"G_BLUR", "Blur with a Gaussian.", &a.GBlur, []row{
			use("G_SIGMA", &a.GSigma, []float64{1, 2}, atLeast(0).each(span), "Range of the standard deviation, in voxels."),
		}},
		{"MEDIAN_BLUR", "Median filter.", &a.MedianBlur, []row{
			use("MB_KERNEL", &a.MBKernel, []int{3, 7}, atLeast(1).each(span), "Range of the side, in voxels."),
		}},
		{"MOTION_BLUR", "Blur along a line.", &a.MotionBlur, []row{
			use("MOTB_K_RANGE", &a.MotBKRange, []int{8, 12}, atLeast(1).each(span), "Range of its length, in voxels."),
		}},
	}
}

func holes(a *Augmentor) []transform {
	side := between(0, 1).each(span)
	return []transform{
		{"CUTBLUR", "Coarsen a box.", &a.CutBlur, []row{
			use("CBLUR_SIZE", &a.CBlurSize, []float64{0.2, 0.4}, side, "Range of its side, as a share of the patch's."),
			use("CBLUR_DOWN_RANGE", &a.CBlurDownRange, []int{2, 8}, atLeast(1).each(span), "Range of the factor."),
			use("CBLUR_INSIDE", &a.CBlurInside, true, anything, "Coarsen the inside; otherwise sometimes the outside."),
		}},
		{"CUTNOISE", "Add noise to boxes.", &a.CutNoise, []row{
			use("CNOISE_SCALE", &a.CNoiseScale, []float64{0.05, 0.1}, atLeast(0).each(span), "Range of its strength."),
			use("CNOISE_NB_ITERATIONS", &a.CNoiseNBIterations, []int{1, 3}, atLeast(0).each(span), "Range of the number of boxes."),
			use("CNOISE_SIZE", &a.CNoiseSize, []float64{0.2, 0.4}, side, "Range of their side, as a share of the patch's."),
		}},
		{"CUTOUT", "Blank random boxes.", &a.Cutout, []row{
			use("COUT_NB_ITERATIONS", &a.CoutNBIterations, []int{1, 3}, atLeast(0).each(span), "Range of the number of boxes."),
			use("COUT_SIZE", &a.CoutSize, []float64{0.05, 0.3}, side, "Range of their side, as a share of the patch's."),
			use("COUT_CVAL", &a.CoutCVal, 0, anything, "Value that they get."),
			use("COUT_APPLY_TO_MASK", &a.CoutApplyToMask, false, anything, "Remove the points in them."),
		}},
		{"GRIDMASK", "Blank the squares of a grid.", &a.GridMask, []row{
			use("GRID_RATIO", &a.GridRatio, 0.6, numbers("above 0 and below 1", func(v float64) bool { return v > 0 && v < 1 }),
				"Width of the bars, which are kept, as a share of a cell's side."),
			use("GRID_D_RANGE", &a.GridDRange, []float64{0.4, 1}, numbers("above 0, at most 1", func(v float64) bool { return v > 0 && v <= 1 }).each(span),
				"Range of a cell's side, as a share of the patch's."),
			use("GRID_ROTATE", &a.GridRotate, 1, between(0, 1), "How far the grid turns, as a share of a full turn."),
			use("GRID_INVERT", &a.GridInvert, false, anything, "Blank the bars and keep the squares between them."),
		}},
		{"MISSING_SECTIONS", "Blank a gap across the image.", &a.MissingSections, []row{
			use("MISSP_ITERATIONS", &a.MissPIterations, []int{10, 30}, between(0, 1000).each(span), "Range of half its width, in voxels."),
			use("MISSP_CHANNEL_PB", &a.MissPChannelPB, 0.5, between(0, 1), "Probability of each channel to be concerned."),
		}},
		{"DROPOUT", "Blank random pixels.", &a.Dropout, []row{
			use("DROP_RANGE", &a.DropRange, []float64{0, 0.2}, between(0, 1).each(span), "Range of the share of pixels."),
		}},
	}
}

// otherAugmentorRows are what this version does not have.
func otherAugmentorRows() []row {
	const em = "newer versions of BiaPy do not have it either; AUGMENTOR.BRIGHTNESS and CONTRAST are its successors"
	const shifts = "it shifts one part of the image against the other, so that a point in between has no one place"
	rows := []row{
		later("AUGMENTOR.CUTMIX", false, "Paste a box of another patch.").when(augment),
		later("AUGMENTOR.CUTMIX_PROB", 0.5, "Probability of CUTMIX per patch.").when("AUGMENTOR.CUTMIX"),
		later("AUGMENTOR.CMIX_SIZE", []float64{0.2, 0.4}, "Parameter of CUTMIX.").when("AUGMENTOR.CUTMIX"),
		refuse("AUGMENTOR.MISALIGNMENT", false, "Shift a part of the patch.", shifts).when(augment),
		refuse("AUGMENTOR.MISALIGNMENT_PROB", 0.5, "Probability of MISALIGNMENT per patch.", shifts).when("AUGMENTOR.MISALIGNMENT"),
		refuse("AUGMENTOR.MS_DISPLACEMENT", 16, "Parameter of MISALIGNMENT.", shifts).when("AUGMENTOR.MISALIGNMENT"),
		refuse("AUGMENTOR.MS_ROTATE_RATIO", 0.5, "Parameter of MISALIGNMENT.", shifts).when("AUGMENTOR.MISALIGNMENT"),
		inert("AUGMENTOR.SHUFFLE_VAL_DATA_EACH_EPOCH", false, "the order of validation patches does not change their loss"),
	}
	for _, name := range []string{"BRIGHTNESS_EM", "CONTRAST_EM"} {
		on := "AUGMENTOR." + name
		rows = append(rows, refuse(on, false, "Older transform.", em).when(augment),
			refuse(on+"_FACTOR", nil, "Parameter of "+name+".", em).when(on),
			refuse(on+"_MODE", nil, "Parameter of "+name+".", em).when(on))
	}
	return rows
}
