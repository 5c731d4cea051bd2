package config

import (
	"slices"
	"strings"
)

// table is the one source of keys, types, defaults, ranges and meanings. Its
// fields point into c; supported rows of a section stand together, sections of
// a section after its keys, because files are written in this order.
func table(c *Config) []row {
	return slices.Concat(
		systemRows(c), problemRows(c), dataRows(c), trainDataRows(c), valDataRows(c), testDataRows(c), preprocessRows(c),
		augmentorRows(c), modelRows(c), otherModelRows(),
		lossRows(c), trainRows(c), testRows(c), postProcessingRows(c), pathRows(c), logRows(c), punctaRows(c),
	)
}

func systemRows(c *Config) []row {
	s := &c.System
	return []row{
		use("SYSTEM.NUM_CPUS", &s.NumCPUs, -1, atLeast(1).orMinusOne("all"), "CPU threads to use."),
		use("SYSTEM.SEED", &s.Seed, 0, atLeast(0), "Seed of everything random; run N of a job uses SEED + N - 1."),
		use("SYSTEM.DEVICE", &s.Device, "cpu", rule{text: "cpu, cuda or cuda:N", match: isDevice},
			"Device that runs the network; --gpu on the command line goes first."),
		use("SYSTEM.NUM_WORKERS", &s.NumWorkers, -1, atLeast(0).orMinusOne("as many as help"),
			"Training batches that are made at the same time; changes no result."),
		inert("SYSTEM.NUM_GPUS", 0, "the devices are those that --gpu names"),
		inert("SYSTEM.PIN_MEM", true, "there are no loader processes whose memory could be pinned"),
	}
}

func isDevice(s string) bool {
	index, found := strings.CutPrefix(s, "cuda:")
	digits := index != "" && strings.Trim(index, "0123456789") == ""
	return s == "cpu" || s == "cuda" || found && digits
}

func problemRows(c *Config) []row {
	p, d := &c.Problem, &c.Problem.Detection
	rows := []row{
		use("PROBLEM.TYPE", &p.Type, "DETECTION", oneOf("DETECTION"), "The workflow."),
		use("PROBLEM.NDIM", &p.NDim, "2D", oneOf("2D", "3D"), "Images are planes (y, x) or stacks (z, y, x)."),
		use("PROBLEM.DETECTION.CENTRAL_POINT_DILATION", &d.CentralPointDilation, []int{2}, atLeast(0).each(perAxis),
			"Semi-axes, in voxels, of the ellipsoid painted around each point of the training target; 0 is one voxel.").
			when("PUNCTA.TARGET=disk"),
		use("PROBLEM.DETECTION.CHECK_POINTS_CREATED", &d.CheckPointsCreated, true, anything,
			"Check points for repeats, for balls that touch and for positions outside the image before training."),
		use("PROBLEM.DETECTION.CLASS_REBALANCE_WITHIN_CHANNELS", &d.ClassRebalanceWithinChannels, true, anything,
			"Weigh the rarer of foreground and background up in the loss, at most 19 times."),
		later("PROBLEM.DETECTION.DATA_CHECK_MW", false, "Save the stages of the watershed.").when("TEST.POST_PROCESSING.DET_WATERSHED"),
		later("PROBLEM.DETECTION.SEPARATED_DECODERS_PER_HEAD", false, "One decoder per head."),
		later("PROBLEM.DETECTION.SEPARATED_DECODERS_DIVIDE_FEATURE_MAPS", false, "Share the width among the decoders.").
			when("PROBLEM.DETECTION.SEPARATED_DECODERS_PER_HEAD"),
		later("PROBLEM.DETECTION.DATA_CHANNEL_WEIGHTS", []float64{1, 1}, "Weights of the point head and the class head in the loss."),
		inert("PROBLEM.PRINT_OLD_KEY_CHANGES", true, "older spellings are always reported"),
	}
	for _, other := range []string{"SEMANTIC_SEG", "INSTANCE_SEG", "DENOISING", "SUPER_RESOLUTION", "SELF_SUPERVISED",
		"CLASSIFICATION", "IMAGE_TO_IMAGE"} {
		rows = append(rows, inert("PROBLEM."+other+".*", nil, otherWorkflow))
	}
	return rows
}

const otherWorkflow = "it belongs to another workflow"

func pathRows(c *Config) []row {
	const fixed = "the results tree below --result_dir is always the same"
	rows := []row{
		use("PATHS.CHECKPOINT_FILE", &c.Paths.CheckpointFile, "", anything,
			"Checkpoint to load (.safetensors or BiaPy's .pth); empty is that of this job and run.").when(loading),
		refuse("PATHS.RESULT_DIR.*", nil, "Folders of the results.", fixed),
	}
	for _, name := range []string{"CHECKPOINT", "CHARTS", "PROFILER", "BMZ_EXPORT_PATH", "DA_SAMPLES", "TRAIN_PRED_SAMPLES",
		"GEN_CHECKS", "GEN_MASK_CHECKS", "PROB_MAP_DIR", "PROB_MAP_FILENAME", "WATERSHED_DIR", "FIL_SAMPLES_DIR"} {
		rows = append(rows, refuse("PATHS."+name, "", "A folder or file of the results.", fixed))
	}
	for _, name := range []string{"MAE_OUT_DIR", "TRAIN_INSTANCE_CHANNELS_CHECK", "VAL_INSTANCE_CHANNELS_CHECK",
		"TEST_INSTANCE_CHANNELS_CHECK"} {
		rows = append(rows, inert("PATHS."+name, "", otherWorkflow))
	}
	for _, name := range []string{"MEAN_INFO_FILE", "STD_INFO_FILE", "LWR_X_FILE", "UPR_X_FILE", "LWR_Y_FILE", "UPR_Y_FILE"} {
		rows = append(rows, inert("PATHS."+name, "", "the statistics are kept in the model file and beside it"))
	}
	return rows
}

func logRows(c *Config) []row {
	const fixed = "the results tree below --result_dir is always the same"
	return []row{
		use("LOG.CHART_CREATION_FREQ", &c.Log.ChartCreationFreq, 5, atLeast(1),
			"Epochs between two drawings of the charts; they are drawn when training ends as well.").when("TRAIN.ENABLE"),
		refuse("LOG.LOG_DIR", "", "Folder of the log.", fixed),
		refuse("LOG.TENSORBOARD_LOG_DIR", "", "Folder of the TensorBoard events.", fixed),
		refuse("LOG.LOG_FILE_PREFIX", "", "Start of the log's name.", fixed),
	}
}

func punctaRows(c *Config) []row {
	p := &c.Puncta
	return []row{
		use("PUNCTA.TARGET", &p.Target, "disk", oneOf("disk", "gaussian"),
			"What is painted for a point: BiaPy's disk (ellipsoid in 3D), or a Gaussian of height 1."),
		use("PUNCTA.GAUSSIAN_SIGMA", &p.GaussianSigma, []float64{2}, above(0).each(perAxis),
			"Standard deviation of the Gaussian target, in voxels.").when("PUNCTA.TARGET=gaussian"),
		use("PUNCTA.PRIOR", &p.Prior, 0, fraction(),
			"Probability that the network answers everywhere before its training; 0 leaves the head's bias at 0, a probability of a half, as BiaPy does. About the share of the target that is foreground helps where CLASS_REBALANCE_WITHIN_CHANNELS is off.").
			when("TRAIN.ENABLE"),
		use("PUNCTA.EMA_DECAY", &p.EMADecay, 0, fraction(),
			"Decay per step of the moving average of the weights that is validated and kept in place of the weights; 0 keeps the weights themselves. 0.99 averages over about 100 steps.").when("TRAIN.ENABLE"),
		use("PUNCTA.PLATEAU", &p.Plateau, "one", oneOf("one", "pixel"),
			"Points for neighbouring voxels of one value: a single one, or one for each voxel as BiaPy makes."),
		use("PUNCTA.SMOOTHING", &p.Smoothing, []float64{0}, atLeast(0).each(perAxis),
			"Standard deviation of the Gaussian that smooths the map before peaks are looked for, in voxels; 0 for none."),
		use("PUNCTA.REFINE", &p.Refine, "none", oneOf("none", "subpixel", "centroid"),
			"What moves points off their voxels: nothing, the top of the map between voxels, or the centroid of the object around the point in the image."),
		use("PUNCTA.CENTROID_FACTOR", &p.CentroidFactor, 0.6, above(0),
			"Height of the threshold that outlines objects in the image, in Otsu thresholds above the ground.").when("PUNCTA.REFINE=centroid"),
		use("PUNCTA.CENTROID_MAX_SHIFT", &p.CentroidMaxShift, 15, atLeast(0),
			"How far a point may move to a centroid, in the unit of DATA.TEST.RESOLUTION.").when("PUNCTA.REFINE=centroid|PUNCTA.TUNE"),
		use("PUNCTA.DARK_OBJECTS", &p.DarkObjects, false, anything,
			"Objects are darker than the ground around them.").when("PUNCTA.REFINE=centroid|PUNCTA.TUNE"),
		use("PUNCTA.SKIP_BAD_POINTS", &p.SkipBadPoints, false, anything,
			"Leave out images whose points the check finds wrong, with a warning, instead of stopping."),
		use("PUNCTA.STEPS", &p.Steps, 0, atLeast(0),
			"Training steps after which training ends, even within an epoch; 0 is by TRAIN.EPOCHS alone."),
		use("PUNCTA.TUNE", &p.Tune, false, anything,
			"After training choose smoothing, threshold, close-point radius and refinement, for TEST.DET_TOLERANCE."),
		use("PUNCTA.TUNE_IMAGES", &p.TuneImages, "val", oneOf("val", "all"),
			"The images that they are chosen on: those of validation, or all, those of training too. All are better where validation images are few and training, with its random changes, has not learnt its images by heart.").when("PUNCTA.TUNE"),
	}
}
