package config

func lossRows(c *Config) []row {
	return []row{
		use("LOSS.TYPE", &c.Loss.Type, "CE", oneOf("CE"),
			"The loss: binary cross-entropy per voxel and class. (BiaPy replaces any other by this one without a word.)"),
		later("LOSS.WEIGHTS", []float64{}, "Weights of several losses.").or([]float64{1}),
		later("LOSS.CLASS_REBALANCE", "none", "Weigh classes against each other."),
		later("LOSS.CLASS_WEIGHTS", []float64{}, "Weights of the classes.").when("LOSS.CLASS_REBALANCE=manual"),
		later("LOSS.IGNORE_INDEX", -1, "Class that is left out of the loss."),
		later("LOSS.CONTRAST.ENABLE", false, "Add a contrastive loss."),
		later("LOSS.CONTRAST.MEMORY_SIZE", 5000, "Parameter of that loss.").when("LOSS.CONTRAST.ENABLE"),
		later("LOSS.CONTRAST.PROJ_DIM", 256, "Parameter of that loss.").when("LOSS.CONTRAST.ENABLE"),
		later("LOSS.CONTRAST.PIXEL_UPD_FREQ", 10, "Parameter of that loss.").when("LOSS.CONTRAST.ENABLE"),
		inert("LOSS.GAN.*", nil, otherWorkflow),
	}
}

func trainRows(c *Config) []row {
	t := &c.Train
	const on, plan, plateau = "TRAIN.ENABLE", "TRAIN.LR_SCHEDULER.NAME", "TRAIN.LR_SCHEDULER.NAME=reduceonplateau"
	const cosine, samples = "TRAIN.LR_SCHEDULER.NAME=warmupcosine", "TRAIN.SAVE_TRAIN_PREDS_FREQ"
	return []row{
		use(on, &t.Enable, false, anything, "Train the network."),
		use("TRAIN.OPTIMIZER", &t.Optimizer, "ADAMW", oneOf("ADAMW").known("SGD", "ADAM"),
			"The optimiser. BiaPy's default is SGD.").when(on),
		use("TRAIN.LR", &t.LR, 1e-4, above(0), "Step size of the optimiser.").when(on),
		use("TRAIN.W_DECAY", &t.WDecay, 0.02, atLeast(0), "Weight decay, on every parameter.").when(on),
		use("TRAIN.OPT_BETAS", &t.OptBetas, []float64{0.9, 0.999}, fraction().each(pair),
			"Decay of the optimiser's two running means.").when(on),
		use("TRAIN.BATCH_SIZE", &t.BatchSize, 2, atLeast(1), "Patches per step and device.").when(on),
		use("TRAIN.EPOCHS", &t.Epochs, 360, atLeast(1), "How often every patch is seen.").when(on),
		use("TRAIN.PATIENCE", &t.Patience, -1, atLeast(1).orMinusOne("never"),
			"Epochs above the best validation loss after which training ends.").when(on),
		later("TRAIN.METRICS", []string{}, "Metrics during training.").or([]string{"iou"}),
		later("TRAIN.GRADIENT_CLIP_NORM", 0.0, "Largest norm of the gradient; 0 is no limit.").when(on),
		later(plan, "", "How the step size changes: reduceonplateau, warmupcosine, onecycle, warmupreduceonplateau.").when(on),
		later("TRAIN.LR_SCHEDULER.MIN_LR", []float64{-1}, "Smallest step size.").when(plan),
		later("TRAIN.LR_SCHEDULER.REDUCEONPLATEAU_FACTOR", 0.5, "Factor at a plateau.").when(plateau),
		later("TRAIN.LR_SCHEDULER.REDUCEONPLATEAU_PATIENCE", -1, "Epochs that make a plateau.").when(plateau),
		later("TRAIN.LR_SCHEDULER.WARMUP_COSINE_DECAY_EPOCHS", -1, "Epochs of warm-up.").when(cosine),
		later("TRAIN.LR_SCHEDULER.COSINE_DECAY_FRACTION", -1.0, "Fraction of the epochs with decay.").when(cosine),
		later(samples, -1, "Epochs between two saved predictions of training patches.").when(on),
		later("TRAIN.SAVE_TRAIN_PREDS_NUM_SAMPLES", 1, "How many of them.").when(samples),
		later("TRAIN.SAVE_TRAIN_PREDS_SHOW", false, "Show them.").when(samples),
		refuse("TRAIN.CHECKPOINT_MONITOR", "val_loss", "What makes a checkpoint the best.",
			"the best checkpoint is always that of the lowest validation loss"),
		refuse("TRAIN.ACCUM_ITER", 1, "Steps over which gradients are summed.", "newer versions of BiaPy do not have it either; use TRAIN.BATCH_SIZE"),
		inert("TRAIN.VERBOSE", false, "progress is always shown"),
	}
}
