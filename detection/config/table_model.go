package config

import "regexp"

// Architectures that BiaPy offers for detection and that this version lacks.
var otherArchitectures = []string{"resunet++", "unetr", "multiresunet", "unext_v1", "unext_v2", "hrnet", "stunet"}

func modelRows(c *Config) []row {
	m := &c.Model
	odd := numbers("of 1 or more, odd", func(v float64) bool { return v >= 1 && int(v)%2 == 1 })
	classes := atLeast(1)
	classes.notYet = func(v float64) bool { return v > 1 }
	return []row{
		use("MODEL.ARCHITECTURE", &m.Architecture, "unet",
			oneOf("unet", "resunet", "seunet", "attention_unet", "resunet_se").known(otherArchitectures...),
			"The network: a U-Net, one with residual blocks, weighed channels, weighed skip connections, or the first two."),
		use("MODEL.N_CLASSES", &m.NClasses, 1, classes,
			"Number of classes k, background not counted; each has its own sigmoid channel."),
		use("MODEL.FEATURE_MAPS", &m.FeatureMaps, []int{16, 32, 64, 128, 256}, atLeast(1).each(levels),
			"Channels of each level; the last is the bottleneck."),
		use("MODEL.DROPOUT_VALUES", &m.DropoutValues, []float64{0}, fraction().each(perLevel),
			"Probability with which a value is dropped after each convolution while training."),
		use("MODEL.NORMALIZATION", &m.Normalization, "in", oneOf("in", "bn", "sync_bn", "gn", "none"),
			"Instance, batch or group norm; sync_bn shares the batch over devices and is bn on one."),
		use("MODEL.KERNEL_SIZE", &m.KernelSize, 3, odd, "Side of the convolution kernels, in voxels."),
		use("MODEL.UPSAMPLE_LAYER", &m.UpsampleLayer, "convtranspose", oneOf("convtranspose", "upsampling"),
			"Transposed convolution, or interpolation and a 1x1 convolution."),
		use("MODEL.ACTIVATION", &m.Activation, "elu",
			oneOf("elu", "relu", "leaky_relu", "gelu", "silu", "tanh", "sigmoid", "softplus", "linear", "none"),
			"Function after each normalisation."),
		use("MODEL.Z_DOWN", &m.ZDown, []int{0}, between(0, 2).each(perStep),
			"Down-sampling along z between levels, 1 or 2; all 0 is 2. For thin stacks use 1.").when("PROBLEM.NDIM=3D"),
		use("MODEL.YX_DOWN", &m.YXDown, []int{0}, between(0, 2).each(perStep),
			"Down-sampling along y and x between levels, 1 or 2; all 0 is 2."),
		use("MODEL.ISOTROPY", &m.Isotropy, []bool{true}, anything.each(perLevel),
			"False gives a level kernels of 1 along z.").when("PROBLEM.NDIM=3D"),
		use("MODEL.CONV_LAYERS", &m.ConvLayers, []int{2}, atLeast(1).each(perLevel), "Convolutions per level."),
		use("MODEL.CONV_BLOCK_ORDER", &m.ConvBlockOrder, "conv_norm_act", oneOf("conv_norm_act", "norm_act_conv"),
			"Order of convolution, normalisation and activation."),
		use("MODEL.LARGER_IO", &m.LargerIO, false, anything, "Larger convolutions at input and output."),
		use(loading, &m.LoadCheckpoint, false, anything,
			"Start from a checkpoint: training goes on from its weights with a new optimiser, testing uses them."),
		use("MODEL.LOAD_CHECKPOINT_EPOCH", &m.LoadCheckpointEpoch, "best_on_val", oneOf("best_on_val", "last_on_train"),
			"Which checkpoint of this job and run to load while PATHS.CHECKPOINT_FILE is empty.").when(loading),
		use("MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT", &m.ItemsToLoad, []string{"weights", "norm", "model_arch"}, oneOf("weights", "norm", "model_arch"),
			"What to take from the checkpoint: the weights, how grey values are normalised, the network (but MODEL.N_CLASSES and "+
				"MODEL.DROPOUT_VALUES). Optimiser and epoch come back with --resume.").when(loading),
		use("MODEL.SKIP_UNMATCHED_LAYERS", &m.SkipUnmatchedLayers, false, anything,
			"Take the weights that fit by name and shape into the training and say which do not, instead of refusing.").when(loading),
		use("MODEL.FREEZE_LAYERS_MATCHING", &m.FreezeLayersMatching, []string{}, rule{text: "regular expressions", match: isPattern},
			"Patterns of parameter names, matched anywhere in them: those parameters stay as they are in training, and so do the "+
				"running statistics of a batch norm whose weight and bias stay.").when("TRAIN.ENABLE"),
		use("MODEL.SAVE_CKPT_FREQ", &m.SaveCkptFreq, -1, atLeast(1).orMinusOne("never"),
			"Epochs between two checkpoints that are kept besides the best and the last; that of epoch TRAIN.EPOCHS is kept too.").when("TRAIN.ENABLE"),
	}
}

const loading = "MODEL.LOAD_CHECKPOINT"

func isPattern(s string) bool {
	_, err := regexp.Compile(s)
	return s != "" && err == nil
}

func otherModelRows() []row {
	const export, bmz, unetr, unext = "MODEL.BMZ.EXPORT.ENABLE", "MODEL.SOURCE=bmz", "MODEL.ARCHITECTURE=unetr",
		"MODEL.ARCHITECTURE=unext_v1|MODEL.ARCHITECTURE=unext_v2"
	rows := []row{
		later("MODEL.SOURCE", "biapy", "Where the network comes from: biapy, bmz or torchvision."),
		later("MODEL.TORCHVISION_MODEL_NAME", "", "The torchvision network.").when("MODEL.SOURCE=torchvision"),
		later("MODEL.BMZ.SOURCE_MODEL_ID", "", "The network of the BioImage Model Zoo.").when(bmz),
		later(export, false, "Export the trained network for the BioImage Model Zoo."),
		later("MODEL.BMZ.EXPORT.*", nil, "What the export says about the network.").when(export),
		later("MODEL.BMZ.EXPORT_MODEL.*", nil, "Older spelling of the same.").when(export),
		inert("MODEL.LOAD_MODEL_FROM_CHECKPOINT", true, dropped),
		refuse("MODEL.OUT_CHECKPOINT_FORMAT", "safetensors", "Format of checkpoints.",
			".pth is read and never written, because it can hold code; checkpoints are safetensors"),
		refuse("MODEL.LAST_ACTIVATION", "sigmoid", "Function of the output.", "the output is a probability, so it is always sigmoid"),
		later("MODEL.CONVNEXT_SD_PROB", 0.1, "Parameter of unext.").when(unext),
		later("MODEL.CONVNEXT_LAYER_SCALE", 1e-6, "Parameter of unext.").when(unext),
		later("MODEL.CONVNEXT_STEM_K_SIZE", 2, "Parameter of unext.").when(unext),
		later("MODEL.HRNET.*", nil, "Parameters of hrnet.").when("MODEL.ARCHITECTURE=hrnet"),
		later("MODEL.STUNET.*", nil, "Parameters of stunet.").when("MODEL.ARCHITECTURE=stunet"),
		inert("MODEL.NAFNET.*", nil, otherWorkflow),
		inert("MODEL.UNET_SR_UPSAMPLE_POSITION", "pre", otherWorkflow),
	}
	for _, name := range []string{"HRNET_18", "HRNET_32", "HRNET_48", "HRNET_64"} {
		rows = append(rows, later("MODEL."+name+".*", nil, "Older spelling of MODEL.HRNET.").when("MODEL.ARCHITECTURE=hrnet"))
	}
	for _, name := range []string{"VIT_MODEL", "VIT_PRETRAINED_WEIGHTS", "VIT_TOKEN_SIZE", "VIT_EMBED_DIM", "VIT_NUM_LAYERS",
		"VIT_NUM_HEADS", "VIT_MLP_RATIO", "VIT_NORM_EPS", "UNETR_VIT_MODEL", "UNETR_VIT_HIDD_MULT", "UNETR_VIT_NUM_FILTERS",
		"UNETR_DEC_ACTIVATION", "UNETR_DEC_KERNEL_SIZE"} {
		rows = append(rows, later("MODEL."+name, nil, "Parameter of unetr.").when(unetr))
	}
	for _, name := range []string{"MAE_DEC_HIDDEN_SIZE", "MAE_DEC_NUM_LAYERS", "MAE_DEC_NUM_HEADS", "MAE_DEC_MLP_DIMS",
		"MAE_MASK_TYPE", "MAE_MASK_RATIO", "RCAN_RG_BLOCK_NUM", "RCAN_RCAB_BLOCK_NUM", "RCAN_CONV_FILTERS",
		"RCAN_REDUCTION_RATIO", "RCAN_UPSCALING_LAYER"} {
		rows = append(rows, inert("MODEL."+name, nil, otherWorkflow))
	}
	return rows
}
