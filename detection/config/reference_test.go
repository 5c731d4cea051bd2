package config

import (
	"strings"
	"testing"
)

// TestReferenceDefects: values that BiaPy 3.7.1 refuses, cuts short or takes
// for something else (biapy-behaviour.md, section 3) are read as they are meant.
func TestReferenceDefects(t *testing.T) {
	for _, tt := range []struct {
		key, value string
		want       string // how the value reads, or the fault
	}{
		// a whole number for a number and the other way round
		{"TRAIN.W_DECAY", "0", "0.0"},
		{"TRAIN.LR", "1", "1.0"},
		{"TEST.DET_MIN_TH_TO_BE_PEAK", "0", "[0.0]"},
		{"TEST.DET_MIN_TH_TO_BE_PEAK", "1", "f:2: TEST.DET_MIN_TH_TO_BE_PEAK is [1.0]: want numbers from 0 to below 1, 1 or one per class"},
		{"TEST.DET_TOLERANCE", "3.5", "[3.5]"},
		{"TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS", "3.0", "[3.0]"},
		{"TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS", "[3.0]", "[3.0]"}, // BiaPy's own 3D template
		{"TRAIN.EPOCHS", "20.0", "20"},
		{"TRAIN.EPOCHS", "20.5", "f:2: TRAIN.EPOCHS is 20.5: want a whole number of 1 or more"},
		// text that means a number, a list or a truth value
		{"TRAIN.LR", "1e-3", "0.001"},
		{"TRAIN.LR", "1.E-3", "0.001"},
		{"DATA.PATCH_SIZE", "(128, 128, 1)", "[128, 128, 1]"},
		{"AUGMENTOR.ENABLE", "'True'", "True"},
		// scalars where newer files have lists, and lists where older ones have scalars
		{"TRAIN.LR", "[1.E-4]", "0.0001"},
		{"TRAIN.OPTIMIZER", "['ADAMW']", "ADAMW"},
		{"TRAIN.OPT_BETAS", "[[0.9, 0.99]]", "[0.9, 0.99]"},
		{"TRAIN.LR_SCHEDULER.MIN_LR", "[1.E-5]", "1.0e-05"},
		{"LOSS.TYPE", "['CE']", "CE"},
		{"PROBLEM.DETECTION.CENTRAL_POINT_DILATION", "3", "[3]"},
		{"DATA.NORMALIZATION.ZERO_MEAN_UNIT_VAR.MEAN_VAL", "-1", "[-1.0]"},
		// a truth value is none of these
		{"TEST.DET_EXCLUDE_BORDER", "3", "f:2: TEST.DET_EXCLUDE_BORDER is 3: want True or False"},
	} {
		sections, last, _ := cut(tt.key)
		line := len(sections) + 1
		c, _, err := Parse([]byte(nest(sections, last+": "+tt.value)), "f")
		got := strings.Join(lines(err), "; ")
		if err == nil {
			r, _ := find(table(c), tt.key)
			got = format(r.value())
		}
		want := strings.Replace(tt.want, "f:2:", "f:"+format(line)+":", 1)
		if got != want {
			t.Errorf("%s: %s gives %s, want %s", tt.key, tt.value, got, want)
		}
	}
}

// TestKeysThatBiaPyDrops: older files hold them, and its migration removes them
// without a word. Here each is a warning, or a fault where it would matter.
func TestKeysThatBiaPyDrops(t *testing.T) {
	for _, key := range []string{"TRAIN.ACCUM_ITER: 1", "TEST.EVALUATE: True", "DATA.VAL.BINARY_MASKS: a", "DATA.TEST.ARGMAX_TO_OUTPUT: True",
		"DATA.NORMALIZATION.MEASURE_BY: image", "MODEL.LAST_ACTIVATION: sigmoid", "MODEL.HRNET_48.STAGES: 3", "AUGMENTOR.BRIGHTNESS_MODE: 3D",
		"PATHS.MEAN_INFO_FILE: a", "PATHS.LWR_X_FILE: a", "PATHS.UPR_X_FILE: a", "PATHS.LWR_Y_FILE: a", "PATHS.UPR_Y_FILE: a"} {
		name, value, _ := strings.Cut(key, ": ")
		sections, last, _ := cut(name)
		if _, _, err := Parse([]byte(nest(sections, last+": "+value)), "f"); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	_, _, err := Parse(nil, "f", "TRAIN.ACCUM_ITER=4", "MODEL.LAST_ACTIVATION=softmax")
	same(t, "those that matter", lines(err), []string{
		`--set: MODEL.LAST_ACTIVATION is "softmax": refused, as the output is a probability, so it is always sigmoid`,
		"--set: TRAIN.ACCUM_ITER is 4: refused, as newer versions of BiaPy do not have it either; use TRAIN.BATCH_SIZE"})
}
