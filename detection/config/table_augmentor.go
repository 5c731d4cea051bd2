package config

const augment = "AUGMENTOR.ENABLE"

func augmentorRows(c *Config) []row {
	a := &c.Augmentor
	rows := []row{
		use(augment, &a.Enable, false, anything, "Change training patches at random.").when("TRAIN.ENABLE"),
	}
	for _, t := range []struct {
		name string
		on   *bool
		prob *float64
		doc  string
	}{
		{"VFLIP", &a.VFlip, &a.VFlipProb, "Mirror along y, top to bottom. (BiaPy's VFLIP mirrors along x.)"},
		{"HFLIP", &a.HFlip, &a.HFlipProb, "Mirror along x, left to right. (BiaPy's HFLIP mirrors along y.)"},
		{"ZFLIP", &a.ZFlip, &a.ZFlipProb, "Mirror along z; 3D only."},
		{"ROT90", &a.Rot90, &a.Rot90Prob, "Turn by a multiple of 90 degrees in the y, x plane."},
	} {
		rows = append(rows,
			use("AUGMENTOR."+t.name, t.on, false, anything, t.doc).when(augment),
			use("AUGMENTOR."+t.name+"_PROB", t.prob, 0.5, between(0, 1), "Probability of "+t.name+" per patch.").when("AUGMENTOR."+t.name))
	}
	return rows
}

// parameter is a key that tunes a transform, with its default.
type parameter struct {
	name string
	def  any
}

// otherTransforms are BiaPy's transforms that this version does not have.
var otherTransforms = []struct {
	name, doc  string
	parameters []parameter
}{
	{"RANDOM_ROT", "Turn by a random angle.", []parameter{{"RANDOM_ROT_RANGE", []float64{-180, 180}}}},
	{"ZOOM", "Zoom.", []parameter{{"ZOOM_RANGE", []float64{0.5, 1.5}}, {"ZOOM_IN_Z", false}}},
	{"SHEAR", "Shear.", []parameter{{"SHEAR_RANGE", []float64{-20, 20}}}},
	{"SHIFT", "Shift.", []parameter{{"SHIFT_RANGE", []float64{0.1, 0.2}}}},
	{"ELASTIC", "Deform elastically.", []parameter{{"E_ALPHA", []float64{12, 16}}, {"E_SIGMA", 4.0}, {"E_MODE", "constant"}}},
	{"G_BLUR", "Blur with a Gaussian.", []parameter{{"G_SIGMA", []float64{1, 2}}}},
	{"MEDIAN_BLUR", "Median filter.", []parameter{{"MB_KERNEL", []float64{3, 7}}}},
	{"MOTION_BLUR", "Blur along a line.", []parameter{{"MOTB_K_RANGE", []float64{8, 12}}}},
	{"GAMMA_CONTRAST", "Change the gamma.", []parameter{{"GC_GAMMA", []float64{1.25, 1.75}}}},
	{"BRIGHTNESS", "Add a random value.", []parameter{{"BRIGHTNESS_FACTOR", []float64{-0.1, 0.1}}, {"BRIGHTNESS_MODE", ""}}},
	{"CONTRAST", "Multiply by a random value.", []parameter{{"CONTRAST_FACTOR", []float64{-0.1, 0.1}}, {"CONTRAST_MODE", ""}}},
	{"DROPOUT", "Blank random pixels.", []parameter{{"DROP_RANGE", []float64{0, 0.2}}}},
	{"CUTOUT", "Blank random boxes.", []parameter{{"COUT_NB_ITERATIONS", []float64{1, 3}}, {"COUT_SIZE", []float64{0.05, 0.3}},
		{"COUT_CVAL", 0.0}, {"COUT_APPLY_TO_MASK", false}}},
	{"CUTBLUR", "Coarsen a box.", []parameter{{"CBLUR_SIZE", []float64{0.2, 0.4}}, {"CBLUR_DOWN_RANGE", []float64{2, 8}},
		{"CBLUR_INSIDE", true}}},
	{"CUTMIX", "Paste a box of another patch.", []parameter{{"CMIX_SIZE", []float64{0.2, 0.4}}}},
	{"CUTNOISE", "Add noise to boxes.", []parameter{{"CNOISE_SCALE", []float64{0.05, 0.1}},
		{"CNOISE_NB_ITERATIONS", []float64{1, 3}}, {"CNOISE_SIZE", []float64{0.2, 0.4}}}},
	{"MISALIGNMENT", "Shift planes against each other.", []parameter{{"MS_DISPLACEMENT", 16}, {"MS_ROTATE_RATIO", 0.5}}},
	{"MISSING_SECTIONS", "Blank planes.", []parameter{{"MISSP_ITERATIONS", []float64{10, 30}}, {"MISSP_CHANNEL_PB", 0.5}}},
	{"GRAYSCALE", "Average the channels.", nil},
	{"CHANNEL_SHUFFLE", "Shuffle the channels.", nil},
	{"GRIDMASK", "Blank a grid of boxes.", []parameter{{"GRID_RATIO", 0.6}, {"GRID_D_RANGE", []float64{0.4, 1}},
		{"GRID_ROTATE", 1.0}, {"GRID_INVERT", false}}},
	{"GAUSSIAN_NOISE", "Add Gaussian noise.", []parameter{{"GAUSSIAN_NOISE_MEAN", 0.0}, {"GAUSSIAN_NOISE_VAR", 0.05},
		{"GAUSSIAN_NOISE_USE_INPUT_IMG_MEAN_AND_VAR", false}}},
	{"POISSON_NOISE", "Add Poisson noise.", nil},
	{"SALT", "Whiten random pixels.", []parameter{{"SALT_AMOUNT", 0.05}}},
	{"PEPPER", "Blacken random pixels.", []parameter{{"PEPPER_AMOUNT", 0.05}}},
	{"SALT_AND_PEPPER", "Whiten or blacken random pixels.", []parameter{{"SALT_AND_PEPPER_AMOUNT", 0.05},
		{"SALT_AND_PEPPER_PROP", 0.5}}},
}

func otherAugmentorRows() []row {
	var rows []row
	for _, t := range otherTransforms {
		on := "AUGMENTOR." + t.name
		rows = append(rows, later(on, false, t.doc).when(augment),
			later(on+"_PROB", 0.5, "Probability of "+t.name+" per patch.").when(on))
		for _, p := range t.parameters {
			rows = append(rows, later("AUGMENTOR."+p.name, p.def, "Parameter of "+t.name+".").when(on))
		}
	}
	const preview = "samples of changed patches are not written"
	const em = "newer versions of BiaPy do not have it either; AUGMENTOR.BRIGHTNESS and CONTRAST are its successors"
	rows = append(rows,
		later("AUGMENTOR.AFFINE_MODE", "reflect", "How corners are filled.").
			when("AUGMENTOR.RANDOM_ROT|AUGMENTOR.ZOOM|AUGMENTOR.SHEAR|AUGMENTOR.SHIFT"),
		later("AUGMENTOR.SHUFFLE_TRAIN_DATA_EACH_EPOCH", true, "Draw training patches in random order.").when("TRAIN.ENABLE"),
		inert("AUGMENTOR.SHUFFLE_VAL_DATA_EACH_EPOCH", false, "the order of validation patches does not change their loss"),
		inert("AUGMENTOR.AUG_SAMPLES", true, preview),
		inert("AUGMENTOR.DRAW_GRID", true, preview),
		inert("AUGMENTOR.AUG_NUM_SAMPLES", 10, preview))
	for _, name := range []string{"BRIGHTNESS_EM", "CONTRAST_EM"} {
		on := "AUGMENTOR." + name
		rows = append(rows, refuse(on, false, "Older transform.", em).when(augment),
			refuse(on+"_FACTOR", nil, "Parameter of "+name+".", em).when(on),
			refuse(on+"_MODE", nil, "Parameter of "+name+".", em).when(on))
	}
	return rows
}
