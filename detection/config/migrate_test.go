package config

import (
	"strings"
	"testing"
)

// TestMigrations holds one case per rule. The rules are those that BiaPy 3.7.1
// applies to its older files, as far as they touch detection.
func TestMigrations(t *testing.T) {
	const filter = "DATA.TRAIN.MINIMUM_FOREGROUND_PER is an older spelling: read as DATA.TRAIN.FILTER_SAMPLES"
	for _, tt := range []struct {
		key, value string
		want       string // "KEY: VALUE" of the outcome, or the fault
		warning    string
	}{
		{"AUGMENTOR.DA_PROB", "0.25", "AUGMENTOR.ZFLIP_PROB: 0.25", "AUGMENTOR.DA_PROB is an older spelling: read as the _PROB of each transform"},
		{"DATA.NORMALIZATION.PERC_CLIP", "False", "DATA.NORMALIZATION.PERC_CLIP.ENABLE: False",
			"DATA.NORMALIZATION.PERC_CLIP is an older spelling: read as DATA.NORMALIZATION.PERC_CLIP.ENABLE"},
		{"DATA.NORMALIZATION.PERC_LOWER", "0.1", "DATA.NORMALIZATION.PERC_CLIP.LOWER_PERC: 0.1",
			"DATA.NORMALIZATION.PERC_LOWER is an older spelling: read as DATA.NORMALIZATION.PERC_CLIP.LOWER_PERC"},
		{"DATA.NORMALIZATION.PERC_UPPER", "99.5", "DATA.NORMALIZATION.PERC_CLIP.UPPER_PERC: 99.5",
			"DATA.NORMALIZATION.PERC_UPPER is an older spelling: read as DATA.NORMALIZATION.PERC_CLIP.UPPER_PERC"},
		{"DATA.NORMALIZATION.TYPE", "custom", "DATA.NORMALIZATION.TYPE: custom", ""},
		{"DATA.NORMALIZATION.CUSTOM_MEAN", "-1", "DATA.NORMALIZATION.ZERO_MEAN_UNIT_VAR.MEAN_VAL: [-1.0]",
			"DATA.NORMALIZATION.CUSTOM_MEAN is an older spelling: read as DATA.NORMALIZATION.ZERO_MEAN_UNIT_VAR.MEAN_VAL"},
		{"LOSS.CLASS_REBALANCE", "False", "PROBLEM.DETECTION.CLASS_REBALANCE_WITHIN_CHANNELS: False",
			"LOSS.CLASS_REBALANCE is an older spelling: read as PROBLEM.DETECTION.CLASS_REBALANCE_WITHIN_CHANNELS"},
		{"LOSS.CLASS_REBALANCE", "manual", `f:2: LOSS.CLASS_REBALANCE is "manual": not supported yet`, ""},
		{"LOSS.CLASS_REBALANCE", "none", "LOSS.TYPE: CE", ""},
		{"LOSS.TYPE", "[]", "LOSS.TYPE: CE", "LOSS.TYPE is an older spelling of LOSS.TYPE CE: [] changes nothing"},
		{"LOSS.TYPE", "[CE]", "LOSS.TYPE: CE", ""},
		{"MODEL.BATCH_NORMALIZATION", "True", "MODEL.NORMALIZATION: bn", "MODEL.BATCH_NORMALIZATION is an older spelling: read as MODEL.NORMALIZATION"},
		{"MODEL.BATCH_NORMALIZATION", "False", "MODEL.NORMALIZATION: in",
			"MODEL.BATCH_NORMALIZATION is an older spelling of MODEL.NORMALIZATION: False changes nothing"},
		{"MODEL.CONVNEXT_LAYERS", "[3]", "MODEL.CONV_LAYERS: [3]", "MODEL.CONVNEXT_LAYERS is an older spelling: read as MODEL.CONV_LAYERS"},
		{"MODEL.N_CLASSES", "1", "MODEL.N_CLASSES: 1", ""},
		{"MODEL.N_CLASSES", "2", "f:2: MODEL.N_CLASSES is 2: not supported yet, want 1", ""},
		{"DATA.N_CLASSES", "2", "MODEL.N_CLASSES: 1", ""},
		{"DATA.N_CLASSES", "3", "f:2: DATA.N_CLASSES is 3: not supported yet", ""},
		{"DATA.TRAIN.MINIMUM_FOREGROUND_PER", "-1", "TRAIN.EPOCHS: 360",
			"DATA.TRAIN.MINIMUM_FOREGROUND_PER is an older spelling of DATA.TRAIN.FILTER_SAMPLES: -1 changes nothing"},
		{"DATA.TRAIN.MINIMUM_FOREGROUND_PER", "0.5", "DATA.TRAIN.FILTER_SAMPLES.VALUES: [[0.5]]", filter},
		{"DATA.TRAIN.MINIMUM_FOREGROUND_PER", "0.5", "DATA.TRAIN.FILTER_SAMPLES.PROPS: [[foreground]]", filter},
		{"DATA.TRAIN.MINIMUM_FOREGROUND_PER", "0.5", "DATA.TRAIN.FILTER_SAMPLES.SIGNS: [[lt]]", filter},
		{"DATA.TRAIN.MINIMUM_FOREGROUND_PER", "0.5", "DATA.TRAIN.FILTER_SAMPLES.ENABLE: True", filter},
		{"DATA.PROBABILITY_MAP", "False", "TRAIN.EPOCHS: 360", "DATA.PROBABILITY_MAP is an older spelling: read as DATA.TRAIN.PROBABILITY_MAP"},
		{"TEST.STATS.FULL_IMG", "True", "TEST.FULL_IMG: True",
			"TEST.STATS.FULL_IMG is an older spelling: read as TEST.FULL_IMG"},
		{"TEST.DET_IGNORE_POINTS_OUTSIDE_BOX", "[]", "TRAIN.EPOCHS: 360",
			"TEST.DET_IGNORE_POINTS_OUTSIDE_BOX is an older spelling: read as TEST.EVAL_BORDER_CROP"},
		{"TEST.DET_IGNORE_POINTS_OUTSIDE_BOX", "[3, 3]",
			"f:2: TEST.DET_IGNORE_POINTS_OUTSIDE_BOX (now TEST.EVAL_BORDER_CROP) is [3, 3]: not supported yet",
			"TEST.DET_IGNORE_POINTS_OUTSIDE_BOX is an older spelling: read as TEST.EVAL_BORDER_CROP"},
		{"TEST.BY_CHUNKS.INPUT_IMG_AXES_ORDER", "ZYX",
			`f:3: TEST.BY_CHUNKS.INPUT_IMG_AXES_ORDER (now DATA.TEST.INPUT_IMG_AXES_ORDER) is "ZYX": not supported yet`,
			"TEST.BY_CHUNKS.INPUT_IMG_AXES_ORDER is an older spelling: read as DATA.TEST.INPUT_IMG_AXES_ORDER"},
		{"TEST.POST_PROCESSING.YZ_FILTERING", "False", "TRAIN.EPOCHS: 360",
			"TEST.POST_PROCESSING.YZ_FILTERING is an older spelling of TEST.POST_PROCESSING.MEDIAN_FILTER: False changes nothing"},
		{"TEST.POST_PROCESSING.REMOVE_BY_PROPERTIES", "[['circularity']]",
			"f:3: TEST.POST_PROCESSING.REMOVE_BY_PROPERTIES (now TEST.POST_PROCESSING.MEASURE_PROPERTIES.ENABLE) is [[\"circularity\"]]: not supported yet",
			"TEST.POST_PROCESSING.REMOVE_BY_PROPERTIES is an older spelling: read as TEST.POST_PROCESSING.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES"},
		{"TEST.POST_PROCESSING.APPLY_MASK", "True",
			"f:3: TEST.POST_PROCESSING.APPLY_MASK (now DATA.TEST.ROI_MASK.ENABLE) is True: not supported yet",
			"TEST.POST_PROCESSING.APPLY_MASK is an older spelling: read as DATA.TEST.ROI_MASK.ENABLE"},
		{"PROBLEM.DETECTION.CENTRAL_POINT_DILATION", "4", "PROBLEM.DETECTION.CENTRAL_POINT_DILATION: [4]", ""},
		{"TRAIN.OPT_BETAS", "'(0.5, 0.9)'", "TRAIN.OPT_BETAS: [0.5, 0.9]", ""},
		{"TRAIN.OPTIMIZER", "ADAMW", "TRAIN.OPTIMIZER: ADAMW", ""},
		{"TRAIN.LR", "1.E-4", "TRAIN.LR: 0.0001", ""},
	} {
		sections, last, _ := cut(tt.key)
		file := nest(sections, last+": "+tt.value)
		c, w, err := Parse([]byte(file), "f", "DATA.TEST.RESOLUTION=1")
		if err == nil { // faults of stages that are off show once they are on
			_, _ = c.Set(everyStage()...)
			err = c.Validate()
		}
		key, _, _ := strings.Cut(tt.want, ": ")
		got := strings.Join(lines(err), "; ")
		if r, known := find(table(new(Config)), key); err == nil && known {
			row, _ := find(table(c), r.name)
			got = key + ": " + format(row.value())
		}
		if got != tt.want {
			t.Errorf("%s: %s gives %s\nwant %s", tt.key, tt.value, got, tt.want)
		}
		var msgs []string
		for _, x := range w {
			msgs = append(msgs, x.Msg)
		}
		if strings.Join(msgs, "; ") != tt.warning {
			t.Errorf("%s: %s warns %v\nwant %s", tt.key, tt.value, msgs, tt.warning)
		}
	}
}

// TestPerClassListsAreKept: BiaPy's migration keeps their first entry alone.
func TestPerClassListsAreKept(t *testing.T) {
	c := Default()
	c.Model.NClasses = 2
	_, err := c.Set("TEST.DET_MIN_TH_TO_BE_PEAK=[0.7,0.9]", "TEST.DET_TOLERANCE=[10,15.5]", "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS=[0.7,3]")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		got  []float64
		want string
	}{{c.Thresholds(), "[0.7, 0.9]"}, {c.Tolerances(), "[10.0, 15.5]"}, {c.Radii(), "[0.7, 3.0]"}} {
		if format(tt.got) != tt.want {
			t.Errorf("got %v, want %s", tt.got, tt.want)
		}
	}
	_, _, err = Parse([]byte("TEST:\n  DET_TOLERANCE: [10, 15]\n"), "f")
	same(t, "one class", lines(err), []string{"f:2: TEST.DET_TOLERANCE has 2 values: want 1, as MODEL.N_CLASSES is 1"})
}

func TestOldBesideNew(t *testing.T) {
	c, _, err := Parse([]byte("AUGMENTOR:\n  VFLIP_PROB: 0.9\n  DA_PROB: 0.1\n"), "f")
	if err != nil || c.Augmentor.VFlip.Prob != 0.9 || c.Augmentor.HFlip.Prob != 0.1 {
		t.Errorf("DA_PROB fills in what is not set: got %+v, %v", c, err)
	}
	_, _, err = Parse([]byte("MODEL:\n  BATCH_NORMALIZATION: True\n  NORMALIZATION: in\n"), "f")
	same(t, "faults", lines(err), []string{
		"f:2: MODEL.BATCH_NORMALIZATION is an older spelling of MODEL.NORMALIZATION, which is set in line 3: keep one of them"})
}

// TestOneFaultPerOldKey: DA_PROB becomes thirty keys, and one fault.
func TestOneFaultPerOldKey(t *testing.T) {
	for value, want := range map[string]string{
		"fast": `f:2: AUGMENTOR.DA_PROB (now AUGMENTOR.VFLIP_PROB) is "fast": want a number from 0 to 1`,
		"1.5":  "f:2: AUGMENTOR.DA_PROB (now AUGMENTOR.VFLIP_PROB) is 1.5: want a number from 0 to 1",
	} {
		_, _, err := Parse([]byte("AUGMENTOR:\n  DA_PROB: "+value+"\n"), "f")
		same(t, value, lines(err), []string{want})
	}
}

func TestMigrationTargetsAreKnown(t *testing.T) {
	rows := table(new(Config))
	for _, m := range migrations() {
		if r, known := find(rows, m.old); known && m.when == nil && !r.section() {
			t.Errorf("%s is an older spelling and a key of its own", m.old)
		}
		for _, value := range []string{"True", "custom", "0.5"} {
			n := text(value)
			if m.when != nil && !m.when(n) {
				continue
			}
			for _, e := range m.to(entry{key: m.old, node: n}) {
				if _, known := find(rows, e.key); !known {
					t.Errorf("%s gives %s, which is no key", m.old, e.key)
				}
			}
		}
	}
}
