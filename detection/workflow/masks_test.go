package workflow

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// masksOf runs check and masks and returns the names of the masks.
func masksOf(t *testing.T, j *Job) map[string]bool {
	t.Helper()
	for _, s := range []Step{checkStep(), masksStep()} {
		if err := s.Run(context.Background(), j); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(j.Layout.Masks())
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	return names
}

func TestMasksFollowTheirCSV(t *testing.T) {
	data, c := smallData(t)
	results := t.TempDir()
	before := masksOf(t, newJob(t, c, results, 1))
	if len(before) != 5 {
		t.Fatalf("masks %v", before)
	}
	if again := masksOf(t, newJob(t, c, results, 2)); len(again) != 5 {
		t.Errorf("a second run left %v", again)
	}

	edited := filepath.Join(data, "train", "y", "nuclei-0002.csv")
	if err := os.WriteFile(edited, []byte("index,axis-0,axis-1\n0,20,20\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	j := newJob(t, c, results, 1)
	after := masksOf(t, j)
	changed := 0
	for name := range after {
		if !before[name] {
			changed++
			if !strings.HasPrefix(name, "nuclei-0002-") {
				t.Errorf("%s was made anew", name)
			}
		}
	}
	if changed != 1 || len(after) != 5 {
		t.Errorf("after an edit there are %v", after)
	}
	mask, err := readMask(j, j.Train[1])
	if err != nil {
		t.Fatal(err)
	}
	sum := float32(0)
	for _, v := range mask.Data {
		sum += v
	}
	if sum != 13 || mask.At(0, 20, 20, 0) != 1 {
		t.Errorf("the mask of one point has %v pixels", sum)
	}

	soft := smallConfig(t, data, "PUNCTA.TARGET=gaussian")
	for name := range masksOf(t, newJob(t, soft, results, 1)) {
		if after[name] {
			t.Errorf("%s serves for another kind of target", name)
		}
	}
}

func TestBadPointsStopTheJobOrAreLeftOut(t *testing.T) {
	data, c := smallData(t)
	bad := filepath.Join(data, "train", "y", "nuclei-0001.csv")
	if err := os.WriteFile(bad, []byte("index,axis-0,axis-1\n0,20,20\n1,20,20\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	results := filepath.Join(t.TempDir(), "out")
	err := check(context.Background(), newJob(t, c, results, 1))
	if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), bad+":3: ") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(results); err == nil {
		t.Error("a folder was made")
	}
	skip := newJob(t, smallConfig(t, data, "PUNCTA.SKIP_BAD_POINTS=True"), results, 1)
	names := masksOf(t, skip)
	if len(names) != 4 || len(skip.Train) != 2 {
		t.Errorf("%d training images and masks %v", len(skip.Train), names)
	}
	lenient := newJob(t, smallConfig(t, data, "PROBLEM.DETECTION.CHECK_POINTS_CREATED=False"), results, 2)
	if names := masksOf(t, lenient); len(names) != 5+0 {
		t.Errorf("without the check the masks are %v", names)
	}
}

// readMask reads the mask of an image.
func readMask(j *Job, it Item) (*detection.Volume, error) {
	image, err := imageio.Read(j.maskPath(it))
	if err != nil {
		return nil, err
	}
	return image.Volume, nil
}
