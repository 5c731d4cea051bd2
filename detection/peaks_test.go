package detection_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// plane makes a 2D map of rows; digits are tenths, a dot is zero.
func plane(rows ...string) *detection.Volume {
	v := detection.NewVolume([3]int{1, len(rows), len(rows[0])}, 1)
	for y, row := range rows {
		for x, c := range row {
			if c != '.' {
				v.Set(0, y, x, 0, float32(c-'0')/10)
			}
		}
	}
	return v
}

func TestPeaks(t *testing.T) {
	perPixel := func(o *detection.PeakOptions) { o.Plateau = detection.PerPixel }
	apart := func(d int) func(*detection.PeakOptions) {
		return func(o *detection.PeakOptions) { o.MinDistance = [3]int{d, d, d} }
	}
	tests := []struct {
		name string
		prob *detection.Volume
		mod  func(*detection.PeakOptions)
		want [][2]int // (y, x), best first
	}{
		{name: "by value, then raster order", prob: plane("5....", "..9..", ".....", "5...5"),
			want: [][2]int{{1, 2}, {0, 0}, {3, 0}, {3, 4}}},
		{name: "the threshold itself is not a peak", prob: plane("2.3"), want: [][2]int{{0, 2}}},
		{name: "threshold zero is zero", prob: plane("1.."),
			mod: func(o *detection.PeakOptions) { o.Threshold = 0 }, want: [][2]int{{0, 0}}},
		{name: "negative threshold: flat ground below a peak is none", prob: plane("..9"),
			mod: func(o *detection.PeakOptions) { o.Threshold = -1 }, want: [][2]int{{0, 2}}},
		{name: "a diagonal neighbour vetoes", prob: plane("8.", ".9"), want: [][2]int{{1, 1}}},
		{name: "constant map", prob: plane("999", "999")},
		{name: "single voxel", prob: plane("9")},
		{name: "plateau of three: the middle", prob: plane("..999.."), want: [][2]int{{0, 3}}},
		{name: "plateau of two: the first", prob: plane("..99.."), want: [][2]int{{0, 2}}},
		{name: "ring: a voxel of the ring, not the hole", prob: plane("999", "9.9", "999"), want: [][2]int{{0, 1}}},
		{name: "plateau that leads up is none", prob: plane("666667"), want: [][2]int{{0, 5}}},
		{name: "diagonal voxels are one plateau", prob: plane("9..", ".9.", "..9"), want: [][2]int{{1, 1}}},
		{name: "per pixel: one each", prob: plane("..999.."), mod: perPixel, want: [][2]int{{0, 2}, {0, 3}, {0, 4}}},
		{name: "per pixel: the far end of a plateau that leads up", prob: plane("666667"), mod: perPixel,
			want: [][2]int{{0, 5}, {0, 0}, {0, 1}, {0, 2}, {0, 3}}},
		{name: "equal peaks exactly the distance apart stay", prob: plane("9..9."), mod: apart(3), want: [][2]int{{0, 0}, {0, 3}}},
		{name: "equal peaks closer do not", prob: plane("9.9.."), mod: apart(3), want: [][2]int{{0, 0}}},
		{name: "a lower peak exactly the distance away goes", prob: plane("9..8."), mod: apart(3), want: [][2]int{{0, 0}}},
		{name: "a lower peak one voxel further stays", prob: plane("9...8"), mod: apart(3), want: [][2]int{{0, 0}, {0, 4}}},
		{name: "distance per axis", prob: plane("9.8", "...", "7.."),
			mod:  func(o *detection.PeakOptions) { o.MinDistance = [3]int{1, 1, 2} },
			want: [][2]int{{0, 0}, {2, 0}}},
		{name: "a distance beyond the map", prob: plane("9..8"), mod: apart(math.MaxInt), want: [][2]int{{0, 0}}},
		{name: "border, one axis", prob: plane("9..9..9", ".......", ".......", "9..9..9"),
			mod:  func(o *detection.PeakOptions) { o.ExcludeBorder = [3]int{0, 0, 1} },
			want: [][2]int{{0, 3}, {3, 3}}},
		{name: "in 2D z excludes nothing", prob: plane("...", ".9.", "..."),
			mod:  func(o *detection.PeakOptions) { o.ExcludeBorder = [3]int{5, 1, 1} },
			want: [][2]int{{1, 1}}},
		{name: "an excluded peak does not push others away", prob: plane("9..9."),
			mod: func(o *detection.PeakOptions) {
				o.ExcludeBorder, o.MinDistance = [3]int{0, 0, 1}, [3]int{4, 4, 4}
			},
			want: [][2]int{{0, 3}}},
		{name: "Otsu", prob: plane("1.1.9.9.1"),
			mod:  func(o *detection.PeakOptions) { o.ThresholdType = detection.Otsu; o.Threshold = 2 },
			want: [][2]int{{0, 4}, {0, 6}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultPeakOptions()
			if tt.mod != nil {
				tt.mod(&opts)
			}
			before := slices.Clone(tt.prob.Data)
			got, err := detection.Peaks(tt.prob, opts)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i, w := range tt.want {
				want := detection.Point{ID: i + 1, Pos: [3]float64{0, float64(w[0]), float64(w[1])}, Prob: float64(tt.prob.At(0, w[0], w[1], 0))}
				if got[i] != want {
					t.Errorf("point %d is %+v, want %+v", i, got[i], want)
				}
			}
			if !slices.Equal(before, tt.prob.Data) {
				t.Error("the map was modified")
			}
		})
	}
}

// In 3D each of the 26 neighbours can take a voxel its rank.
func TestPeaksEveryNeighbourVetoes(t *testing.T) {
	for i := range 27 {
		prob := detection.NewVolume([3]int{3, 3, 3}, 1)
		prob.Set(1, 1, 1, 0, 0.5)
		prob.Data[i] = 0.75
		got, err := detection.Peaks(prob, detection.DefaultPeakOptions())
		if err != nil || len(got) != 1 || prob.Index(got[0].Voxel()[0], got[0].Voxel()[1], got[0].Voxel()[2]) != i {
			t.Errorf("neighbour %d: got %v, %v", i, got, err)
		}
	}
}

// The threshold counts in the precision of the map: float32(0.2) is not above 0.2.
func TestPeaksThresholdPrecision(t *testing.T) {
	prob := plane("...")
	prob.Data[1] = float32(0.2)
	if got, err := detection.Peaks(prob, detection.DefaultPeakOptions()); err != nil || got != nil {
		t.Errorf("got %v, %v", got, err)
	}
	prob.Data[1] = math.Nextafter32(float32(0.2), 1)
	if got, err := detection.Peaks(prob, detection.DefaultPeakOptions()); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestPeaksErrors(t *testing.T) {
	nan := plane("...", "9..", "...")
	nan.Data[7] = float32(math.NaN())
	constantNaN := plane("..")
	constantNaN.Data[0], constantNaN.Data[1] = float32(math.NaN()), float32(math.NaN())
	tests := []struct {
		name  string
		prob  *detection.Volume
		mod   func(*detection.PeakOptions)
		parts []string
	}{
		{"NaN", nan, nil, []string{"(0, 2, 1) is NaN"}},
		{"nothing but NaN", constantNaN, nil, []string{"(0, 0, 0) is NaN"}},
		{"NaN under Otsu", nan, func(o *detection.PeakOptions) { o.ThresholdType = detection.Otsu }, []string{"(0, 2, 1) is NaN"}},
		{"two channels", detection.NewVolume([3]int{1, 2, 2}, 2), nil, []string{"2 channels, want 1"}},
		{"no volume", nil, nil, []string{"nil"}},
		{"all fields", plane("1"), func(o *detection.PeakOptions) {
			*o = detection.PeakOptions{ThresholdType: "auto", Threshold: math.NaN(), MinDistance: [3]int{1, 0, 1}, ExcludeBorder: [3]int{0, 0, -1}, Plateau: "none"}
		}, []string{`ThresholdType is "auto"`, "Threshold is NaN", "MinDistance along y is 0", "ExcludeBorder along x is -1", `Plateau is "none"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultPeakOptions()
			if tt.mod != nil {
				tt.mod(&opts)
			}
			_, err := detection.Peaks(tt.prob, opts)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range tt.parts {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
	if _, err := detection.Peaks(detection.NewVolume([3]int{1, 2, 2}, 2), detection.DefaultPeakOptions()); !errors.Is(err, detection.ErrShape) {
		t.Errorf("%v is no ErrShape", err)
	}
}
