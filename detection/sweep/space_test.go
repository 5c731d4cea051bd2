package sweep

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string) *Sweep {
	t.Helper()
	s, err := Parse([]byte("config: c.yaml\n"+text), "sweep.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// settings are the runs of a sweep as text.
func settings(s *Sweep) (lines []string) {
	for _, r := range s.Runs() {
		lines = append(lines, fmt.Sprintf("%d %s", r.Number, s.Describe(r)))
	}
	return lines
}

func TestGrid(t *testing.T) {
	s := parsed(t, `
parameters:
  TEST.DET_TH_TYPE: [manual, auto]
  TEST.DET_MIN_TH_TO_BE_PEAK: {from: 0.1, to: 0.3, step: 0.1}
  DATA.PATCH_SIZE: [[64, 64, 1], "(128, 128, 1)"]
`)
	want := strings.Split(`1 TEST.DET_TH_TYPE=manual, TEST.DET_MIN_TH_TO_BE_PEAK=0.1, DATA.PATCH_SIZE=[64, 64, 1]
2 TEST.DET_TH_TYPE=manual, TEST.DET_MIN_TH_TO_BE_PEAK=0.1, DATA.PATCH_SIZE="(128, 128, 1)"
3 TEST.DET_TH_TYPE=manual, TEST.DET_MIN_TH_TO_BE_PEAK=0.2, DATA.PATCH_SIZE=[64, 64, 1]
4 TEST.DET_TH_TYPE=manual, TEST.DET_MIN_TH_TO_BE_PEAK=0.2, DATA.PATCH_SIZE="(128, 128, 1)"
5 TEST.DET_TH_TYPE=manual, TEST.DET_MIN_TH_TO_BE_PEAK=0.3, DATA.PATCH_SIZE=[64, 64, 1]
6 TEST.DET_TH_TYPE=manual, TEST.DET_MIN_TH_TO_BE_PEAK=0.3, DATA.PATCH_SIZE="(128, 128, 1)"
7 TEST.DET_TH_TYPE=auto, TEST.DET_MIN_TH_TO_BE_PEAK=0.1, DATA.PATCH_SIZE=[64, 64, 1]
8 TEST.DET_TH_TYPE=auto, TEST.DET_MIN_TH_TO_BE_PEAK=0.1, DATA.PATCH_SIZE="(128, 128, 1)"
9 TEST.DET_TH_TYPE=auto, TEST.DET_MIN_TH_TO_BE_PEAK=0.2, DATA.PATCH_SIZE=[64, 64, 1]
10 TEST.DET_TH_TYPE=auto, TEST.DET_MIN_TH_TO_BE_PEAK=0.2, DATA.PATCH_SIZE="(128, 128, 1)"
11 TEST.DET_TH_TYPE=auto, TEST.DET_MIN_TH_TO_BE_PEAK=0.3, DATA.PATCH_SIZE=[64, 64, 1]
12 TEST.DET_TH_TYPE=auto, TEST.DET_MIN_TH_TO_BE_PEAK=0.3, DATA.PATCH_SIZE="(128, 128, 1)"`, "\n")
	if got := settings(s); !slices.Equal(got, want) {
		t.Errorf("runs are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRanges(t *testing.T) {
	for text, want := range map[string]string{
		"{from: 0.1, to: 0.5, step: 0.2}":                         "0.1 0.3 0.5",
		"{from: 0, to: 1, step: 0.4}":                             "0 0.4 0.8",
		"{from: -1, to: 1, count: 3}":                             "-1 0 1",
		"{from: 1e-4, to: 1e-2, count: 5, scale: log}":            "0.0001 0.000316227766017 0.001 0.00316227766017 0.01",
		"{from: 1, to: 100, count: 5, scale: log, whole: True}":   "1 3 10 32 100",
		"{from: 1, to: 3, count: 9, whole: True}":                 "1 2 3",
		"{from: 0.1, to: 0.7, count: 7}":                          "0.1 0.2 0.3 0.4 0.5 0.6 0.7",
		"{from: 2, to: 3, step: 5}":                               "2",
		"{to: 3, from: 2, count: 2, scale: linear, whole: False}": "2 3",
	} {
		s := parsed(t, "search: random\nruns: 1\nparameters: {TRAIN.LR: "+text+"}\n")
		var got []string
		for _, v := range s.Parameters[0].Values {
			got = append(got, v.Text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", text, got, want)
		}
	}
}

// The runs of a random search are pinned: another order of draws would give
// other runs to people who repeat a sweep. (Made by this program.)
func TestRandomGolden(t *testing.T) {
	s := parsed(t, `
search: random
runs: 4
seed: 7
parameters:
  TRAIN.LR: {from: 1e-4, to: 1e-2, scale: log}
  TRAIN.EPOCHS: {from: 5, to: 20, whole: True}
  MODEL.NORMALIZATION: [in, bn, none]
`)
	want := []string{
		"1 TRAIN.LR=0.00599732, TRAIN.EPOCHS=13, MODEL.NORMALIZATION=none",
		"2 TRAIN.LR=0.00111469, TRAIN.EPOCHS=13, MODEL.NORMALIZATION=none",
		"3 TRAIN.LR=0.000636007, TRAIN.EPOCHS=20, MODEL.NORMALIZATION=none",
		"4 TRAIN.LR=0.00905213, TRAIN.EPOCHS=12, MODEL.NORMALIZATION=in",
	}
	if got := settings(s); !slices.Equal(got, want) {
		t.Errorf("runs are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRandomProperties(t *testing.T) {
	text := func(runs, seed int, first string) string {
		return fmt.Sprintf("search: random\nruns: %d\nseed: %d\nparameters:\n%s  TRAIN.LR: {from: 1e-4, to: 1e-2, scale: log}\n  TRAIN.EPOCHS: {from: 5, to: 8, whole: True}\n", runs, seed, first)
	}
	few, many := settings(parsed(t, text(20, 3, ""))), settings(parsed(t, text(300, 3, "")))
	if !slices.Equal(few, many[:20]) {
		t.Error("more runs do not begin with those of fewer")
	}
	if other := settings(parsed(t, text(20, 4, ""))); slices.Equal(few, other) {
		t.Error("another seed gives the same runs")
	}
	// a parameter draws the same whatever stands beside it
	with := settings(parsed(t, text(20, 3, "  MODEL.NORMALIZATION: [bn]\n")))
	for i := range few {
		if !strings.HasSuffix(with[i], strings.SplitN(few[i], " ", 2)[1]) {
			t.Errorf("with another parameter run %d is %q, was %q", i+1, with[i], few[i])
		}
	}
	seen, below, epochs := map[string]bool{}, 0, map[int]int{}
	for _, r := range parsed(t, text(300, 3, "")).Runs() {
		lr, _ := r.Values[0].Number()
		n, err := strconv.Atoi(r.Values[1].Text)
		if err != nil || n < 5 || n > 8 || lr < 1e-4 || lr > 1e-2 || seen[r.Values[0].Text+r.Values[1].Text] {
			t.Fatalf("run %d: %v", r.Number, r.Values)
		}
		seen[r.Values[0].Text+r.Values[1].Text] = true
		if lr < 1e-3 {
			below++
		}
		epochs[n]++
		if v, _ := r.Values[0].Number(); round(v, drawnDigits) != v {
			t.Errorf("%v has more than %d digits", v, drawnDigits)
		}
	}
	if math.Abs(float64(below)-150) > 45 { // over five standard deviations
		t.Errorf("%d of 300 rates lie in the lower half of the logarithms", below)
	}
	for n := 5; n <= 8; n++ {
		if math.Abs(float64(epochs[n])-75) > 40 {
			t.Errorf("%d of 300 runs have %d epochs", epochs[n], n)
		}
	}

	// every combination once, and no more than there are
	all := parsed(t, "search: random\nruns: 12\nparameters: {TRAIN.EPOCHS: {from: 1, to: 4, whole: True}, MODEL.NORMALIZATION: [in, bn, none]}\n")
	once := map[string]bool{}
	for _, r := range all.Runs() {
		once[all.Describe(r)] = true
	}
	if len(once) != 12 {
		t.Errorf("%d of 12 combinations", len(once))
	}
}
