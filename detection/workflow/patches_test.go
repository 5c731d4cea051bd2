package workflow

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/training"
)

func previews(t *testing.T, data string, o PatchesOptions, settings ...string) ([]detection.PatchPreview, *Job) {
	t.Helper()
	j := newJob(t, smallConfig(t, data, settings...), filepath.Join(t.TempDir(), "results"), 2)
	list, err := j.PreviewPatches(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(j.Layout.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the preview made %s: %v", j.Layout.Dir, err)
	}
	return list, j
}

// What is shown is what the batches of the training hold.
func TestPatchesAreThoseOfTraining(t *testing.T) {
	data, _ := smallData(t)
	list, j := previews(t, data, PatchesOptions{Epoch: 3, First: 10, Count: 20, Grid: true}, "AUGMENTOR.RANDOM_ROT=True", "AUGMENTOR.GAUSSIAN_NOISE=True", "AUGMENTOR.ELASTIC=True")
	if len(list) != 20 {
		t.Fatalf("%d patches, want 20", len(list))
	}
	size := 32 * 32
	for k, p := range list {
		epoch, position := 3+(10+k)/18, (10+k)%18 // the next epoch goes on
		b, err := j.data.Batch(epoch, position/4)
		if err != nil {
			t.Fatal(err)
		}
		at := position % 4
		if p.Epoch != epoch || p.Position != position || !slices.Equal(p.Image.Data, b.Images[at*size:][:size]) || !slices.Equal(p.Target.Data, b.Targets[at*size:][:size]) || !slices.Equal(p.Points, b.Points[at]) {
			t.Errorf("patch %d is not that of the training", position)
		}
		v, err := j.data.Preview(epoch, position, 4)
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != filepath.Base(v.Name) || strings.Contains(p.Name, "/") || !slices.Equal(p.Grid.Data, v.Grid.Data) {
			t.Errorf("patch %d is of %q, with another grid or name", position, p.Name)
		}
	}
	if plain, _ := previews(t, data, PatchesOptions{Count: 1}); plain[0].Grid != nil {
		t.Error("a grid that was not asked for")
	}
}

// Mirroring and turning the original by the names gives the patch, voxel for voxel
// and point for point; so it does where places are drawn and samples filtered.
func TestPatchNamesSayWhatWasDone(t *testing.T) {
	data, _ := smallData(t)
	steps := map[string]detection.Symmetry{
		"mirrored along y": detection.FlipY, "mirrored along x": detection.FlipX,
		"turned by 90 degrees": detection.Rotate90, "turned by 180 degrees": detection.Rotate180, "turned by 270 degrees": detection.Rotate270,
	}
	for _, settings := range [][]string{
		nil,
		{"DATA.TRAIN.EXTRACT_RANDOM_PATCH=True", "DATA.TRAIN.PROBABILITY_MAP=True"},
		{"DATA.TRAIN.FILTER_SAMPLES.ENABLE=True", "DATA.TRAIN.FILTER_SAMPLES.PROPS=[['mean']]", "DATA.TRAIN.FILTER_SAMPLES.VALUES=[[0.16]]", "DATA.TRAIN.FILTER_SAMPLES.SIGNS=[['gt']]", "DATA.TRAIN.FILTER_SAMPLES.NORM_BEFORE=True"},
	} {
		seen := map[string]bool{}
		for epoch := range 2 {
			list, j := previews(t, data, PatchesOptions{Epoch: epoch, Count: 18}, settings...)
			if n := j.data.Patches(); j.trainData.Filter != nil && (n == 18 || n < 5) {
				t.Fatalf("%d patches pass the filter: the test says little", n)
			}
			for _, p := range list {
				s := detection.Identity
				for _, name := range p.Applied {
					step, ok := steps[name]
					if !ok {
						t.Fatalf("%v: a patch is %q", settings, p.Applied)
					}
					seen[name] = true
					s = s.Then(step)
				}
				want := detection.NewVolume(s.Dims(p.Original.Dims), p.Original.Channels)
				if err := s.Apply(want, p.Original); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(want.Data, p.Image.Data) {
					t.Errorf("%v: the original, %q, is not the patch", settings, p.Applied)
				}
				if len(p.Points) != len(p.OriginalPoints) {
					t.Errorf("%v: %d points, %d in the original", settings, len(p.Points), len(p.OriginalPoints))
				}
				for _, q := range p.OriginalPoints {
					to := s.Pos(q.Pos, p.Original.Dims)
					if !slices.ContainsFunc(p.Points, func(r detection.Point) bool {
						return r.ID == q.ID && math.Abs(r.Pos[1]-to[1])+math.Abs(r.Pos[2]-to[2]) < 1e-9
					}) {
						t.Errorf("%v: point %v should lie at %v", settings, q, to)
					}
				}
			}
		}
		if len(seen) < 4 && settings == nil {
			t.Errorf("only %v were done: the test says little", seen)
		}
	}
}

// The numbers in names are those of the configuration.
func TestPatchNamesHaveNumbers(t *testing.T) {
	data, _ := smallData(t)
	off := []string{"AUGMENTOR.VFLIP=False", "AUGMENTOR.HFLIP=False", "AUGMENTOR.ROT90=False", "AUGMENTOR.DA_PROB=1.0"}
	for want, settings := range map[string][]string{
		"rotated by -30.0 degrees":       {"AUGMENTOR.RANDOM_ROT=True", "AUGMENTOR.RANDOM_ROT_RANGE=[-30,-30]"},
		"zoomed 1.25 times":              {"AUGMENTOR.ZOOM=True", "AUGMENTOR.ZOOM_RANGE=[1.25,1.25]"},
		"sheared by 12.0 degrees":        {"AUGMENTOR.SHEAR=True", "AUGMENTOR.SHEAR_RANGE=[12,12]"},
		"shifted by y 8.0, x 8.0 voxels": {"AUGMENTOR.SHIFT=True", "AUGMENTOR.SHIFT_RANGE=[0.25,0.25]"},
		"bent":                           {"AUGMENTOR.ELASTIC=True"},
		"sheared by 12.0 degrees, zoomed 0.80 times, rotated by 45.0 degrees": {"AUGMENTOR.RANDOM_ROT=True", "AUGMENTOR.RANDOM_ROT_RANGE=[45,45]", "AUGMENTOR.ZOOM=True", "AUGMENTOR.ZOOM_RANGE=[0.8,0.8]", "AUGMENTOR.SHEAR=True", "AUGMENTOR.SHEAR_RANGE=[12,12]"},
	} {
		list, _ := previews(t, data, PatchesOptions{Count: 18}, append(slices.Clone(off), settings...)...)
		for _, p := range list {
			got := strings.ReplaceAll(strings.Join(p.Applied, ", "), " -8.0", " 8.0") // to either side
			if got != want && !(strings.HasPrefix(want, "shifted") && got == "shifted") {
				t.Errorf("a patch is %q, want %q", got, want)
			}
		}
	}
}

// Changes of grey values are named where they were made, and only there.
func TestPatchNamesOfIntensity(t *testing.T) {
	data, _ := smallData(t)
	list, _ := previews(t, data, PatchesOptions{Count: 18, Grid: true}, "AUGMENTOR.VFLIP=False", "AUGMENTOR.HFLIP=False", "AUGMENTOR.ROT90=False",
		"AUGMENTOR.GAUSSIAN_NOISE=True", "AUGMENTOR.BRIGHTNESS=True", "AUGMENTOR.CUTOUT=True")
	seen := map[string]int{}
	for _, p := range list {
		if same := slices.Equal(p.Image.Data, p.Original.Data); same != (len(p.Applied) == 0) {
			t.Errorf("patch %d is as before: %v, and %q", p.Position, same, p.Applied)
		}
		for k, name := range p.Applied {
			seen[name]++
			if slices.Contains(p.Applied[:k], name) {
				t.Errorf("patch %d is %q", p.Position, p.Applied)
			}
		}
	}
	if len(seen) != 3 || seen["Gaussian noise"] == 0 || seen["brightness"] == 0 || seen["cutout"] == 0 || seen["cutout"] == 18 {
		t.Errorf("changes %v of 18 patches", seen)
	}
	if slices.Contains(slices.Concat(list[0].Applied, list[1].Applied), "turned") {
		t.Error("a move that is off has a name")
	}
}

// In volumes flips along z have a name, and a zoom that leaves z as it is does not
// hide.
func TestMovesOfVolumes(t *testing.T) {
	image := detection.NewVolume([3]int{9, 40, 40}, 1)
	data := training.Data{
		Target: training.Disks(detection.MaskOptions{Classes: 1}), Tiles: detection.TileOptions{Patch: [3]int{5, 16, 16}},
		Samples: []training.Sample{{Name: "a", Image: image}, {Name: "b", Image: image}},
	}
	opts := training.DefaultOptions()
	opts.BatchSize, opts.Augment = 1, detection.DefaultGeometryOptions()
	opts.Augment.FlipZ, opts.Augment.Zoom, opts.Augment.ZoomRange = 1, 1, [2]float64{0.5, 0.5}
	m, err := newMoves(data, opts)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.names(0, 5)
	if err != nil || !slices.Equal(got, []string{"mirrored along z", "zoomed 0.50 times"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestPreviewPatchesErrors(t *testing.T) {
	data, _ := smallData(t)
	for want, tt := range map[string]struct {
		o        PatchesOptions
		settings []string
	}{
		"Epoch -1, First 0, Count 0: want":  {PatchesOptions{Epoch: -1}, nil},
		"does not train":                    {PatchesOptions{Count: 1}, []string{"TRAIN.ENABLE=False", "TEST.ENABLE=False"}},
		"First 18: an epoch has 18 patches": {PatchesOptions{First: 18, Count: 1}, nil},
		"none/x":                            {PatchesOptions{Count: 1}, []string{"DATA.TRAIN.PATH=none/x"}},
	} {
		j := newJob(t, smallConfig(t, data, tt.settings...), t.TempDir(), 1)
		if _, err := j.PreviewPatches(t.Context(), tt.o); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
