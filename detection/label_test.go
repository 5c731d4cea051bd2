package detection_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// labelsOf reads labels from rows of digits, a dot is background; planes are
// parted by an empty row.
func labelsOf(rows ...string) *detection.Labels {
	dims := [3]int{1, 0, len(rows[0])} // one plane more for each empty row
	var data []int32
	for _, row := range rows {
		if row == "" {
			dims[0]++
			continue
		}
		dims[1]++
		for _, c := range row {
			data = append(data, max(c-'0', 0))
		}
	}
	dims[1] /= dims[0]
	return &detection.Labels{Dims: dims, Data: data}
}

func TestLabel(t *testing.T) {
	tests := []struct {
		name         string
		connectivity detection.Connectivity
		in, want     []string
		n            int
	}{
		{"raster order of the first voxel", detection.Face, []string{"..1.1", "1.1.1"}, []string{"..1.2", "3.1.2"}, 3},
		{"face does not join a diagonal", detection.Face, []string{"1.", ".1"}, []string{"1.", ".2"}, 2},
		{"full does", detection.Full, []string{"1.", ".1"}, []string{"1.", ".1"}, 1},
		{"arms that join late are one", detection.Face, []string{"1.1", "1.1", "111"}, []string{"1.1", "1.1", "111"}, 1},
		{"nothing", detection.Full, []string{"...", "..."}, []string{"...", "..."}, 0},
		{"3D face", detection.Face, []string{"1..", "...", "", "1..", ".1."}, []string{"1..", "...", "", "1..", ".2."}, 2},
		{"3D full joins over a corner", detection.Full, []string{"1..", "...", "", "...", ".1."}, []string{"1..", "...", "", "...", ".1."}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := labelsOf(tt.in...)
			mask := detection.NewVolume(in.Dims, 1)
			for i, v := range in.Data {
				mask.Data[i] = float32(v) / 2
			}
			got, n, err := detection.Label(mask, tt.connectivity)
			if err != nil || n != tt.n || got.Dims != in.Dims || !slices.Equal(got.Data, labelsOf(tt.want...).Data) {
				t.Errorf("got %v, %d, %v", got, n, err)
			}
		})
	}
}

func TestLabelEqual(t *testing.T) {
	in := labelsOf("77.7", "73.7", "33..")
	before := slices.Clone(in.Data)
	got, n, err := detection.LabelEqual(in, detection.Face)
	if want := labelsOf("11.2", "13.2", "33.."); err != nil || n != 3 || !slices.Equal(got.Data, want.Data) {
		t.Errorf("got %v, %d, %v", got, n, err)
	}
	if !slices.Equal(in.Data, before) {
		t.Error("the input was modified")
	}
}

// Two voxels have one label exactly when neighbours of equal value lead from
// one to the other: the twin spreads the smallest index until nothing changes.
func TestLabelEqualsSlowTwin(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 10))
		in := detection.NewLabels([3]int{1 + r.IntN(3), 1 + r.IntN(6), 1 + r.IntN(6)})
		for i := range in.Data {
			in.Data[i] = int32(r.IntN(3))
		}
		connectivity := []detection.Connectivity{detection.Face, detection.Full}[r.IntN(2)]
		got, n, err := detection.LabelEqual(in, connectivity)
		if err != nil {
			t.Fatal(err)
		}
		root := make([]int, len(in.Data))
		for i := range root {
			root[i] = i
		}
		for changed := true; changed; {
			changed = false
			for i := range root {
				for j := range root {
					if areNeighbours(in.Dims, i, j, connectivity) && in.Data[i] == in.Data[j] && root[i] < root[j] {
						root[j], changed = root[i], true
					}
				}
			}
		}
		numbers := map[int]int32{}
		for i, value := range in.Data {
			want := int32(0)
			if value != 0 {
				if root[i] == i {
					numbers[i] = int32(len(numbers) + 1)
				}
				want = numbers[root[i]]
			}
			if got.Data[i] != want {
				t.Fatalf("seed %d, %s, %v: got %v, voxel %d should be %d", seed, connectivity, in, got.Data, i, want)
			}
		}
		if n != len(numbers) {
			t.Fatalf("seed %d: %d components, want %d", seed, n, len(numbers))
		}
	}
}

// areNeighbours compares positions, without any table of steps.
func areNeighbours(dims [3]int, i, j int, c detection.Connectivity) bool {
	plane := dims[1] * dims[2]
	square := 0
	for _, d := range [3]int{i/plane - j/plane, i%plane/dims[2] - j%plane/dims[2], i%dims[2] - j%dims[2]} {
		if d < -1 || d > 1 {
			return false
		}
		square += d * d
	}
	return square == 1 || square > 1 && c == detection.Full
}

func TestLabelErrors(t *testing.T) {
	if _, _, err := detection.Label(plane("1"), "edge"); err == nil || !strings.Contains(err.Error(), `"edge"`) {
		t.Errorf("got %v", err)
	}
	if _, _, err := detection.Label(detection.NewVolume([3]int{1, 1, 1}, 2), detection.Face); !errors.Is(err, detection.ErrShape) {
		t.Errorf("got %v", err)
	}
	for _, bad := range []*detection.Labels{nil, {Dims: [3]int{1, 2, 2}, Data: make([]int32, 3)}, {Dims: [3]int{0, 1, 1}}} {
		if _, _, err := detection.LabelEqual(bad, detection.Face); !errors.Is(err, detection.ErrShape) {
			t.Errorf("%v: got %v", bad, err)
		}
		if _, err := detection.Centroids(bad); !errors.Is(err, detection.ErrShape) {
			t.Errorf("%v: got %v", bad, err)
		}
	}
}

func TestCentroids(t *testing.T) {
	got, err := detection.Centroids(labelsOf("3.99", "3.9.", "", "1...", "3..."))
	if err != nil {
		t.Fatal(err)
	}
	want := []detection.Centroid{
		{Label: 1, Voxels: 1, Pos: [3]float64{1, 0, 0}},
		{Label: 3, Voxels: 3, Pos: [3]float64{1.0 / 3, 2.0 / 3, 0}},
		{Label: 9, Voxels: 3, Pos: [3]float64{0, 1.0 / 3, 7.0 / 3}},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got, err := detection.Centroids(labelsOf("...")); err != nil || got != nil {
		t.Errorf("got %v, %v", got, err)
	}
}
