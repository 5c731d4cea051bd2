package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// What is added is a set without findings, and reads back as it was.
func TestAdd(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "set")
	points := map[string][]detection.Point{
		"plain":   {{Pos: [3]float64{0, 5.25, 6}}, {Pos: [3]float64{0, 20, 30}}},
		"classes": {{Pos: [3]float64{0, 5.25, 6}, Class: 1}, {Pos: [3]float64{0, 20, 30}, Class: 2}},
	}
	for kind, points := range points {
		dir := filepath.Join(dir, kind)
		for k, split := range splitNames() {
			for range 2 { // the second time over the first
				if err := Add(dir, split, split+"-1", field(uint64(k), 40, 48), points, imageio.Uint16); err != nil {
					t.Fatal(err)
				}
			}
		}
		r := set{dir}.check(t, DefaultCheckOptions())
		if len(r.Findings) > 0 || len(r.Splits) != 3 || len(r.Shapes) != 1 || r.Shapes[0].Type != "uint16" || r.Shapes[0].Images != 3 {
			t.Errorf("%s: %v, %v, %v", kind, r.Findings, r.Splits, r.Shapes)
		}
		image, err := imageio.Read(filepath.Join(dir, "val", "x", "val-1.tif"))
		if err != nil || !slices.Equal(image.Data, field(1, 40, 48).Data) {
			t.Errorf("%s: another image comes back, %v", kind, err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "val", "y", "val-1.csv"))
		want := map[string]string{"plain": "index,axis-0,axis-1\n0,5.25,6\n1,20,30\n", "classes": "index,axis-0,axis-1,class\n0,5.25,6,1\n1,20,30,2\n"}[kind]
		if err != nil || string(text) != want {
			t.Errorf("%s: %q, %v", kind, text, err)
		}
	}
	stack := detection.NewVolume([3]int{3, 8, 8}, 1)
	if err := Add(dir, "", "stack", stack, []detection.Point{{Pos: [3]float64{2, 1, 1}}}, imageio.Uint8); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "y", "stack.csv")); err != nil || string(text) != "index,axis-0,axis-1,axis-2\n0,2,1,1\n" {
		t.Errorf("a volume: %q, %v", text, err)
	}
}

func TestAddErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	good := []detection.Point{{Pos: [3]float64{0, 1, 1}}}
	for _, test := range []struct {
		dir, split, name string
		points           []detection.Point
		want             string
	}{
		{t.TempDir(), "Train", "a", good, `split "Train": want train, val, test or none`},
		{t.TempDir(), "..", "a", good, `split ".."`},
		{t.TempDir(), "val", "", good, `name "": want the name of a file`},
		{t.TempDir(), "val", "..", good, `name ".."`},
		{t.TempDir(), "val", "../a", good, `name "../a"`},
		{file, "val", "a", good, "cannot make the folder"},
		{t.TempDir(), "val", "a", []detection.Point{{Class: 1}, {Class: 0}}, "a.csv: "},
	} {
		err := Add(test.dir, test.split, test.name, field(1, 8, 8), test.points, imageio.Uint8)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q %q: error %v, want %s", test.split, test.name, err, test.want)
		}
		if left, _ := filepath.Glob(filepath.Join(test.dir, "*", "y", "*")); len(left) > 0 {
			t.Errorf("%q %q: left %v", test.split, test.name, left)
		}
	}
}
