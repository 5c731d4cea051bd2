package workflow

import (
	"fmt"
	"testing"

	"github.com/puncta-bio/puncta/detection/config"
)

// otherValues has for each key of a stage behind training a value that is not
// its default.
var otherValues = map[string]string{
	"DATA.TEST.PATH": "elsewhere", "DATA.TEST.GT_PATH": "elsewhere", "DATA.TEST.LOAD_GT": "True", "DATA.TEST.USE_VAL_AS_TEST": "True",
	"DATA.TEST.FILTER_SAMPLES.ENABLE": "True", "DATA.TEST.FILTER_SAMPLES.PROPS": "[[mean]]", "DATA.TEST.FILTER_SAMPLES.VALUES": "[[3]]",
	"DATA.TEST.FILTER_SAMPLES.SIGNS": "[[lt]]", "DATA.TEST.FILTER_SAMPLES.NORM_BEFORE": "True",
	"DATA.TEST.OVERLAP": "[0.25]", "DATA.TEST.PADDING": "[16]", "DATA.TEST.RESOLUTION": "[0.5]",
	"TEST.ENABLE": "True", "TEST.FULL_IMG": "True", "TEST.AUGMENTATION": "True", "TEST.AUGMENTATION_MODE": "max", "TEST.AUGMENTATION_GROUP": "flips",
	"TEST.DET_TH_TYPE": "auto", "TEST.DET_MIN_TH_TO_BE_PEAK": "[0.7]", "TEST.DET_PEAK_LOCAL_MAX_MIN_DISTANCE": "4", "TEST.DET_EXCLUDE_BORDER": "True",
	"TEST.DET_TOLERANCE": "[3]", "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS": "True", "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS": "[7]",
	"PUNCTA.PLATEAU": "pixel", "PUNCTA.SMOOTHING": "[2]", "PUNCTA.REFINE": "subpixel", "PUNCTA.CENTROID_FACTOR": "0.9", "PUNCTA.CENTROID_MAX_SHIFT": "4",
	"PUNCTA.DARK_OBJECTS": "True", "PUNCTA.TUNE": "True", "PUNCTA.TUNE_IMAGES": "all",
	"SYSTEM.NUM_WORKERS": "3", "MODEL.SAVE_CKPT_FREQ": "2", "LOG.CHART_CREATION_FREQ": "2",
	"AUGMENTOR.AUG_SAMPLES": "False", "AUGMENTOR.AUG_NUM_SAMPLES": "3", "AUGMENTOR.DRAW_GRID": "False",
}

// seenBy is what the code of each stage makes of a configuration, in words.
func seenBy(t *testing.T, c *config.Config) map[config.Stage]string {
	t.Helper()
	preprocess, err := preprocessInUse(c)
	if err != nil {
		t.Fatal(err)
	}
	network := networkConfig(c)
	used := settingsOf(c, network)
	used.Detect, used.Tolerance, used.Config = detectOptions(config.Default()), nil, ""
	options := trainingOptions(c, 1)
	words := map[config.Stage]string{}
	for stage, values := range map[config.Stage]any{
		config.StageTraining: []any{
			network, preprocess, normaliseOptions(c), options, trainingData(c), validationData(c), maskOptions(c), heatmapOptions(c),
			c.Puncta.Prior, c.Data.Train, c.Data.Val, c.Model.LoadCheckpoint, c.Model.ItemsToLoad, c.Model.FreezeLayersMatching, c.Paths,
		},
		config.StagePrediction: []any{used, c.Data.Test.Path, c.Data.Test.GTPath, c.Data.Test.LoadGT, c.Data.Test.UseValAsTest, c.Data.Test.FilterSamples, c.Test.Enable},
		config.StageTuning:     []any{c.Puncta.Tune, c.Puncta.TuneImages},
		config.StageDetection:  detectOptions(c),
		config.StageScoring:    matchOptions(c),
		config.StageNone:       []any{c.System.NumWorkers, c.Model.SaveCkptFreq, c.Log, c.Augmentor.AugSamples, c.Augmentor.AugNumSamples, c.Augmentor.DrawGrid},
	} {
		words[stage] = fmt.Sprintf("%+v", values)
	}
	return words
}

// A key changes what its stage does and nothing that comes before: so jobs that
// differ in it alone can share what comes before.
func TestKeysBelongToTheirStages(t *testing.T) {
	base := config.Default()
	before := seenBy(t, base)
	tried := 0
	for _, key := range config.Keys() {
		if key.Status != config.Supported || key.Stage == config.StageTraining {
			continue
		}
		value, ok := otherValues[key.Name]
		if !ok {
			t.Errorf("%s: the test has no value to try", key.Name)
			continue
		}
		c := base.Clone()
		settings := []string{key.Name + "=" + value}
		// what makes the key matter at all
		switch key.Name {
		case "TEST.AUGMENTATION_MODE", "TEST.AUGMENTATION_GROUP":
			settings = append(settings, "TEST.AUGMENTATION=True")
		case "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS":
			settings = append(settings, "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS=True")
		case "TEST.DET_EXCLUDE_BORDER":
			settings = append(settings, "TEST.DET_PEAK_LOCAL_MAX_MIN_DISTANCE=2")
		}
		before := before
		if len(settings) > 1 {
			b := base.Clone()
			if _, err := b.Set(settings[1:]...); err != nil {
				t.Fatal(err)
			}
			before = seenBy(t, b)
		}
		if _, err := c.Set(settings...); err != nil {
			t.Errorf("%s: %v", key.Name, err)
			continue
		}
		tried++
		after := seenBy(t, c)
		for stage := config.StageTraining; stage <= config.StageScoring; stage++ {
			if stage < key.Stage && before[stage] != after[stage] {
				t.Errorf("%s belongs to %s, and %s sees it", key.Name, key.Stage, stage)
			}
		}
		if before[key.Stage] == after[key.Stage] {
			t.Errorf("%s belongs to %s, which does not see it", key.Name, key.Stage)
		}
	}
	if tried != len(otherValues) {
		t.Errorf("%d keys tried, %d values are there", tried, len(otherValues))
	}
}
