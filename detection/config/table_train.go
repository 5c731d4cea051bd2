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
		use("TRAIN.OPTIMIZER", &t.Optimizer, "ADAMW", oneOf("SGD", "ADAM", "ADAMW"),
			"The optimiser. BiaPy's default is SGD.").when(on),
		use("TRAIN.LR", &t.LR, 1e-4, above(0), "Step size of the optimiser.").when(on),
		use("TRAIN.W_DECAY", &t.WDecay, 0.02, atLeast(0), "Weight decay, on every parameter.").when(on),
		use("TRAIN.OPT_BETAS", &t.OptBetas, []float64{0.9, 0.999}, fraction().each(pair),
			"Decay of the optimiser's two running means.").when(on),
		use("TRAIN.BATCH_SIZE", &t.BatchSize, 2, atLeast(1), "Patches per step and device.").when(on),
		use("TRAIN.EPOCHS", &t.Epochs, 360, atLeast(1), "How often every patch is seen.").when(on),
		use("TRAIN.PATIENCE", &t.Patience, -1, atLeast(1).orMinusOne("never"),
			"Epochs in a row that are worse than the best one, as TRAIN.CHECKPOINT_MONITOR has it, after which training ends.").when(on),
		use("TRAIN.CHECKPOINT_MONITOR", &t.CheckpointMonitor, "val_loss", oneOf("val_loss", "val_f1"),
			"What makes an epoch's checkpoint the best: the lowest validation loss, or the highest F1 of the points in the validation patches at TEST.DET_TOLERANCE, over thresholds of the map. (BiaPy does not look at the key.)").when(on),
		later("TRAIN.METRICS", []string{}, "Metrics during training.").or([]string{"iou"}),
		use("TRAIN.GRADIENT_CLIP_NORM", &t.GradientClipNorm, 0, atLeast(0),
			"Largest norm of all gradients together; 0 is no limit.").when(on),
		use(plan, &t.LRScheduler.Name, "", oneOf("", "reduceonplateau", "warmupcosine", "onecycle", "warmupreduceonplateau"),
			"How the step size changes; nothing keeps it constant.").when(on),
		use("TRAIN.LR_SCHEDULER.MIN_LR", &t.LRScheduler.MinLR, -1, atLeast(0).orMinusOne("not set"),
			"Smallest step size.").when(plateau + "|" + cosine),
		use("TRAIN.LR_SCHEDULER.REDUCEONPLATEAU_FACTOR", &t.LRScheduler.ReduceOnPlateauFactor, 0.5,
			numbers("above 0 and below 1", func(v float64) bool { return v > 0 && v < 1 }),
			"What the step size is multiplied by at a plateau.").when(plateau),
		use("TRAIN.LR_SCHEDULER.REDUCEONPLATEAU_PATIENCE", &t.LRScheduler.ReduceOnPlateauPatience, -1, atLeast(0).orMinusOne("not set"),
			"Epochs without a better validation loss that make no plateau yet.").when(plateau),
		use("TRAIN.LR_SCHEDULER.WARMUP_COSINE_DECAY_EPOCHS", &t.LRScheduler.WarmupCosineDecayEpochs, -1, atLeast(0).orMinusOne("not set"),
			"Epochs over which the step size rises from 0.").when(cosine),
		use("TRAIN.LR_SCHEDULER.COSINE_DECAY_FRACTION", &t.LRScheduler.CosineDecayFraction, -1, between(0, 1).orMinusOne("all that the warm-up leaves"),
			"Share of the epochs at the end over which it falls.").when(cosine),
		later(samples, -1, "Epochs between two saved predictions of training patches.").when(on),
		later("TRAIN.SAVE_TRAIN_PREDS_NUM_SAMPLES", 1, "How many of them.").when(samples),
		later("TRAIN.SAVE_TRAIN_PREDS_SHOW", false, "Show them.").when(samples),
		refuse("TRAIN.ACCUM_ITER", 1, "Steps over which gradients are summed.", "newer versions of BiaPy do not have it either; use TRAIN.BATCH_SIZE"),
		inert("TRAIN.VERBOSE", false, "progress is always shown"),
	}
}
