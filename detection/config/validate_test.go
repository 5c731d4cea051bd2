package config

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestValidate holds a case per rule; settings are applied to a configuration
// in which both stages are on.
func TestValidate(t *testing.T) {
	const n, post = "DATA.NORMALIZATION.", "TEST.POST_PROCESSING."
	const pre = "DATA.PREPROCESS."
	const filter, test = "DATA.TRAIN.FILTER_SAMPLES.", "DATA.TEST.FILTER_SAMPLES."
	for _, tt := range []struct {
		name string
		set  []string
		want []string // "--set: " goes before those that do not start with "default: "
	}{
		{"all is well", nil, nil},
		{"3D", []string{"PROBLEM.NDIM=3D", "DATA.PATCH_SIZE=(32, 64, 64, 1)", "DATA.TEST.PADDING=(0,0)"}, nil},
		{"patch too small", []string{"DATA.PATCH_SIZE=(250, 16, 1)"}, []string{
			"DATA.PATCH_SIZE is [250, 16, 1]: want y a multiple of 16 (nearest: 240 or 256) and x a multiple of 16 from 32, as the network has 5 levels"}},
		{"thin stack", []string{"PROBLEM.NDIM=3D", "DATA.PATCH_SIZE=(20, 128, 128, 2)"}, []string{
			"DATA.PATCH_SIZE is [20, 128, 128, 2]: want z a multiple of 16 from 32, as the network has 5 levels"}},
		{"thin stack, z kept", []string{"PROBLEM.NDIM=3D", "DATA.PATCH_SIZE=(20, 128, 128, 2)", "MODEL.Z_DOWN=[1,1,1,1]"}, nil},
		{"down factors", []string{"MODEL.YX_DOWN=[2, 1, 0, 2]"}, []string{
			"MODEL.YX_DOWN is [2, 1, 0, 2]: want 1 or 2 each, or nothing but 0"}},
		{"levels", []string{"MODEL.FEATURE_MAPS=[16]"}, []string{"MODEL.FEATURE_MAPS has 1 value: want 2 to 12 levels"}},
		{"list lengths", []string{"MODEL.FEATURE_MAPS=[18, 36, 48, 64]", "MODEL.DROPOUT_VALUES=[0.1,0.2]", "MODEL.CONV_LAYERS=[2,2,2,2,2]",
			"MODEL.YX_DOWN=[1,2]", "MODEL.ISOTROPY=[False]"}, []string{
			"MODEL.DROPOUT_VALUES has 2 values: want 1 or 4, as MODEL.FEATURE_MAPS has 4 values",
			"MODEL.YX_DOWN has 2 values: want 1 or 3, as MODEL.FEATURE_MAPS has 4 values"}},
		{"group norm", []string{"MODEL.NORMALIZATION=gn", "MODEL.FEATURE_MAPS=[16, 24, 64]"}, []string{
			"MODEL.FEATURE_MAPS has 24: want multiples of 16, as MODEL.NORMALIZATION is gn"}},
		{"group norm in 3D", []string{"MODEL.NORMALIZATION=gn", "MODEL.FEATURE_MAPS=[16, 24, 64]", "PROBLEM.NDIM=3D", "DATA.PATCH_SIZE=64,64,64,1"}, nil},
		{"no such norm", []string{"MODEL.NORMALIZATION=ln"}, []string{`MODEL.NORMALIZATION is "ln": want in, bn, sync_bn, gn or none`}},
		{"padding", []string{"DATA.TEST.PADDING=(10, 128)"}, []string{
			"DATA.TEST.PADDING is [10, 128]: want less than half of DATA.PATCH_SIZE, which is 256 along x"}},
		{"padding of training", []string{"DATA.TRAIN.PADDING=128", "DATA.VAL.PADDING=(0, 130)"}, []string{
			"DATA.TRAIN.PADDING is [128]: want less than half of DATA.PATCH_SIZE, which is 256 along y",
			"DATA.VAL.PADDING is [0, 130]: want less than half of DATA.PATCH_SIZE, which is 256 along x"}},
		{"overlap of validation", []string{"DATA.VAL.OVERLAP=0.999"}, []string{
			"DATA.VAL.OVERLAP is 0.999 along y: want tiles of 256 voxels at least one voxel apart"}},
		{"random patches", []string{"DATA.TRAIN.EXTRACT_RANDOM_PATCH=True", "DATA.TRAIN.PROBABILITY_MAP=True", "DATA.TRAIN.W_FOREGROUND=0", "DATA.TRAIN.W_BACKGROUND=0"}, []string{
			"DATA.TRAIN.W_FOREGROUND and W_BACKGROUND are both 0: want at least one above 0"}},
		{"a map for a grid", []string{"DATA.TRAIN.PROBABILITY_MAP=True"}, []string{
			"DATA.TRAIN.PROBABILITY_MAP is True: want DATA.TRAIN.EXTRACT_RANDOM_PATCH True as well"}},
		{"folds", []string{"DATA.VAL.CROSS_VAL=True", "DATA.VAL.CROSS_VAL_NFOLD=3", "DATA.VAL.CROSS_VAL_FOLD=4"}, []string{
			"DATA.VAL.CROSS_VAL_FOLD is 4: want 1 to 3, the number of folds"}},
		{"folds of another set", []string{"DATA.VAL.CROSS_VAL=True", "DATA.VAL.FROM_TRAIN=False"}, []string{
			"DATA.VAL.CROSS_VAL is True: want DATA.VAL.FROM_TRAIN True as well"}},
		{"test on no fold", []string{"DATA.TEST.USE_VAL_AS_TEST=True"}, []string{
			"DATA.TEST.USE_VAL_AS_TEST is True: want DATA.VAL.CROSS_VAL True as well"}},
		{"test on a fold", []string{"DATA.TEST.USE_VAL_AS_TEST=True", "DATA.VAL.CROSS_VAL=True", "DATA.TEST.PATH=", "DATA.TEST.GT_PATH="}, nil},
		{"custom per image", []string{n + "TYPE=custom", n + "CUSTOM_MODE=image"}, []string{
			`DATA.NORMALIZATION.CUSTOM_MODE is "image": want zero_mean_unit_variance for DATA.NORMALIZATION.TYPE, because custom is by the statistics of the training set`}},
		{"custom", []string{n + "TYPE=custom", n + "APPLICATION_MODE=dataset"}, nil},
		{"statistics of the set for another type", []string{n + "APPLICATION_MODE=dataset"}, []string{
			`DATA.NORMALIZATION.APPLICATION_MODE is "dataset": refused, as statistics are those of the whole image, in training and in use; ` +
				`DATA.NORMALIZATION.TYPE custom takes those of the training set`}},
		{"gamma after custom", []string{n + "TYPE=custom", "AUGMENTOR.GAMMA_CONTRAST=True"}, []string{
			"AUGMENTOR.GAMMA_CONTRAST is True: want grey values from 0 to 1, and so another DATA.NORMALIZATION.TYPE than custom"}},
		{"a filter", []string{filter + "ENABLE=True", filter + "PROPS=[['max'], ['foreground','mean']]", filter + "VALUES=[[1000], [0.00001, 100]]",
			filter + "SIGNS=[['gt'], ['lt', 'gt']]"}, nil},
		{"a filter of one condition", []string{filter + "ENABLE=True", filter + "PROPS=max", filter + "VALUES=[1000]", filter + "SIGNS=[[gt]]"}, nil},
		{"a filter without conditions", []string{filter + "ENABLE=True"}, []string{
			"DATA.TRAIN.FILTER_SAMPLES.ENABLE is True: want at least one condition in PROPS, VALUES and SIGNS"}},
		{"a filter that lacks a value", []string{filter + "ENABLE=True", filter + "PROPS=[[max, min], [mean]]", filter + "VALUES=[[1], [2, 3]]", filter + "SIGNS=[[gt, lt], [gt]]"}, []string{
			"DATA.TRAIN.FILTER_SAMPLES.VALUES is [[1.0], [2.0, 3.0]]: want a value for each of PROPS, which is [[max, min], [mean]]"}},
		{"a filter that lacks a sign", []string{filter + "ENABLE=True", filter + "PROPS=[[max, min]]", filter + "VALUES=[[1, 2]]", filter + "SIGNS=[[gt], [lt]]"}, []string{
			"DATA.TRAIN.FILTER_SAMPLES.SIGNS is [[gt], [lt]]: want a sign for each of PROPS, which is [[max, min]]"}},
		{"a filter of nothing", []string{filter + "ENABLE=True", filter + "PROPS=[[median]]", filter + "VALUES=[[1]]", filter + "SIGNS=[[eq]]"}, []string{
			"DATA.TRAIN.FILTER_SAMPLES.PROPS is [[median]]: want foreground, mean, min, max, target_mean, target_min, target_max, diff, " +
				"diff_by_min_max_ratio or diff_by_target_min_max_ratio",
			"DATA.TRAIN.FILTER_SAMPLES.SIGNS is [[eq]]: want gt, ge, lt or le"}},
		{"a filter by points without points", []string{"DATA.TEST.LOAD_GT=False", test + "ENABLE=True", test + "PROPS=[[max, foreground]]", test + "VALUES=[[1, 2]]", test + "SIGNS=[[gt, lt]]"}, []string{
			"DATA.TEST.FILTER_SAMPLES.PROPS has foreground, which needs points: want DATA.TEST.LOAD_GT True"}},
		{"a test filter that is off", []string{test + "PROPS=[[max]]"}, nil},
		{"pre-processing", []string{pre + "TRAIN=True", pre + "MEDIAN_BLUR.ENABLE=True", pre + "MEDIAN_BLUR.KERNEL_SIZE=(3, 4, 1)", pre + "CANNY.ENABLE=True",
			pre + "CANNY.LOW_THRESHOLD=9", pre + "CANNY.HIGH_THRESHOLD=8", pre + "MATCH_HISTOGRAM.ENABLE=True", pre + "MATCH_HISTOGRAM.REFERENCE_PATH="}, []string{
			"DATA.PREPROCESS.CANNY.LOW_THRESHOLD is 9: want at most HIGH_THRESHOLD, which is 8",
			"DATA.PREPROCESS.MATCH_HISTOGRAM.REFERENCE_PATH is empty: want a folder of images",
			"DATA.PREPROCESS.MEDIAN_BLUR.KERNEL_SIZE is [3, 4, 1]: want 3 odd numbers, the last one 1, as PROBLEM.NDIM is 2D"}},
		{"pre-processing of stacks", []string{"PROBLEM.NDIM=3D", "DATA.PATCH_SIZE=(32,32,32,1)", pre + "TEST=True", pre + "MEDIAN_BLUR.ENABLE=True", pre + "CANNY.ENABLE=True"}, []string{
			"DATA.PREPROCESS.CANNY.ENABLE is True: want 2D images of one channel",
			"default: DATA.PREPROCESS.MEDIAN_BLUR.KERNEL_SIZE is [3, 3, 1]: want 4 odd numbers, the last one 1, as PROBLEM.NDIM is 3D"}},
		{"pre-processing of no set", []string{pre + "CANNY.ENABLE=True", pre + "CANNY.LOW_THRESHOLD=9", pre + "CANNY.HIGH_THRESHOLD=8"}, nil},
		{"padding, almost half", []string{"DATA.TEST.PADDING=127"}, nil},
		{"padding and overlap", []string{"DATA.TEST.PADDING=127", "DATA.TEST.OVERLAP=0.6"}, []string{
			"DATA.TEST.OVERLAP is 0.6 along y: want tiles of 2 voxels at least one voxel apart"}},
		{"overlap", []string{"DATA.TRAIN.OVERLAP=[0.5, 1.0]"}, []string{
			"DATA.TRAIN.OVERLAP is [0.5, 1.0]: want numbers from 0 to below 1, 1 or one per axis"}},
		{"axes", []string{"DATA.TEST.RESOLUTION=(1,1,1)", "DATA.TEST.PADDING=(1,1,1)", "PROBLEM.DETECTION.CENTRAL_POINT_DILATION=[1,2,3]"}, []string{
			"DATA.TEST.PADDING has 3 values: want 1 or 2, as PROBLEM.NDIM is 2D",
			"DATA.TEST.RESOLUTION has 3 values: want 1 or 2, as PROBLEM.NDIM is 2D",
			"PROBLEM.DETECTION.CENTRAL_POINT_DILATION has 3 values: want 1 or 2, as PROBLEM.NDIM is 2D"}},
		{"resolution", []string{"DATA.TEST.RESOLUTION=(0, 1)"}, []string{
			"DATA.TEST.RESOLUTION is [0.0, 1.0]: want numbers above 0 or -1 for not known, 1 or one per axis"}},
		{"threshold 0 is one", []string{"TEST.DET_MIN_TH_TO_BE_PEAK=0"}, nil},
		{"threshold", []string{"TEST.DET_MIN_TH_TO_BE_PEAK=1"}, []string{
			"TEST.DET_MIN_TH_TO_BE_PEAK is [1.0]: want numbers from 0 to below 1, 1 or one per class"}},
		{"radius", []string{post + "REMOVE_CLOSE_POINTS=True"}, []string{
			"default: TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS is [0.0]: want numbers above 0, as REMOVE_CLOSE_POINTS is True"}},
		{"radius with decimals", []string{post + "REMOVE_CLOSE_POINTS=True", post + "REMOVE_CLOSE_POINTS_RADIUS=[2.5]"}, nil},
		{"numbers", []string{"TRAIN.LR=0", "TRAIN.BATCH_SIZE=0", "TRAIN.PATIENCE=0", "TRAIN.OPT_BETAS=[0.9]", "MODEL.KERNEL_SIZE=4",
			"DATA.VAL.SPLIT_TRAIN=1", "SYSTEM.NUM_CPUS=0"}, []string{
			"DATA.VAL.SPLIT_TRAIN is 1.0: want a number above 0 and below 1",
			"MODEL.KERNEL_SIZE is 4: want a whole number of 1 or more, odd",
			"SYSTEM.NUM_CPUS is 0: want a whole number of 1 or more or -1 for all",
			"TRAIN.BATCH_SIZE is 0: want a whole number of 1 or more",
			"TRAIN.LR is 0.0: want a number above 0",
			"TRAIN.OPT_BETAS has 1 value: want 2",
			"TRAIN.PATIENCE is 0: want a whole number of 1 or more or -1 for never"}},
		{"paths", []string{"DATA.TRAIN.PATH=", "DATA.TEST.GT_PATH=''", "DATA.VAL.PATH="}, []string{
			"DATA.TEST.GT_PATH is empty: want a folder, as DATA.TEST.LOAD_GT is True",
			"DATA.TRAIN.PATH is empty: want a folder, as TRAIN.ENABLE is True"}},
		{"own validation set", []string{"DATA.VAL.FROM_TRAIN=False", "DATA.VAL.PATH="}, []string{
			"DATA.VAL.PATH is empty: want a folder, as DATA.VAL.FROM_TRAIN is False"}},
		{"test without a network", []string{"TRAIN.ENABLE=False", "MODEL.LOAD_CHECKPOINT=False"}, []string{
			"MODEL.LOAD_CHECKPOINT is False: want True to test without training"}},
		{"test without weights", []string{"TRAIN.ENABLE=False", "MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT=[norm]"}, []string{
			"MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT is [norm]: want weights among them to test without training"}},
		{"an optimiser's state", []string{"MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT=[weights, optimizer]"}, []string{
			"MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT is [weights, optimizer]: want weights, norm or model_arch"}},
		{"no pattern", []string{"MODEL.FREEZE_LAYERS_MATCHING=['down_path', '[']"}, []string{
			`MODEL.FREEZE_LAYERS_MATCHING is [down_path, "["]: want regular expressions`}},
		{"patterns", []string{`MODEL.FREEZE_LAYERS_MATCHING=['^(down|up)_path\.[01]', x{1,2}]`, "MODEL.SAVE_CKPT_FREQ=5"}, nil},
		{"no checkpoints", []string{"MODEL.SAVE_CKPT_FREQ=0"}, []string{"MODEL.SAVE_CKPT_FREQ is 0: want a whole number of 1 or more or -1 for never"}},
		{"stages are off", []string{"TRAIN.ENABLE=False", "TEST.ENABLE=False", "MODEL.LOAD_CHECKPOINT=False", "DATA.TRAIN.PATH=", "AUGMENTOR.ELASTIC=True"}, nil},
		{"z flip", []string{"AUGMENTOR.ZFLIP=True"}, []string{"AUGMENTOR.ZFLIP is True: want False, as PROBLEM.NDIM is 2D"}},
		{"right angles", []string{"AUGMENTOR.ROT90=True", "DATA.PATCH_SIZE=(64, 128, 1)"}, []string{
			"AUGMENTOR.ROT90 is True: want y and x of DATA.PATCH_SIZE to be equal, got 64 and 128"}},
		{"clip without bounds", []string{n + "PERC_CLIP.ENABLE=True", n + "PERC_CLIP.LOWER_PERC=1"}, []string{
			"DATA.NORMALIZATION.PERC_CLIP.ENABLE is True: want UPPER_PERC or UPPER_VALUE as well"}},
		{"clip twice", []string{n + "PERC_CLIP.ENABLE=True", n + "PERC_CLIP.LOWER_PERC=1", n + "PERC_CLIP.UPPER_PERC=99", n + "PERC_CLIP.LOWER_VALUE=0"}, []string{
			"DATA.NORMALIZATION.PERC_CLIP.LOWER_VALUE and LOWER_PERC are both set: keep one of them"}},
		{"clip upside down", []string{n + "PERC_CLIP.ENABLE=True", n + "PERC_CLIP.LOWER_PERC=50", n + "PERC_CLIP.UPPER_PERC=50"}, []string{
			"DATA.NORMALIZATION.PERC_CLIP.LOWER_PERC is 50: want below UPPER_PERC, which is 50"}},
		{"clip values upside down", []string{n + "PERC_CLIP.ENABLE=True", "DATA.PATCH_SIZE=(64,64,2)", n + "PERC_CLIP.LOWER_VALUE=3",
			n + "PERC_CLIP.UPPER_VALUE=[4,3]"}, []string{
			"DATA.NORMALIZATION.PERC_CLIP.LOWER_VALUE is 3: want below UPPER_VALUE, which is 3"}},
		{"clip", []string{n + "PERC_CLIP.ENABLE=True", n + "PERC_CLIP.LOWER_PERC=0.1", n + "PERC_CLIP.UPPER_VALUE=[90]"}, nil},
		{"percentile", []string{n + "PERC_CLIP.UPPER_PERC=100"}, []string{
			"DATA.NORMALIZATION.PERC_CLIP.UPPER_PERC is 100.0: want a number above 0 and below 100 or -1 for not set"}},
		{"half the statistics", []string{n + "ZERO_MEAN_UNIT_VAR.STD_VAL=[2]"}, []string{
			"DATA.NORMALIZATION.ZERO_MEAN_UNIT_VAR.STD_VAL is set without DATA.NORMALIZATION.ZERO_MEAN_UNIT_VAR.MEAN_VAL: want both or neither"}},
		{"statistics per channel", []string{n + "ZERO_MEAN_UNIT_VAR.STD_VAL=[2, 2]", n + "ZERO_MEAN_UNIT_VAR.MEAN_VAL=[0, 0]"}, []string{
			"DATA.NORMALIZATION.ZERO_MEAN_UNIT_VAR.MEAN_VAL has 2 values: want 1, as the last entry of DATA.PATCH_SIZE is 1",
			"DATA.NORMALIZATION.ZERO_MEAN_UNIT_VAR.STD_VAL has 2 values: want 1, as the last entry of DATA.PATCH_SIZE is 1"}},
		{"another workflow", []string{"PROBLEM.TYPE=INSTANCE_SEG"}, []string{`PROBLEM.TYPE is "INSTANCE_SEG": want DETECTION`}},
		{"another network", []string{"MODEL.ARCHITECTURE=unetr", "MODEL.VIT_NUM_LAYERS=4"}, []string{
			`MODEL.ARCHITECTURE is "unetr": not supported yet, want unet`}},
		{"residual network", []string{"MODEL.ARCHITECTURE=resunet", "MODEL.FEATURE_MAPS=[1, 2, 3]"}, nil},
		{"a sixteenth of few channels", []string{"MODEL.ARCHITECTURE=resunet_se", "MODEL.FEATURE_MAPS=[8, 16, 32]"}, []string{
			"MODEL.FEATURE_MAPS has 8: want 16 or more, as MODEL.ARCHITECTURE is resunet_se"}},
		{"groups of one channel", []string{"MODEL.ARCHITECTURE=attention_unet", "MODEL.NORMALIZATION=gn"}, []string{
			"MODEL.NORMALIZATION is gn: want another, as MODEL.ARCHITECTURE attention_unet normalises single channels"}},
		{"an unknown optimiser", []string{"TRAIN.OPTIMIZER=adagrad"}, []string{`TRAIN.OPTIMIZER is "adagrad": want SGD, ADAM or ADAMW`}},
		{"a schedule that lacks its numbers", []string{"TRAIN.LR_SCHEDULER.NAME=reduceonplateau"}, []string{
			"TRAIN.LR_SCHEDULER.NAME is reduceonplateau: want TRAIN.LR_SCHEDULER.MIN_LR and TRAIN.LR_SCHEDULER.REDUCEONPLATEAU_PATIENCE as well"}},
		{"a schedule that never begins", []string{"TRAIN.LR_SCHEDULER.NAME=reduceonplateau", "TRAIN.LR_SCHEDULER.MIN_LR=1e-5",
			"TRAIN.LR_SCHEDULER.REDUCEONPLATEAU_PATIENCE=5", "TRAIN.PATIENCE=5"}, []string{
			"TRAIN.LR_SCHEDULER.REDUCEONPLATEAU_PATIENCE is 5: want below TRAIN.PATIENCE, which is 5, or training ends before the step size falls"}},
		{"a warm-up without numbers", []string{"TRAIN.LR_SCHEDULER.NAME=warmupcosine"}, []string{
			"TRAIN.LR_SCHEDULER.NAME is warmupcosine: want TRAIN.LR_SCHEDULER.MIN_LR and TRAIN.LR_SCHEDULER.WARMUP_COSINE_DECAY_EPOCHS as well"}},
		{"a range upside down", []string{"AUGMENTOR.ZOOM=True", "AUGMENTOR.ZOOM_RANGE=(2,1)"}, []string{"AUGMENTOR.ZOOM_RANGE is [2.0, 1.0]: want the smaller number first"}},
		{"half a range", []string{"AUGMENTOR.MEDIAN_BLUR=True", "AUGMENTOR.MB_KERNEL=3"}, []string{"AUGMENTOR.MB_KERNEL has 1 value: want 2"}},
		{"changes for grey values from 0 to 1", []string{"AUGMENTOR.GAMMA_CONTRAST=True", "AUGMENTOR.POISSON_NOISE=True"}, []string{
			"AUGMENTOR.GAMMA_CONTRAST is True: want grey values from 0 to 1, and so another DATA.NORMALIZATION.TYPE than zero_mean_unit_variance",
			"AUGMENTOR.POISSON_NOISE is True: want grey values from 0 to 1, and so another DATA.NORMALIZATION.TYPE than zero_mean_unit_variance"}},
		{"a whole volume in one piece", []string{"PROBLEM.NDIM=3D", "DATA.PATCH_SIZE=(32,32,32,1)", "TEST.FULL_IMG=True"}, []string{
			"TEST.FULL_IMG is True: want False, as PROBLEM.NDIM is 3D"}},
		{"refused", []string{"TRAIN.ACCUM_ITER=4", "MODEL.OUT_CHECKPOINT_FORMAT=pth"}, []string{
			`MODEL.OUT_CHECKPOINT_FORMAT is "pth": refused, as .pth is read and never written, because it can hold code; checkpoints are safetensors`,
			"TRAIN.ACCUM_ITER is 4: refused, as newer versions of BiaPy do not have it either; use TRAIN.BATCH_SIZE"}},
		{"off values", []string{"TRAIN.ACCUM_ITER=1", "TRAIN.METRICS=[iou]", "LOSS.WEIGHTS=1", "DATA.VAL.OVERLAP=(0,0,0)", "LOSS.CONTRAST.PROJ_DIM=9",
			"AUGMENTOR.ELASTIC_PROB=0.9", "TEST.POST_PROCESSING.DET_WATERSHED_FIRST_DILATION=[[1,2],[3,4]]"}, nil},
	} {
		c := Default()
		if _, err := c.Set(append(everyStage(), tt.set...)...); err != nil {
			t.Errorf("%s: Set: %v", tt.name, err)
			continue
		}
		for i, w := range tt.want {
			if !strings.HasPrefix(w, "default: ") {
				tt.want[i] = "--set: " + w
			}
		}
		same(t, tt.name, lines(c.Validate()), tt.want)
	}
}

// TestValidateGo: fields set in Go have no place in a file, and NaN is never
// in range.
func TestValidateGo(t *testing.T) {
	c := Default()
	c.Train.LR = math.NaN()
	c.Test.DetTolerance = []float64{math.Inf(1)}
	c.Data.PatchSize = nil
	c.Data.Normalization.MeanVal = []float64{math.NaN()}
	c.Model.FeatureMaps = make([]int, 200)
	same(t, "faults", lines(c.Validate()), []string{
		"default: DATA.NORMALIZATION.ZERO_MEAN_UNIT_VAR.MEAN_VAL is [NaN]: want numbers, 1 or one per image channel",
		"default: DATA.PATCH_SIZE has 0 values: want 3, as PROBLEM.NDIM is 2D",
		"default: MODEL.FEATURE_MAPS is " + shorten(format(c.Model.FeatureMaps)) + ": want whole numbers of 1 or more, 2 to 12, one per level",
		"default: TEST.DET_TOLERANCE is [+Inf]: want numbers above 0, 1 or one per class",
		"default: TRAIN.LR is NaN: want a number above 0",
	})
}

func TestCheckPaths(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.pth")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, _, err := Parse([]byte("DATA:\n  TRAIN:\n    PATH: "+dir+"\n    GT_PATH: "+file+"\n"), "f",
		"TRAIN.ENABLE=True", "PATHS.CHECKPOINT_FILE="+dir, "DATA.VAL.PATH=none")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "training", lines(c.CheckPaths()), []string{"f:4: DATA.TRAIN.GT_PATH is \"" + file + "\": that is a file, want a folder"})
	if _, err := c.Set("TRAIN.ENABLE=False", "TEST.ENABLE=True", "DATA.TEST.LOAD_GT=True", "DATA.TEST.GT_PATH="+dir, "MODEL.LOAD_CHECKPOINT=True"); err != nil {
		t.Fatal(err)
	}
	c.Data.Test.Path = filepath.Join(dir, "x")
	same(t, "test", lines(c.CheckPaths()), []string{
		"--set: PATHS.CHECKPOINT_FILE is \"" + dir + "\": that is a folder, want a file",
		"f (default): DATA.TEST.PATH is \"" + c.Data.Test.Path + "\": there is no such folder"})
	if _, err := c.Set("DATA.TEST.PATH="+dir, "PATHS.CHECKPOINT_FILE="+file); err != nil || c.CheckPaths() != nil {
		t.Errorf("all is there: %v, %v", err, c.CheckPaths())
	}
}
