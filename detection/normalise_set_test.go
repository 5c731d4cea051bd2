package detection_test

import (
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func sequence(images ...*detection.Volume) iter.Seq2[*detection.Volume, error] {
	return func(yield func(*detection.Volume, error) bool) {
		for _, v := range images {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// The slow obvious way is to measure all images as one, which takes two walks.
func TestMeasureSetIsThatOfAllVoxels(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	var images []*detection.Volume
	for i := range 7 {
		v := detection.NewVolume([3]int{1 + i%2, 3 + 2*i, 5 + i}, 2)
		for k := range v.Data {
			v.Data[k] = float32(30000+100*i*(k%2)) + 50*float32(rng.NormFloat64())
		}
		images = append(images, v)
	}
	mean, std, err := detection.MeasureSet(sequence(images...), detection.DefaultNormaliseOptions())
	if err != nil {
		t.Fatal(err)
	}
	want, err := detection.MeasureIntensityAll(sequence(images...), detection.DefaultNormaliseOptions())
	if err != nil {
		t.Fatal(err)
	}
	for c, w := range want {
		if math.Abs(mean[c]-w.Mean) > 1e-8 || math.Abs(std[c]-w.Std) > 1e-8 {
			t.Errorf("channel %d: mean %v and std %v, want %v and %v", c, mean[c], std[c], w.Mean, w.Std)
		}
	}
}

// By hand: 0 and 10 in an image of two voxels, 4 four times in another.
func TestMeasureSetWeighsByVoxels(t *testing.T) {
	small, large := detection.NewVolume([3]int{1, 1, 2}, 1), detection.NewVolume([3]int{1, 2, 2}, 1)
	copy(small.Data, []float32{0, 10})
	copy(large.Data, []float32{4, 4, 4, 4})
	opts := detection.DefaultNormaliseOptions()
	opts.Kind = detection.NormaliseCustom // needs Mean and Std elsewhere, not here
	mean, std, err := detection.MeasureSet(sequence(small, large), opts)
	if err != nil {
		t.Fatal(err)
	}
	if m := 26.0 / 6; math.Abs(mean[0]-m) > 1e-12 || math.Abs(std[0]-math.Sqrt(164.0/6-m*m)) > 1e-12 {
		t.Errorf("mean %v, std %v", mean, std)
	}
	opts.Clip, opts.LowerValue, opts.UpperValue = detection.ClipValue, []float64{4}, []float64{8}
	mean, std, err = detection.MeasureSet(sequence(small, large), opts)
	if err != nil {
		t.Fatal(err)
	}
	if m := 28.0 / 6; math.Abs(mean[0]-m) > 1e-12 || math.Abs(std[0]-math.Sqrt(144.0/6-m*m)) > 1e-12 {
		t.Errorf("clipped: mean %v, std %v", mean, std)
	}
	if _, std, err = detection.MeasureSet(sequence(large), detection.DefaultNormaliseOptions()); err != nil || std[0] != 1e-6 {
		t.Errorf("constant images: std %v, %v", std, err)
	}
}

func TestMeasureSetErrors(t *testing.T) {
	one, two := detection.NewVolume([3]int{1, 2, 2}, 1), detection.NewVolume([3]int{1, 2, 2}, 2)
	bad := detection.NewVolume([3]int{1, 2, 2}, 1)
	bad.Data[3] = float32(math.NaN())
	own := errors.New("own")
	for name, tt := range map[string]struct {
		images iter.Seq2[*detection.Volume, error]
		want   string
	}{
		"none":           {sequence(), "no image"},
		"other channels": {sequence(one, two), "one image has 1 channels and another 2"},
		"not a number":   {sequence(one, bad), "NaN"},
		"an own error":   {func(yield func(*detection.Volume, error) bool) { yield(nil, own) }, "own"},
	} {
		if _, _, err := detection.MeasureSet(tt.images, detection.DefaultNormaliseOptions()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
