package config

func testRows(c *Config) []row {
	t := &c.Test
	const on, views = "TEST.ENABLE", "TEST.AUGMENTATION"
	const blob = "TEST.DET_POINT_CREATION_FUNCTION=blob_log"
	rows := []row{
		use(on, &t.Enable, false, anything, "Predict and detect on the test images."),
		use("TEST.DET_TH_TYPE", &t.DetThType, "manual", oneOf("manual", "auto"),
			"Threshold given, or found in each probability map by Otsu's method.").when(on),
		use("TEST.DET_MIN_TH_TO_BE_PEAK", &t.DetMinThToBePeak, []float64{0.2}, fraction().each(perClass),
			"Probability that a peak has to exceed.").when("TEST.DET_TH_TYPE=manual"),
		use("TEST.DET_PEAK_LOCAL_MAX_MIN_DISTANCE", &t.DetPeakLocalMaxMinDistance, 1, atLeast(1),
			"Least distance between two peaks along any axis, in voxels.").when(on),
		use("TEST.DET_EXCLUDE_BORDER", &t.DetExcludeBorder, false, anything,
			"Leave out peaks nearer to the border than that distance.").when(on),
		use("TEST.DET_TOLERANCE", &t.DetTolerance, []float64{10}, above(0).each(perClass),
			"Largest distance between a found and a true point that match, in the unit of DATA.TEST.RESOLUTION.").when("DATA.TEST.LOAD_GT"),
		later("TEST.REDUCE_MEMORY", false, "Keep predictions in half precision.").when(on),
		later("TEST.REUSE_PREDICTIONS", false, "Read saved probability maps instead of predicting.").when(on),
		later("TEST.SAVE_MODEL_RAW_OUTPUT", true, "Save the probability maps.").when(on),
		use("TEST.FULL_IMG", &t.FullImg, false, anything, "Predict whole images in one piece; 2D only.").when(on),
		use(views, &t.Augmentation, false, anything, "Predict mirrored and turned copies of every tile too, and combine them.").when(on),
		use("TEST.AUGMENTATION_MODE", &t.AugmentationMode, "mean", oneOf("mean", "min", "max"), "How they are combined, voxel by voxel.").when(views),
		use("TEST.AUGMENTATION_GROUP", &t.AugmentationGroup, "auto", oneOf("auto", "full", "flips", "none"),
			"Which they are: all flips and quarter turns (auto and full; 8, in 3D 16 with the flips along z), the flips alone (4, 8), or none.").when(views),
		later("TEST.ANALIZE_2D_IMGS_AS_3D_STACK", false, "Stack the planes.").when(on),
		later("TEST.METRICS", []string{}, "Metrics of the probability maps.").or([]string{"iou"}).when(on),
		later("TEST.EVAL_BORDER_CROP", []int{}, "Border that is left out of the scores, in voxels.").when("DATA.TEST.LOAD_GT"),
		later("TEST.DET_POINT_CREATION_FUNCTION", "peak_local_max", "How points are found: peak_local_max or blob_log.").when(on),
		later("TEST.DET_BLOB_LOG_MIN_SIGMA", 5, "Parameter of blob_log.").when(blob),
		later("TEST.DET_BLOB_LOG_MAX_SIGMA", 10, "Parameter of blob_log.").when(blob),
		later("TEST.DET_BLOB_LOG_NUM_SIGMA", 2, "Parameter of blob_log.").when(blob),
		inert("TEST.VERBOSE", true, "progress is always shown"),
		inert("TEST.METRICS_IN_CPU", false, "metrics are always computed on the CPU"),
		inert("TEST.EVALUATE", true, dropped),
		inert("TEST.STATS.PER_PATCH", false, dropped),
		inert("TEST.STATS.MERGE_PATCHES", false, dropped),
		inert("TEST.MATCHING_STATS", true, otherWorkflow),
		inert("TEST.MATCHING_STATS_THS", nil, otherWorkflow),
		inert("TEST.MATCHING_STATS_THS_COLORED_IMG", nil, otherWorkflow),
		inert("TEST.MATCHING_STATS_BY_IMAGE", true, otherWorkflow),
	}
	return append(rows, chunkRows()...)
}

func chunkRows() []row {
	const chunks = "TEST.BY_CHUNKS.ENABLE"
	rows := []row{
		later(chunks, false, "Predict a volume that is larger than memory in pieces.").when("TEST.ENABLE"),
		inert("TEST.BY_CHUNKS.FORMAT", nil, "the format is seen from the file"),
	}
	for _, name := range []string{"SAVE_OUT_TIF", "FLUSH_EACH", "Z_START", "Z_END", "WRITE_RAW_PREDICTIONS", "PHASES",
		"WORKFLOW_PROCESS.ENABLE", "WORKFLOW_PROCESS.TYPE", "WORKFLOW_PROCESS.PATCHES_PER_TILE",
		"WORKFLOW_PROCESS.INSTANCE_SEG_MERGE_IOU_TH"} {
		rows = append(rows, later("TEST.BY_CHUNKS."+name, nil, "How to work through the pieces.").when(chunks))
	}
	return rows
}

func postProcessingRows(c *Config) []row {
	p := &c.Test.PostProcessing
	d := "TEST.POST_PROCESSING."
	closer, water, median := d+"REMOVE_CLOSE_POINTS", d+"DET_WATERSHED", d+"MEDIAN_FILTER"
	measure, filter := d+"MEASURE_PROPERTIES.ENABLE", d+"MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.ENABLE"
	return []row{
		use(closer, &p.RemoveClosePoints, false, anything, "Remove points close to a more probable one.").when("TEST.ENABLE"),
		use(d+"REMOVE_CLOSE_POINTS_RADIUS", &p.RemoveClosePointsRadius, []float64{0}, atLeast(0).each(perClass),
			"Distance up to which a point is removed, in the unit of DATA.TEST.RESOLUTION; above 0.").when(closer),
		later(median, false, "Median filter on the probability maps.").when("TEST.ENABLE"),
		later(d+"MEDIAN_FILTER_AXIS", []string{}, "Its planes.").when(median),
		later(d+"MEDIAN_FILTER_SIZE", []int{}, "Its sizes.").when(median),
		later(water, false, "Grow the points into instances.").when("TEST.ENABLE"),
		later(d+"DET_WATERSHED_FIRST_DILATION", nil, "First growth of the seeds.").when(water),
		later(d+"DET_WATERSHED_DONUTS_CLASSES", []int{-1}, "Classes of hollow cells.").when(water),
		later(d+"DET_WATERSHED_DONUTS_PATCH", []int{13, 120, 120}, "Surroundings to look at.").when(water),
		later(d+"DET_WATERSHED_DONUTS_NUCLEUS_DIAMETER", 30, "Their smallest diameter.").when(water),
		later(measure, false, "Measure the instances.").when("TEST.ENABLE"),
		later(d+"MEASURE_PROPERTIES.EXTRA_PROPS", []string{}, "More measures.").when(measure),
		later(filter, false, "Remove instances by their measures.").when(measure),
		later(d+"MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.PROPS", nil, "Measures of the conditions.").when(filter),
		later(d+"MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.VALUES", nil, "Limits of the conditions.").when(filter),
		later(d+"MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.SIGNS", nil, "Comparisons of the conditions.").when(filter),
		inert(d+"INSTANCE_REFINEMENT.*", nil, otherWorkflow),
		inert(d+"CLEAR_BORDER", nil, otherWorkflow),
		inert(d+"FILL_HOLES", nil, otherWorkflow),
		inert(d+"VORONOI_ON_MASK", nil, otherWorkflow),
		inert(d+"VORONOI_TH", nil, otherWorkflow),
		inert(d+"REPARE_LARGE_BLOBS_SIZE", nil, otherWorkflow),
	}
}
