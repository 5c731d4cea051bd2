package detection_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// By hand: an image of two channels with a target of two classes.
func TestMeasureSample(t *testing.T) {
	image, target := detection.NewVolume([3]int{1, 1, 4}, 2), detection.NewVolume([3]int{1, 1, 4}, 2)
	copy(image.Data, []float32{5, -1, 0, 0, 2, 3, 1, 6})
	copy(target.Data, []float32{1, 0, 0, 0.5, 0, 0, 0, 0})
	whole := detection.SampleRanges{Image: 10, Target: 0.25}
	got, err := detection.MeasureSample(image, target, whole)
	if err != nil {
		t.Fatal(err)
	}
	// |5-1| + |-1-1| + 2·|0-0.5| + 2 + 3 + 1 + 6 = 19
	want := detection.SampleStats{
		detection.Foreground: 0.5, detection.Mean: 2, detection.Min: -1, detection.Max: 6,
		detection.TargetMean: 0.375, detection.TargetMin: 0, detection.TargetMax: 1,
		detection.Diff: 19, detection.DiffByMinMaxRatio: 190, detection.DiffByTargetMinMaxRatio: 4.75,
	}
	for _, p := range detection.SampleProperties {
		if got[p] != want[p] {
			t.Errorf("%s is %v, want %v", p, got[p], want[p])
		}
	}
	if r := detection.MeasureRanges(image, target); r.Image != 7 || r.Target != 1 {
		t.Errorf("ranges %+v", r)
	}
	alone, err := detection.MeasureSample(image, nil, whole)
	if err != nil || alone[detection.Mean] != 2 || !math.IsNaN(alone[detection.Foreground]) || !math.IsNaN(alone[detection.Diff]) {
		t.Errorf("without a target: %v, %v", alone, err)
	}
	if _, err := detection.MeasureSample(image, detection.NewVolume([3]int{1, 4, 1}, 1), whole); !errors.Is(err, detection.ErrShape) {
		t.Errorf("a target of another size: %v", err)
	}
}

func TestSampleFilterRemoves(t *testing.T) {
	is := func(p detection.SampleProperty, s detection.Sign, v float64) detection.SampleCondition {
		return detection.SampleCondition{Property: p, Sign: s, Value: v}
	}
	low, dark := is(detection.Foreground, detection.Less, 0.1), is(detection.Mean, detection.LessEqual, 5)
	bright := is(detection.Max, detection.Greater, 200)
	for _, tt := range []struct {
		name                  string
		filter                detection.SampleFilter
		foreground, mean, max float64
		want                  bool
	}{
		{"no group", nil, 0, 0, 0, false},
		{"all of a group", detection.SampleFilter{{low, dark}}, 0, 5, 9, true},
		{"part of a group", detection.SampleFilter{{low, dark}}, 0, 6, 9, false},
		{"one of two groups", detection.SampleFilter{{low, dark}, {bright}}, 0.5, 6, 201, true},
		{"none of two groups", detection.SampleFilter{{low, dark}, {bright}}, 0.5, 5, 200, false},
		{"lt at its value", detection.SampleFilter{{low}}, 0.1, 0, 0, false},
		{"le at its value", detection.SampleFilter{{dark}}, 0, 5, 0, true},
		{"gt at its value", detection.SampleFilter{{bright}}, 0, 0, 200, false},
		{"ge at its value", detection.SampleFilter{{is(detection.Max, detection.GreaterEqual, 200)}}, 0, 0, 200, true},
		{"ge below it", detection.SampleFilter{{is(detection.Max, detection.GreaterEqual, 200)}}, 0, 0, 199, false},
		{"no target", detection.SampleFilter{{low}}, math.NaN(), 0, 0, false},
		{"no target, the other way", detection.SampleFilter{{is(detection.Foreground, detection.LessEqual, 1)}}, math.NaN(), 0, 0, false},
	} {
		s := detection.SampleStats{detection.Foreground: tt.foreground, detection.Mean: tt.mean, detection.Max: tt.max}
		if got := tt.filter.Removes(s); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if !(detection.SampleFilter{{bright}, {dark, low}}).NeedsTarget() || (detection.SampleFilter{{bright, dark}}).NeedsTarget() {
		t.Error("NeedsTarget is wrong")
	}
}

func TestSampleFilterValidateNamesEveryFault(t *testing.T) {
	err := detection.SampleFilter{{{Property: "median", Sign: "eq", Value: math.NaN()}}, {}}.Validate()
	for _, want := range []string{`group 1: property "median"`, `group 1: sign "eq"`, "value of median is NaN", "group 2 has no condition"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
