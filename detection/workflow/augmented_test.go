package workflow

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/training"
)

// The files in aug are what the first batches of the training hold, and the
// settings say which there are.
func TestWriteAugmented(t *testing.T) {
	data, _ := smallData(t)
	write := func(j *Job) *training.Loader {
		t.Helper()
		if err := check(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		if err := j.writeAugmented(j.data); err != nil {
			t.Fatal(err)
		}
		return j.data
	}
	results := t.TempDir()
	j := newJob(t, smallConfig(t, data, "AUGMENTOR.AUG_NUM_SAMPLES=11", "AUGMENTOR.RANDOM_ROT=True", "AUGMENTOR.GAUSSIAN_NOISE=True"), results, 3)
	l := write(j)
	names := files(t, j.Layout.Augmented())
	if len(names) != 33 {
		t.Fatalf("files %v, want 11 of 3 kinds", names)
	}
	size := 32 * 32
	for i := range 11 {
		b, err := l.Batch(0, i/4)
		if err != nil {
			t.Fatal(err)
		}
		for k, want := range map[int][]float32{1: b.Images[i%4*size:][:size], 2: b.Targets[i%4*size:][:size]} {
			name := names[3*i+k] // grid, x, y
			im, err := imageio.Read(filepath.Join(j.Layout.Augmented(), name))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(im.Data, want) {
				t.Errorf("%s is not what the training sees", name)
			}
			if kind := map[int]imageio.SampleKind{1: imageio.Float32, 2: imageio.Uint8}[k]; im.Kind != kind {
				t.Errorf("%s holds %v, want %v", name, im.Kind, kind)
			}
		}
	}
	for _, tt := range []struct {
		setting string
		files   int
	}{
		{"AUGMENTOR.DRAW_GRID=False", 4}, {"AUGMENTOR.AUG_NUM_SAMPLES=100", 54}, {"AUGMENTOR.AUG_SAMPLES=False", 0}, {"AUGMENTOR.ENABLE=False", 0},
	} {
		j := newJob(t, smallConfig(t, data, tt.setting), results, 3) // over those of before
		write(j)
		matches, err := filepath.Glob(filepath.Join(j.Layout.Augmented(), "*"))
		if err != nil || len(matches) != tt.files {
			t.Errorf("%s: %d files, want %d; %v", tt.setting, len(matches), tt.files, err)
		}
	}
}
