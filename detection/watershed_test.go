package detection_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestWatershed(t *testing.T) {
	tests := []struct {
		name    string
		image   *detection.Volume
		markers []string
		mod     func(*detection.WatershedOptions)
		want    []string
	}{
		{name: "a ridge parts two basins; its top goes to the first that stands beside it",
			image: plane("1239321"), markers: []string{"1.....2"}, want: []string{"1111222"}},
		{name: "a plateau is shared", image: plane("0000000"), markers: []string{"1.....2"}, want: []string{"1111222"}},
		{name: "the lower flood is first", image: plane("2.59114"), markers: []string{"1.....2"}, want: []string{"1112222"}},
		{name: "a basin without a marker is shared, not taken by the lower side",
			image: plane("35000053"), markers: []string{"1......2"}, want: []string{"11112222"}},
		{name: "no marker", image: plane("123"), markers: []string{"..."}, want: []string{"..."}},
		{name: "the mask stops the flood and drops markers",
			image: plane("00000"), markers: []string{"1...7"}, want: []string{"11..."},
			mod: func(o *detection.WatershedOptions) { o.Mask = plane("11.1.") }},
		{name: "face does not pass a diagonal", image: plane("000", "000"), markers: []string{"5..", "..."}, want: []string{"5..", "..."},
			mod: func(o *detection.WatershedOptions) { o.Mask = plane("1..", ".11") }},
		{name: "full does", image: plane("000", "000"), markers: []string{"5..", "..."}, want: []string{"5..", ".55"},
			mod: func(o *detection.WatershedOptions) {
				o.Mask, o.Connectivity = plane("1..", ".11"), detection.Full
			}},
		// Labels of scikit-image 0.26.0: the image has two levels, the markers are tied.
		{name: "ties as in scikit-image",
			image:   plane("011001001", "000001011", "001011110", "111001101", "011010111"),
			markers: []string{".4......9", ".........", "..65.....", ".81......", "......7.2"},
			want:    []string{"545555599", "555555599", "556555559", "581555572", "815555772"},
			mod:     func(o *detection.WatershedOptions) { o.Connectivity = detection.Full }},
		{name: "labels keep their numbers", image: plane("0000"), markers: []string{"9..4"}, want: []string{"9944"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultWatershedOptions()
			if tt.mod != nil {
				tt.mod(&opts)
			}
			markers := labelsOf(tt.markers...)
			before := slices.Clone(markers.Data)
			got, err := detection.Watershed(tt.image, markers, opts)
			if err != nil || !slices.Equal(got.Data, labelsOf(tt.want...).Data) {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
			if !slices.Equal(before, markers.Data) {
				t.Error("the markers were modified")
			}
		})
	}
}

// slowWatershed keeps the front as a plain list and looks for its lowest,
// oldest voxel each time. A voxel counts at the level of the water that
// reached it, where that is higher than itself.
func slowWatershed(image *detection.Volume, markers *detection.Labels, o detection.WatershedOptions) []int32 {
	inside := func(i int) bool { return o.Mask == nil || o.Mask.Data[i] != 0 }
	out := make([]int32, len(markers.Data))
	level := slices.Clone(image.Data)
	var front []int // in order of age
	for i, label := range markers.Data {
		if label != 0 && inside(i) {
			out[i] = label
			front = append(front, i)
		}
	}
	for len(front) > 0 {
		k := 0
		for j := range front {
			if level[front[j]] < level[front[k]] {
				k = j
			}
		}
		at := front[k]
		front = slices.Delete(front, k, k+1)
		for reach := 1; reach <= 3; reach++ { // faces, edges, corners
			for j := range out {
				if inside(j) && out[j] == 0 && areNeighbours(image.Dims, at, j, o.Connectivity) && axesApart(image.Dims, at, j) == reach {
					out[j] = out[at]
					level[j] = max(level[j], level[at])
					front = append(front, j)
				}
			}
		}
	}
	return out
}

// axesApart is the number of axes on which two voxels differ.
func axesApart(dims [3]int, i, j int) (n int) {
	for _, stride := range []int{1, dims[2], dims[1] * dims[2]} {
		size := map[int]int{1: dims[2], dims[2]: dims[1], dims[1] * dims[2]: dims[0]}[stride]
		if i/stride%size != j/stride%size {
			n++
		}
	}
	return n
}

func TestWatershedEqualsSlowTwin(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 14))
		image := detection.NewVolume([3]int{2 + r.IntN(2), 4 + r.IntN(3), 8 + r.IntN(3)}, 1)
		levels := []int{1, 3, 1000}[r.IntN(3)]
		for i := range image.Data {
			image.Data[i] = float32(r.IntN(levels) - 1)
		}
		markers := detection.NewLabels(image.Dims)
		for k := range r.IntN(6) { // at different levels: the twin has no heap
			i := r.IntN(len(markers.Data))
			if markers.Data[i] == 0 {
				markers.Data[i] = int32(1 + r.IntN(4))
				image.Data[i] = float32(k) - 1.5
			}
		}
		opts := detection.WatershedOptions{Connectivity: []detection.Connectivity{detection.Face, detection.Full}[r.IntN(2)]}
		if r.IntN(2) == 0 {
			opts.Mask = detection.NewVolume(image.Dims, 1)
			for i := range opts.Mask.Data {
				opts.Mask.Data[i] = float32(min(r.IntN(4), 1))
			}
		}
		got, err := detection.Watershed(image, markers, opts)
		if err != nil {
			t.Fatal(err)
		}
		if want := slowWatershed(image, markers, opts); !slices.Equal(got.Data, want) {
			t.Fatalf("seed %d: got %v, want %v", seed, got.Data, want)
		}
	}
}

// Negative zero is the same level as zero: the second marker has no start.
func TestWatershedNegativeZero(t *testing.T) {
	image := plane("00000")
	image.Data[4] = float32(math.Copysign(0, -1))
	got, err := detection.Watershed(image, labelsOf("1...2"), detection.DefaultWatershedOptions())
	if err != nil || !slices.Equal(got.Data, []int32{1, 1, 1, 2, 2}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestWatershedErrors(t *testing.T) {
	nan := plane("12")
	nan.Data[1] = float32(math.NaN())
	tests := []struct {
		name    string
		image   *detection.Volume
		markers *detection.Labels
		opts    detection.WatershedOptions
		shape   bool
		part    string
	}{
		{"NaN", nan, labelsOf("1."), detection.DefaultWatershedOptions(), false, "(0, 0, 1) is NaN"},
		{"markers of another size", plane("12"), labelsOf("1.."), detection.DefaultWatershedOptions(), true, "markers [1 1 3]"},
		{"mask of another size", plane("12"), labelsOf("1."), detection.WatershedOptions{Connectivity: detection.Face, Mask: plane("1")}, true, "mask [1 1 1]"},
		{"no markers", plane("12"), nil, detection.DefaultWatershedOptions(), true, "labels are nil"},
		{"connectivity", plane("12"), labelsOf("1."), detection.WatershedOptions{}, false, `connectivity is ""`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := detection.Watershed(tt.image, tt.markers, tt.opts)
			if err == nil || !strings.Contains(err.Error(), tt.part) || errors.Is(err, detection.ErrShape) != tt.shape {
				t.Errorf("got %v", err)
			}
		})
	}
}
