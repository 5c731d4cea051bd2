package imageio

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

// TestReadSharedSizes counts images by height x width, as the provenance notes
// of the data sets state them.
func TestReadSharedSizes(t *testing.T) {
	root := shareddata.Path(t)
	for _, tt := range []struct {
		folders []string
		kind    SampleKind
		chans   int
		count   int
		sizes   map[[2]int]int // nil: not stated one by one
	}{
		{[]string{"nuclei2d/train/x", "nuclei2d/val/x", "nuclei2d/test/x"}, Uint8, 1, 118 + 17 + 35,
			map[[2]int]int{{256, 256}: 110, {360, 360}: 40, {512, 640}: 13, {256, 320}: 4, {260, 347}: 3}},
		{[]string{"blood/test/x"}, Uint8, 3, 144, nil},
		{[]string{"biapy_parity2d/prob"}, Float32, 1, 10, nil},
	} {
		sizes := map[[2]int]int{}
		count := 0
		for _, folder := range tt.folders {
			paths, err := List(filepath.Join(root, folder))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range paths {
				img, err := Read(path)
				if err != nil {
					t.Error(err)
					continue
				}
				if img.Kind != tt.kind || img.Channels != tt.chans || img.Dims[0] != 1 {
					t.Errorf("%s: %v planes of %d channels of %v", path, img.Dims, img.Channels, img.Kind)
				}
				sizes[[2]int{img.Dims[1], img.Dims[2]}]++
				count++
			}
		}
		if count != tt.count {
			t.Errorf("%v: %d images, want %d", tt.folders, count, tt.count)
		}
		for size, want := range tt.sizes {
			if sizes[size] != want {
				t.Errorf("%v: %d images of %v, want %d", tt.folders, sizes[size], size, want)
			}
		}
	}
}

// TestReadSharedProbability checks that floats come out as probabilities, which
// bytes in the wrong order would not.
func TestReadSharedProbability(t *testing.T) {
	paths, err := List(shareddata.Path(t, "biapy_parity2d", "prob"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		img, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if lo, hi := img.Range(); !(lo >= 0 && lo < 0.1 && hi > 0.5 && hi <= 1) {
			t.Errorf("%s: %v to %v, want probabilities", path, lo, hi)
		}
	}
}

// TestReadSharedVolumes reads the ImageJ stacks, whose voxel size is known, and
// counts the labels that the provenance states.
func TestReadSharedVolumes(t *testing.T) {
	root := shareddata.Path(t, "nuclei3d")
	for _, tt := range []struct {
		path   string
		labels int
	}{
		{"train/x/ovule_1135.tif", 0}, {"test/x/ovule_1136.tif", 0},
		{"train/label/ovule_1135.tif", 54}, {"test/label/ovule_1136.tif", 32},
	} {
		img, err := Read(filepath.Join(root, tt.path))
		if err != nil {
			t.Error(err)
			continue
		}
		if img.Dims != [3]int{100, 100, 100} || img.Channels != 1 || img.Kind != Uint8 || img.Axes != "ZYX" {
			t.Errorf("%s: %v of %d %v, axes %s", tt.path, img.Dims, img.Channels, img.Kind, img.Axes)
		}
		if want := (detection.Spacing{0.2837, 0.127, 0.127}); img.Spacing != want || img.Unit != "um" {
			t.Errorf("%s: spacing %v %q, want %v um", tt.path, img.Spacing, img.Unit, want)
		}
		if tt.labels > 0 {
			values := slices.Clone(img.Data)
			slices.Sort(values)
			if got := len(slices.Compact(values)) - 1; got != tt.labels { // 0 is background
				t.Errorf("%s: %d labels, want %d", tt.path, got, tt.labels)
			}
		}
	}
}

func TestReadSharedPNG(t *testing.T) {
	root := shareddata.Path(t, "spots")
	for _, tt := range []struct {
		name          string
		width, height int
		kind          SampleKind
	}{{"ISS_rnd0_ch3_z0.png", 1390, 1044, Uint16}, {"smFISH_700.png", 700, 450, Uint8}, {"beads_300pxroi.png", 300, 300, Uint16}} {
		img, err := Read(filepath.Join(root, tt.name))
		if err != nil {
			t.Error(err)
			continue
		}
		if img.Dims != [3]int{1, tt.height, tt.width} || img.Kind != tt.kind || !strings.HasSuffix(img.Axes, "YX") {
			t.Errorf("%s: %v %v %s, want %d x %d %v", tt.name, img.Dims, img.Kind, img.Axes, tt.width, tt.height, tt.kind)
		}
	}
}
