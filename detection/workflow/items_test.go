package workflow

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

// touch makes empty files.
func touch(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, n := range names {
		path := filepath.Join(dir, n)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPair(t *testing.T) {
	dir := t.TempDir()
	touch(t, dir, "x/a10.tif", "x/a9.png", "x/.hidden.tif", "x/notes.txt", "y/a9.csv", "y/a10.csv", "y/notes.txt")
	items, err := Pair(filepath.Join(dir, "x"), filepath.Join(dir, "y"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, it := range items {
		got = append(got, it.Name+" "+filepath.Base(it.Path)+" "+filepath.Base(it.PointsPath))
	}
	if want := []string{"a9 a9.png a9.csv", "a10 a10.tif a10.csv"}; !slices.Equal(got, want) {
		t.Errorf("pairs %v, want %v", got, want)
	}

	touch(t, dir, "x/only.tif", "y/lonely.csv")
	_, err = Pair(filepath.Join(dir, "x"), filepath.Join(dir, "y"))
	if !errors.Is(err, ErrInput) {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"only.tif has no points file: want " + filepath.Join(dir, "y", "only.csv"), "lonely.csv has no image: want " + filepath.Join(dir, "x", "lonely")} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}

	touch(t, dir, "x/a9.tif")
	if _, err := Images(filepath.Join(dir, "x")); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "same name but for the extension") {
		t.Errorf("two images of one name: %v", err)
	}
	touch(t, dir, "empty/readme.txt")
	if _, err := Pair(filepath.Join(dir, "x"), filepath.Join(dir, "empty")); !errors.Is(err, ErrInput) {
		t.Errorf("no CSV: %v", err)
	}
}

func TestSplitItems(t *testing.T) {
	items := make([]Item, 10)
	for i := range items {
		items[i].Name = fmt.Sprint(i)
	}
	names := func(items []Item) string {
		var b strings.Builder
		for _, it := range items {
			b.WriteString(it.Name)
		}
		return b.String()
	}
	c := smallConfig(t, "none", "DATA.VAL.FROM_TRAIN=True", "DATA.VAL.SPLIT_TRAIN=0.3", "DATA.VAL.RANDOM=False")
	train, val, err := splitItems(items, c, 1)
	if err != nil || names(train) != "0123456" || names(val) != "789" {
		t.Errorf("in order: %s and %s, %v", names(train), names(val), err)
	}
	c.Data.Val.Random = true
	seen := map[string]bool{}
	for seed := range uint64(5) {
		train, val, err := splitItems(items, c, seed)
		if err != nil || len(train) != 7 || len(val) != 3 {
			t.Fatalf("seed %d: %s and %s, %v", seed, names(train), names(val), err)
		}
		all := strings.Split(names(train)+names(val), "")
		slices.Sort(all)
		if strings.Join(all, "") != "0123456789" {
			t.Errorf("seed %d: %s and %s", seed, names(train), names(val))
		}
		seen[names(val)] = true
	}
	if len(seen) < 3 {
		t.Errorf("five seeds chose %v", seen)
	}
	c.Data.Val.SplitTrain = 0.01
	if _, val, err := splitItems(items, c, 1); err != nil || len(val) != 1 {
		t.Errorf("a small share: %d, %v", len(val), err)
	}
	if _, _, err := splitItems(items[:1], c, 1); !errors.Is(err, ErrInput) {
		t.Errorf("a single image: %v", err)
	}
}

func TestScoreFoldersChoosesFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		touch(t, dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	header := "index,axis-0,axis-1\n"
	write("gt/a.csv", header+"0,5,5\n1,20,20\n")
	write("gt/b.csv", header)
	write("pred/a_points.csv", header+"0,5,9\n")
	write("pred/a_prob.csv", "index,axis-0,axis-1,probability\n0,5,9,0.8\n1,40,40,0.5\n")
	write("pred/b_points.csv", header)
	write("pred/cell_counter.csv", "filename,cells\na,2\n")
	match := detection.MatchOptions{Spacing: detection.UnitSpacing}
	e, names, err := ScoreFolders(filepath.Join(dir, "gt"), filepath.Join(dir, "pred"), match, []float64{3, 4})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(names, []string{"a", "b"}) {
		t.Errorf("names %v", names)
	}
	if a, b := e[0].Pooled, e[1].Pooled; a.TP != 0 || a.FP != 2 || a.FN != 2 || b.TP != 1 || b.FP != 1 || b.FN != 1 {
		t.Errorf("at 3: %+v; at 4, which is the distance: %+v", a, b)
	}
	if e[1].Images[1].F1 != 1 {
		t.Errorf("nothing against nothing has F1 %v", e[1].Images[1].F1)
	}
	single, _, err := ScoreFolders(filepath.Join(dir, "gt", "a.csv"), filepath.Join(dir, "pred", "b_points.csv"), match, []float64{3})
	if err != nil || single[0].Pooled.FN != 2 {
		t.Errorf("two files: %+v, %v", single, err)
	}
	if _, _, err := ScoreFolders(filepath.Join(dir, "nowhere"), filepath.Join(dir, "pred"), match, []float64{3}); !errors.Is(err, ErrInput) {
		t.Errorf("no folder: %v", err)
	}
}

// A checkpoint as BiaPy wrote it needs no configuration beside it.
func TestOpenModelFromBiaPy(t *testing.T) {
	dir := shareddata.Path(t, "biapy_parity2d")
	f, err := OpenModel(filepath.Join(dir, "checkpoint.pth"), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := f.Settings
	if s.Network.NumParams() != 1944241 || s.Tiles.Padding != [3]int{0, 32, 32} || s.Detect.Peaks.Threshold != 0.5 || s.Detect.Prune.Radius != 6 {
		t.Errorf("settings %+v", s)
	}
	if _, err := OpenModel(filepath.Join(dir, "weights.safetensors"), nil); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "--config") {
		t.Errorf("weights without settings: %v", err)
	}
}
