package config

import (
	"slices"
	"strings"
)

// Stage is a part of a job, for [Key.Stage].
type Stage int

// The stages, in their order.
const (
	// StageTraining is that of every key that is not said to belong to a later
	// one: of data, network and training, and of all that decides what is read.
	StageTraining Stage = iota
	// StagePrediction makes probability maps of the test images.
	StagePrediction
	// StageTuning chooses how points are found.
	StageTuning
	// StageDetection finds points in maps.
	StageDetection
	// StageScoring compares them with true ones.
	StageScoring
	// StageNone is that of keys that change no result, but how fast it comes or
	// what is told about it.
	StageNone
)

// String is the stage in a word.
func (s Stage) String() string {
	return [...]string{"training", "prediction", "tuning", "detection", "scoring", "none"}[s]
}

// stages lists the keys of the stages behind training, by their names or by
// the beginnings of names up to a dot. What is missing here belongs to
// training, which at worst repeats work that could have been shared.
var stages = map[Stage][]string{
	StagePrediction: {
		"DATA.TEST.PATH", "DATA.TEST.GT_PATH", "DATA.TEST.LOAD_GT", "DATA.TEST.USE_VAL_AS_TEST", "DATA.TEST.FILTER_SAMPLES.",
		"DATA.TEST.OVERLAP", "DATA.TEST.PADDING",
		"TEST.ENABLE", "TEST.FULL_IMG", "TEST.AUGMENTATION", "TEST.AUGMENTATION_MODE", "TEST.AUGMENTATION_GROUP",
	},
	StageTuning: {"PUNCTA.TUNE", "PUNCTA.TUNE_IMAGES"},
	StageDetection: {
		"DATA.TEST.RESOLUTION",
		"TEST.DET_TH_TYPE", "TEST.DET_MIN_TH_TO_BE_PEAK", "TEST.DET_PEAK_LOCAL_MAX_MIN_DISTANCE", "TEST.DET_EXCLUDE_BORDER",
		"TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS", "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS",
		"PUNCTA.PLATEAU", "PUNCTA.SMOOTHING", "PUNCTA.REFINE", "PUNCTA.CENTROID_FACTOR", "PUNCTA.CENTROID_MAX_SHIFT", "PUNCTA.DARK_OBJECTS",
	},
	StageScoring: {"TEST.DET_TOLERANCE"},
	StageNone: {
		"SYSTEM.NUM_WORKERS", "MODEL.SAVE_CKPT_FREQ", "LOG.CHART_CREATION_FREQ",
		"AUGMENTOR.AUG_SAMPLES", "AUGMENTOR.AUG_NUM_SAMPLES", "AUGMENTOR.DRAW_GRID",
	},
}

// stageOf is the stage of a key.
func stageOf(name string) Stage {
	for stage, keys := range stages {
		if slices.ContainsFunc(keys, func(k string) bool { return k == name || strings.HasSuffix(k, ".") && strings.HasPrefix(name, k) }) {
			return stage
		}
	}
	return StageTraining
}

// Seen writes what the stages up to one see of the configuration: a line "KEY:
// value" for each supported key of theirs, in the order of the table. Two jobs
// on the same files for which it is equal do the same up to there, but that a
// training with TRAIN.CHECKPOINT_MONITOR val_f1 finds and scores points, too.
func (c *Config) Seen(upTo Stage) string {
	var b strings.Builder
	for _, r := range table(c) {
		if r.field != nil && stageOf(r.name) <= upTo {
			b.WriteString(r.name + ": " + format(r.value()) + "\n")
		}
	}
	return b.String()
}
