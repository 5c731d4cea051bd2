package config

import (
	"strings"
	"testing"
)

// Every name in the list of stages is that of a supported key, in one stage.
func TestStagesNameKeys(t *testing.T) {
	seen := map[string]Stage{}
	for stage, names := range stages {
		for _, name := range names {
			if other, twice := seen[name]; twice {
				t.Errorf("%s belongs to %s and to %s", name, stage, other)
			}
			seen[name] = stage
			found := 0
			for _, r := range table(new(Config)) {
				if r.name == name || strings.HasSuffix(name, ".") && strings.HasPrefix(r.name, name) {
					if r.field != nil {
						found++
					}
					if got := r.key().Stage; got != stage {
						t.Errorf("%s belongs to %s, want %s", r.name, got, stage)
					}
				}
			}
			if found == 0 {
				t.Errorf("%s is no supported key", name)
			}
		}
	}
	if k, _ := Explain("TRAIN.LR"); k.Stage != StageTraining {
		t.Errorf("TRAIN.LR belongs to %s", k.Stage)
	}
}

func TestSeen(t *testing.T) {
	a, b := Default(), Default()
	b.Test.DetMinThToBePeak = []float64{0.7}
	b.Log.ChartCreationFreq = 1
	for stage, equal := range map[Stage]bool{StageTraining: true, StagePrediction: true, StageTuning: true, StageDetection: false, StageScoring: false} {
		if got := a.Seen(stage) == b.Seen(stage); got != equal {
			t.Errorf("up to %s they are equal: %v", stage, got)
		}
	}
	text := b.Seen(StageScoring)
	for _, want := range []string{"TRAIN.LR: 0.0001\n", "TEST.DET_MIN_TH_TO_BE_PEAK: [0.7]\n", "TEST.DET_TOLERANCE: [10.0]\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "LOG.") || strings.Contains(a.Seen(StageTraining), "TEST.DET") {
		t.Errorf("keys of later stages in\n%s", text)
	}
}
