package config

// zscore is when images are brought to a mean and a deviation, and perImage
// when all statistics are those of the image.
const (
	zscore   = "DATA.NORMALIZATION.TYPE=zero_mean_unit_variance|DATA.NORMALIZATION.TYPE=custom"
	perImage = "DATA.NORMALIZATION.TYPE=zero_mean_unit_variance|DATA.NORMALIZATION.TYPE=div|DATA.NORMALIZATION.TYPE=scale_range"
)

func dataRows(c *Config) []row {
	d, n := &c.Data, &c.Data.Normalization
	const clip = "DATA.NORMALIZATION.PERC_CLIP.ENABLE"
	percentile := numbers("above 0 and below 100", func(v float64) bool { return v > 0 && v < 100 }).orMinusOne("not set")
	return []row{
		use("DATA.PATCH_SIZE", &d.PatchSize, []int{256, 256, 1}, atLeast(1).each(perPatch),
			"Size of the pieces that the network sees, in voxels, (y, x, channels) or (z, y, x, channels)."),
		use("DATA.REFLECT_TO_COMPLETE_SHAPE", &d.ReflectToCompleteShape, true, anything,
			"Complete images smaller than the patch by reflection instead of refusing them."),
		use("DATA.NORMALIZATION.TYPE", &n.Type, "zero_mean_unit_variance", oneOf("div", "scale_range", "zero_mean_unit_variance", "custom"),
			"How grey values are normalised: divided by 255 or 65535, scaled to 0..1, to mean 0 and variance 1, or by the mean and deviation of all training images (custom)."),
		use(clip, &n.PercClip.Enable, false, anything, "Clip grey values before normalising."),
		use("DATA.NORMALIZATION.PERC_CLIP.LOWER_PERC", &n.PercClip.LowerPerc, -1, percentile, "Lower bound, as a percentile.").when(clip),
		use("DATA.NORMALIZATION.PERC_CLIP.UPPER_PERC", &n.PercClip.UpperPerc, -1, percentile, "Upper bound, as a percentile.").when(clip),
		use("DATA.NORMALIZATION.PERC_CLIP.LOWER_VALUE", &n.PercClip.LowerValue, []float64{-1}, anything.each(perChannel),
			"Lower bound, as a grey value; -1 alone is not set.").when(clip),
		use("DATA.NORMALIZATION.PERC_CLIP.UPPER_VALUE", &n.PercClip.UpperValue, []float64{-1}, anything.each(perChannel),
			"Upper bound, as a grey value; -1 alone is not set.").when(clip),
		use("DATA.NORMALIZATION.ZERO_MEAN_UNIT_VAR.MEAN_VAL", &n.MeanVal, []float64{-1}, anything.each(perChannel),
			"Fixed mean in place of the measured one, grey values; -1 alone is not set.").when(zscore),
		use("DATA.NORMALIZATION.ZERO_MEAN_UNIT_VAR.STD_VAL", &n.StdVal, []float64{-1}, above(0).orMinusOne("not set").each(perChannel),
			"Fixed standard deviation in place of the measured one, grey values.").when(zscore),
		inert("DATA.NORMALIZATION.TARGET.*", nil, otherWorkflow),
		refuse("DATA.NORMALIZATION.MEASURE_BY", "image", "What the statistics are measured on.", measured),
		refuse("DATA.NORMALIZATION.APPLICATION_MODE", "image", "What the statistics are measured on.", measured).when(perImage),
		refuse("DATA.NORMALIZATION.CUSTOM_MODE", "image", "What the statistics are measured on.", measured).when(perImage),
		later("DATA.N_CLASSES", 2, "Number of classes, background included; MODEL.N_CLASSES counts without it."),
		later("DATA.FORCE_RGB", false, "Repeat a grey channel three times."),
		later("DATA.CHECK_GENERATORS", false, "Save samples of the training patches."),
		use("DATA.FILTER_BY_IMAGE", &d.FilterByImage, false, anything,
			"Let FILTER_SAMPLES judge whole training and validation images instead of their patches; test images and those of random patches are always judged as a whole."),
		use("DATA.SAVE_FILTERED_IMAGES", &d.SaveFilteredImages, false, anything,
			"Save some of what FILTER_SAMPLES removes and keeps, below filtering_information."),
		use("DATA.SAVE_FILTERED_IMAGES_NUM", &d.SaveFilteredImagesNum, 3, atLeast(1), "How many of each, and of each set.").
			when("DATA.SAVE_FILTERED_IMAGES"),
		later("DATA.RESOLUTION_NORM.ENABLE", false, "Bring all images to one resolution."),
		later("DATA.RESOLUTION_NORM.TARGET_RESOLUTION", []float64{-1, -1, -1}, "That resolution.").when("DATA.RESOLUTION_NORM.ENABLE"),
	}
}

const measured = "statistics are those of the whole image, in training and in use; DATA.NORMALIZATION.TYPE custom takes those of the training set"

func trainDataRows(c *Config) []row {
	t := &c.Data.Train
	const random, byMap, grid = "DATA.TRAIN.EXTRACT_RANDOM_PATCH", "DATA.TRAIN.PROBABILITY_MAP", "DATA.TRAIN.EXTRACT_RANDOM_PATCH=False"
	return append([]row{
		use("DATA.TRAIN.PATH", &t.Path, "user_data/train/x", anything, "Folder of the training images.").when("TRAIN.ENABLE"),
		use("DATA.TRAIN.GT_PATH", &t.GTPath, "user_data/train/y", anything, "Folder of their CSV files of points.").when("TRAIN.ENABLE"),
		use("DATA.TRAIN.OVERLAP", &t.Overlap, []float64{0}, fraction().each(perAxis),
			"Overlap of training patches, as a fraction of the patch.").when(grid),
		use("DATA.TRAIN.PADDING", &t.Padding, []int{0}, atLeast(0).each(perAxis),
			"Margin of training patches, in voxels below half the patch: without it they cover the image, and it lies in their neighbours or mirrored beyond the border.").
			when(grid),
		use(random, &t.ExtractRandomPatch, false, anything,
			"Cut one patch per image and epoch, at a place drawn anew, instead of a grid; validation patches are drawn once.").when("TRAIN.ENABLE"),
		use(byMap, &t.ProbabilityMap, false, anything,
			"Draw the middles of random training patches by what is painted for points.").when(random),
		use("DATA.TRAIN.W_FOREGROUND", &t.WForeground, 0.94, atLeast(0),
			"Share of middles where something is painted, relative to that of the background.").when(byMap),
		use("DATA.TRAIN.W_BACKGROUND", &t.WBackground, 0.06, atLeast(0),
			"Share of middles where nothing is painted, relative to that of the foreground.").when(byMap),
		use("DATA.TRAIN.REPLICATE", &t.Replicate, 0, atLeast(0),
			"How often each training patch is dealt per epoch; 0 is once, as 1 is.").when("TRAIN.ENABLE"),
		inert("DATA.TRAIN.RESOLUTION", []float64{-1}, "training works in voxels"),
	}, splitRows("TRAIN", "TRAIN.ENABLE", true, &t.FilterSamples)...)
}

func valDataRows(c *Config) []row {
	v := &c.Data.Val
	const own, fromTrain, folds, grid = "DATA.VAL.FROM_TRAIN=False", "DATA.VAL.FROM_TRAIN", "DATA.VAL.CROSS_VAL", "DATA.TRAIN.EXTRACT_RANDOM_PATCH=False"
	open := numbers("above 0 and below 1", func(v float64) bool { return v > 0 && v < 1 })
	return append([]row{
		use(fromTrain, &v.FromTrain, true, anything, "Take the validation images from the training images.").when("TRAIN.ENABLE"),
		use("DATA.VAL.SPLIT_TRAIN", &v.SplitTrain, 0.1, open, "Fraction of the training images to take.").when(folds + "=False"),
		use("DATA.VAL.RANDOM", &v.Random, true, anything,
			"Take them at random instead of the last ones; with CROSS_VAL, make the folds at random instead of in order.").when(fromTrain),
		use("DATA.VAL.PATH", &v.Path, "user_data/val/x", anything, "Folder of the validation images.").when(own),
		use("DATA.VAL.GT_PATH", &v.GTPath, "user_data/val/y", anything, "Folder of their CSV files of points.").when(own),
		use(folds, &v.CrossVal, false, anything,
			"Cross validation: the training images are dealt into folds, and one fold validates; SYSTEM.SEED alone decides, so that every run has the same folds.").
			when(fromTrain),
		use("DATA.VAL.CROSS_VAL_NFOLD", &v.CrossValNFold, 5, atLeast(2), "Number of folds.").when(folds),
		use("DATA.VAL.CROSS_VAL_FOLD", &v.CrossValFold, 1, atLeast(1), "The fold to validate on, from 1.").when(folds),
		use("DATA.VAL.OVERLAP", &v.Overlap, []float64{0}, fraction().each(perAxis),
			"Overlap of validation patches, as a fraction of the patch.").when(grid),
		use("DATA.VAL.PADDING", &v.Padding, []int{0}, atLeast(0).each(perAxis),
			"Margin of validation patches, in voxels below half the patch; see DATA.TRAIN.PADDING.").when(grid),
		inert("DATA.VAL.RESOLUTION", []float64{-1}, "validation works in voxels"),
		inert("DATA.VAL.DIST_EVAL", true, "validation gives the same loss however it is shared out"),
		inert("DATA.VAL.BINARY_MASKS", "", dropped),
	}, splitRows("VAL", "TRAIN.ENABLE", true, &v.FilterSamples)...)
}

func testDataRows(c *Config) []row {
	t := &c.Data.Test
	const roi, fold = "DATA.TEST.ROI_MASK.ENABLE", "DATA.TEST.USE_VAL_AS_TEST"
	return append([]row{
		use("DATA.TEST.PATH", &t.Path, "user_data/test/x", anything, "Folder of the test images.").when("TEST.ENABLE"),
		use("DATA.TEST.GT_PATH", &t.GTPath, "user_data/test/y", anything, "Folder of their CSV files of points.").when("DATA.TEST.LOAD_GT"),
		use("DATA.TEST.LOAD_GT", &t.LoadGT, false, anything, "Compare the found points with true ones.").when("TEST.ENABLE"),
		use("DATA.TEST.OVERLAP", &t.Overlap, []float64{0}, fraction().each(perAxis),
			"Overlap of tiles in prediction, as a fraction of the patch.").when("TEST.ENABLE"),
		use("DATA.TEST.PADDING", &t.Padding, []int{0}, atLeast(0).each(perAxis),
			"Context around each tile that is predicted and thrown away, in voxels; below half the patch.").when("TEST.ENABLE"),
		use("DATA.TEST.RESOLUTION", &t.Resolution, []float64{-1}, above(0).orMinusOne("not known").each(perAxis),
			"Size of a voxel, (y, x) or (z, y, x), in the physical unit in which tolerance and radius are given.").when("TEST.ENABLE"),
		use(fold, &t.UseValAsTest, false, anything,
			"Test on the fold of the cross validation, with its points, instead of DATA.TEST.PATH.").when("TEST.ENABLE"),
		later("DATA.TEST.MEDIAN_PADDING", false, "Pad with the median instead of reflecting.").when("TEST.ENABLE"),
		later(roi, false, "Look for points only inside a mask.").when("TEST.ENABLE"),
		later("DATA.TEST.ROI_MASK.PATH", "", "Folder of those masks.").when(roi),
		later("DATA.TEST.ROI_MASK.AXES_ORDER", "", "Their axes.").when(roi),
		inert("DATA.TEST.ARGMAX_TO_OUTPUT", false, dropped),
	}, splitRows("TEST", "TEST.ENABLE", false, &t.FilterSamples)...)
}

const dropped = "newer versions of BiaPy do not have it either"

// splitRows are the keys that the training, validation and test sets share;
// stage is the switch of the stage that uses the set.
func splitRows(split, stage string, inMemory bool, f *FilterSamples) []row {
	d := "DATA." + split + "."
	many, filter := d+"INPUT_ZARR_MULTIPLE_DATA", d+"FILTER_SAMPLES.ENABLE"
	const painted = "targets are painted from the points, none is read from disk"
	return []row{
		use(filter, &f.Enable, false, anything, "Remove samples that fulfil all conditions of any group, by what is in them.").when(stage),
		use(d+"FILTER_SAMPLES.PROPS", &f.Props, nil, oneOf("foreground", "mean", "min", "max", "target_mean", "target_min", "target_max",
			"diff", "diff_by_min_max_ratio", "diff_by_target_min_max_ratio"), "Properties that the conditions look at, a list per group.").when(filter),
		use(d+"FILTER_SAMPLES.VALUES", &f.Values, nil, anything, "Values that they are compared with, in the same groups.").when(filter),
		use(d+"FILTER_SAMPLES.SIGNS", &f.Signs, nil, oneOf("gt", "ge", "lt", "le"),
			"How: greater than, greater or equal, less than, less or equal.").when(filter),
		use(d+"FILTER_SAMPLES.NORM_BEFORE", &f.NormBefore, false, anything, "Look at normalised values.").when(filter),
		later(d+"INPUT_IMG_AXES_ORDER", "TZCYX", "Axes of the chunked (Zarr) images.").when(stage),
		inert(d+"INPUT_MASK_AXES_ORDER", "TZCYX", "points come from CSV files, not from masks"),
		later(many, false, "Several arrays in one Zarr.").when(stage),
		later(d+"INPUT_ZARR_MULTIPLE_DATA_RAW_PATH", "", "Path of the image in it.").when(many),
		later(d+"INPUT_ZARR_MULTIPLE_DATA_GT_PATH", "", "Path of the points in it.").when(many),
		inert(d+"INPUT_ZARR_MULTIPLE_DATA_ID_PATH", "", otherWorkflow),
		inert(d+"INPUT_ZARR_MULTIPLE_DATA_PARTNERS_PATH", "", otherWorkflow),
		inert(d+"INPUT_ZARR_MULTIPLE_DATA_LOCATIONS_PATH", "", otherWorkflow),
		inert(d+"INPUT_ZARR_MULTIPLE_DATA_RESOLUTION_PATH", "", otherWorkflow),
		inert(d+"IN_MEMORY", inMemory, "where images are kept does not change the result"),
		inert(d+"CHECK_DATA", true, "files are always checked"),
		inert(d+"DETECTION_MASK_DIR", "", painted),
		inert(d+"INSTANCE_CHANNELS_MASK_DIR", "", otherWorkflow),
		inert(d+"SSL_SOURCE_DIR", "", otherWorkflow),
	}
}
