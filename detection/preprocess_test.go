package detection_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// formulaImage is an image of 6 x 8 whole numbers from 0 to 173, of which the
// golden values below were made.
func formulaImage() *detection.Volume {
	v := detection.NewVolume([3]int{1, 6, 8}, 1)
	for i := range v.Data {
		y, x := i/8, i%8
		v.Data[i] = float32((7*y*y + 13*x + 5*x*y) % 97)
		if y >= 2 && y <= 4 && x >= 2 && x <= 5 {
			v.Data[i] += 90
		}
	}
	return v
}

// Values at the pixels 0, 9, 27 and 47 as scikit-image 0.26.0 gives them:
// filters.gaussian(f, sigma=1, mode="nearest", preserve_range=True),
// filters.median(f, footprint=np.ones((3, 3))), exposure.match_histograms and
// equalize_adapthist(a, kernel_size=(3, 4), clip_limit=0.2) * 255.
func TestPreprocessGolden(t *testing.T) {
	reference := detection.NewVolume([3]int{1, 2, 4}, 1)
	copy(reference.Data, []float32{10, 10, 20, 20, 20, 40, 80, 160})
	h, err := detection.NewHistogram(sequence(reference))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		opts detection.PreprocessOptions
		want [4]float64
	}{
		{"nothing", detection.PreprocessOptions{}, [4]float64{0, 25, 140, 53}},
		{"Gaussian", detection.PreprocessOptions{Gaussian: [3]float64{0, 1, 1}}, [4]float64{9.137120246887207, 37.657493591308594, 119.52962493896484, 47.3779411315918}},
		{"median", detection.PreprocessOptions{Median: [3]int{1, 3, 3}}, [4]float64{7, 26, 140, 52}},
		{"histogram", detection.PreprocessOptions{Histogram: h}, [4]float64{10, 10, 106.66666666666664, 15.555555555555555}},
		{"CLAHE", detection.PreprocessOptions{CLAHE: &detection.CLAHEOptions{Kernel: [3]int{1, 3, 4}, ClipLimit: 0.2}},
			[4]float64{0, 69.54854174990011, 233.724530563324, 115.90291650019975}},
	} {
		v := formulaImage()
		got, err := detection.Preprocess(v, 255, tt.opts)
		if err != nil {
			t.Fatal(err)
		}
		for k, i := range []int{0, 9, 27, 47} {
			if math.Abs(float64(got.Data[i])-tt.want[k]) > 2e-5 {
				t.Errorf("%s: pixel %d is %v, want %v", tt.name, i, got.Data[i], tt.want[k])
			}
		}
		if !slices.Equal(v.Data, formulaImage().Data) {
			t.Errorf("%s changed its argument", tt.name)
		}
	}
}

// feature.canny of scikit-image 0.26.0 on a square of 6 x 6.
func TestCannyEdgesGolden(t *testing.T) {
	v := detection.NewVolume([3]int{1, 12, 12}, 1)
	for y := 3; y < 9; y++ {
		for x := 4; x < 10; x++ {
			v.Set(0, y, x, 0, 200)
		}
	}
	edges, err := detection.CannyEdges(v, 255, detection.DefaultCannyOptions())
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, x := range edges.Data {
		got.WriteString(map[float32]string{0: ".", 255: "#"}[x])
	}
	const want = "........................................######......#....#......#....#......#....#......#....#......######......................................"
	if got.String() != want {
		t.Errorf("edges\n%s\nwant\n%s", got.String(), want)
	}
	if faint, err := detection.CannyEdges(v, 255, detection.CannyOptions{Low: 900, High: 900}); err != nil || slices.Max(faint.Data) != 0 {
		t.Errorf("above all gradients: %v, %v", faint.Data, err)
	}
}

// Steps go in their order, and every channel by itself.
func TestPreprocessOrderAndChannels(t *testing.T) {
	opts := detection.PreprocessOptions{Gaussian: [3]float64{0, 2, 2}, Median: [3]int{1, 3, 3}, CLAHE: &detection.CLAHEOptions{ClipLimit: 0.1}}
	all, err := detection.Preprocess(formulaImage(), 255, opts)
	if err != nil {
		t.Fatal(err)
	}
	step := formulaImage()
	for _, o := range []detection.PreprocessOptions{{Gaussian: opts.Gaussian}, {Median: opts.Median}, {CLAHE: opts.CLAHE}} {
		if step, err = detection.Preprocess(step, 255, o); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(all.Data, step.Data) {
		t.Error("all at once is not one after the other")
	}
	two := detection.NewVolume([3]int{1, 6, 8}, 2)
	for i, x := range formulaImage().Data {
		two.Data[2*i], two.Data[2*i+1] = x, 7
	}
	both, err := detection.Preprocess(two, 255, opts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all.Data {
		if both.Data[2*i] != all.Data[i] || both.Data[2*i+1] != 7 {
			t.Fatalf("pixel %d is %v, want %v and 7", i, both.Data[2*i:2*i+2], all.Data[i])
		}
	}
}

func TestBorders(t *testing.T) {
	v := detection.NewVolume([3]int{1, 1, 4}, 1)
	copy(v.Data, []float32{8, 0, 0, 1})
	seen := map[float32]bool{}
	for _, b := range []detection.Border{detection.BorderNearest, detection.BorderReflect, detection.BorderMirror, detection.BorderConstant, detection.BorderWrap} {
		out, err := detection.GaussianBlur(v, [3]float64{0, 0, 1}, b)
		if err != nil {
			t.Fatal(err)
		}
		seen[out.Data[3]] = true
	}
	if len(seen) != 5 {
		t.Errorf("five borders give %v", seen)
	}
}

func TestPreprocessErrors(t *testing.T) {
	bad := detection.PreprocessOptions{
		Gaussian: [3]float64{-1, 0, 0}, Border: "edge", Median: [3]int{1, 2, 3}, Histogram: &detection.Histogram{Values: []float64{1, 0}, Shares: []float64{0.5, 1}},
		CLAHE: &detection.CLAHEOptions{Kernel: [3]int{0, -1, 0}, ClipLimit: 2}, Canny: &detection.CannyOptions{Low: 2, High: 1},
	}
	_, err := detection.Preprocess(formulaImage(), 255, bad)
	for _, want := range []string{"Gaussian along z is -1", `Border "edge"`, "Median along y is 2", "Histogram of 2 values", "Kernel along y is -1", "ClipLimit 2", "Low 2, High 1"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	nan := formulaImage()
	nan.Data[11] = float32(math.NaN())
	for name, tt := range map[string]struct {
		v     *detection.Volume
		scale float64
		opts  detection.PreprocessOptions
		want  string
	}{
		"scale":            {formulaImage(), 0, detection.PreprocessOptions{}, "scale is 0"},
		"NaN median":       {nan, 1, detection.PreprocessOptions{Median: [3]int{1, 3, 3}}, "(0, 1, 3) is NaN"},
		"NaN CLAHE":        {nan, 1, detection.PreprocessOptions{CLAHE: &detection.CLAHEOptions{}}, "(0, 1, 3) is NaN"},
		"large kernel":     {formulaImage(), 1, detection.PreprocessOptions{CLAHE: &detection.CLAHEOptions{Kernel: [3]int{1, 7, 8}}}, "7 voxels along y, the image 6"},
		"edges in colour":  {detection.NewVolume([3]int{1, 4, 4}, 3), 1, detection.PreprocessOptions{Canny: &detection.CannyOptions{}}, "1 planes with 3 channels"},
		"edges in a stack": {detection.NewVolume([3]int{2, 4, 4}, 1), 1, detection.PreprocessOptions{Canny: &detection.CannyOptions{}}, "2 planes with 1 channels"},
		"half a default":   {formulaImage(), 100, detection.PreprocessOptions{Canny: &detection.CannyOptions{Low: 30, High: -1}}, "the thresholds are 30 and 20"},
	} {
		if _, err := detection.Preprocess(tt.v, tt.scale, tt.opts); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	half := detection.NewVolume([3]int{1, 1, 1}, 1)
	half.Data[0] = 0.5
	if _, err := detection.NewHistogram(sequence(half)); err == nil || !strings.Contains(err.Error(), "whole numbers") {
		t.Errorf("a reference of fractions: %v", err)
	}
	if _, err := detection.NewHistogram(sequence()); err == nil {
		t.Error("no reference: no error")
	}
	own := errors.New("own")
	if _, err := detection.NewHistogram(func(yield func(*detection.Volume, error) bool) { yield(nil, own) }); !errors.Is(err, own) {
		t.Errorf("an own error: %v", err)
	}
}

// The options come back from the settings of a model file as they were.
func TestPreprocessOptionsAsJSON(t *testing.T) {
	h, err := detection.NewHistogram(sequence(formulaImage()))
	if err != nil {
		t.Fatal(err)
	}
	clahe, canny := detection.DefaultCLAHEOptions(), detection.DefaultCannyOptions()
	want := detection.PreprocessOptions{Gaussian: [3]float64{0, 1, 1.5}, Border: detection.BorderWrap, Median: [3]int{1, 3, 5}, Histogram: h, CLAHE: &clahe, Canny: &canny}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got detection.PreprocessOptions
	if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v, %v", text, got, err)
	}
	if want.None() || !(detection.PreprocessOptions{Border: detection.BorderWrap}).None() {
		t.Error("None is wrong")
	}
}
