package workflow

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// tree writes files, given as name or name|contents, below a folder, which it
// returns: a .tif is an image of 40 x 50 pixels of 0.5 in the unit that
// its contents name, or a stack in micrometres; anything else holds its contents, by
// default two points.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		name, contents, given := strings.Cut(name, "|")
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(name) == ".tif" {
			v := detection.NewVolume([3]int{1, 40, 50}, 1)
			v.Unit, v.Spacing = contents, detection.Spacing{1, 0.5, 0.5}
			if contents == "stack" {
				v = detection.NewVolume([3]int{6, 4, 5}, 1)
				v.Unit = "um"
			}
			if err := imageio.WriteFile(path, v, imageio.DefaultTIFFOptions()); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if !given {
			contents = "index,axis-0,axis-1,class,probability\n0,1,2,1,0.5\n1,3,4.25,2,0.25\n"
		}
		if err := os.WriteFile(path, []byte(contents), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// below are paths below a folder.
func below(dir string, names ...string) []string {
	var paths []string
	for _, name := range names {
		paths = append(paths, filepath.Join(dir, filepath.FromSlash(name)))
	}
	return paths
}

// keys shows sets as "key (condition) file".
func keys(dir string, sets []PointSet) []string {
	var out []string
	for _, s := range sets {
		out = append(out, s.Key()+" ("+s.Condition+") "+filepath.ToSlash(strings.TrimPrefix(s.Path, dir+string(filepath.Separator))))
	}
	return out
}

func TestPointSets(t *testing.T) {
	dir := tree(t, "p/control/a_prob.csv", "p/control/a_points.csv", "p/control/a10.csv", "p/control/a2_points.csv", "p/control/cell_counter.csv",
		"p/control/.hidden.csv", "p/.git/x.csv", "p/treated/day 1/a.csv", "p/treated/notes.txt", "p/z.csv", "p/table.csv",
		"one/x/control/b.csv", "two/x/control/b.csv", "two/y/control/b.csv", "empty/x.txt", "ü/神経.csv")
	tests := []struct {
		name   string
		inputs []string
		except []string
		want   []string
	}{
		{"one folder with subfolders", below(dir, "p"), below(dir, "p/table.csv"), []string{
			"z (p) p/z.csv", "control/a (control) p/control/a_prob.csv", "control/a2 (control) p/control/a2_points.csv",
			"control/a10 (control) p/control/a10.csv", "treated/day 1/a (treated/day 1) p/treated/day 1/a.csv"}},
		{"a folder of files", below(dir, "p/control"), nil, []string{"a (control) p/control/a_prob.csv", "a2 (control) p/control/a2_points.csv", "a10 (control) p/control/a10.csv"}},
		{"two folders", below(dir, "p/treated", "ü"), nil, []string{"treated/day 1/a (treated/day 1) p/treated/day 1/a.csv", "ü/神経 (ü) ü/神経.csv"}},
		{"two folders of one name", below(dir, "one/x/control", "two/x/control"), nil, []string{"one/x/control/b (one/x/control) one/x/control/b.csv", "two/x/control/b (two/x/control) two/x/control/b.csv"}},
		{"two folders whose parents differ", below(dir, "two/x/control", "two/y/control"), nil, []string{"x/control/b (x/control) two/x/control/b.csv", "y/control/b (y/control) two/y/control/b.csv"}},
		{"files", below(dir, "p/control/a_prob.csv", "p/control/a2_points.csv"), nil, []string{"a (control) p/control/a_prob.csv", "a2 (control) p/control/a2_points.csv"}},
		{"files of two folders", below(dir, "p/z.csv", "ü/神経.csv"), nil, []string{"p/z (p) p/z.csv", "ü/神経 (ü) ü/神経.csv"}},
	}
	for _, test := range tests {
		sets, err := PointSets(test.inputs, test.except...)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := keys(dir, sets); !slices.Equal(got, test.want) {
			t.Errorf("%s:\n%q, want\n%q", test.name, got, test.want)
		}
	}
	for want, inputs := range map[string][]string{
		"DIR/none: want a CSV file of points or a folder of them: no such file or directory":                {"none"},
		"DIR/empty: holds no CSV file, nor does a folder in it: want one per image":                         {"empty"},
		"DIR/p/treated/notes.txt: want a CSV file of points or a folder of them":                            {"p/treated/notes.txt"},
		"DIR/p/control/a_prob.csv and DIR/p/control/a_points.csv are both of image a: want each image once": {"p/control/a_prob.csv", "p/control/a_points.csv"},
		"DIR/p/control/a_prob.csv and DIR/p/control/a_prob.csv are both of image a: want each image once":   {"p/control", "p/control"},
	} {
		_, err := PointSets(below(dir, inputs...))
		if !errors.Is(err, ErrInput) || strings.ReplaceAll(err.Error(), dir, "DIR") != want {
			t.Errorf("%v: error %v, want %s", inputs, err, want)
		}
	}
}

func TestReadPointSets(t *testing.T) {
	dir := tree(t, "a.csv", "b.csv|\ufeff\n\"index\",axis-0, \"axis-1\",\"axis-2\"\r\n0,5,1,2\r\n", "c.csv|index,axis-0,axis-1\n")
	sets, err := PointSets([]string{dir})
	if err == nil {
		err = ReadPointSets(sets)
	}
	if err != nil {
		t.Fatal(err)
	}
	if sets[0].NDim != 2 || len(sets[0].Points) != 2 || sets[0].Points[1].Prob != 0.25 || sets[1].NDim != 3 || sets[1].Points[0].Pos != [3]float64{5, 1, 2} || len(sets[2].Points) != 0 {
		t.Errorf("read %+v", sets)
	}
	dir = tree(t, "a.csv|index,axis-0,axis-1\n0,x,1\n", "b.csv|index,y,x\n")
	if sets, err = PointSets([]string{dir}); err == nil {
		err = ReadPointSets(sets)
	}
	if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), `a.csv:2: axis-0 is "x": want a number`) || !strings.Contains(err.Error(), "b.csv:1: column axis-0 is missing") {
		t.Errorf("error %v, want both files", err)
	}
}

func TestFindImages(t *testing.T) {
	dir := tree(t, "p/control/a.csv", "p/control/a.tif", "p/treated/a.csv", "p/treated/b.csv", "p/b.csv",
		"im/control/a.tif", "im/treated/a.tif", "im/treated/b.tif", "im/x/c.tif", "other/deep/b.tif", "q/c.csv", "r/a.csv")
	find := func(input string, images ...string) ([]string, error) {
		sets, err := PointSets(below(dir, input))
		if err == nil {
			err = FindImages(sets, below(dir, images...))
		}
		var found []string
		for _, s := range sets {
			found = append(found, filepath.ToSlash(strings.TrimPrefix(s.Image, dir+string(filepath.Separator))))
		}
		return found, err
	}
	for _, test := range []struct {
		name, input string
		images      []string
		want        []string
	}{
		{"beside", "p/control", nil, []string{"p/control/a.tif"}},
		{"none beside", "p/treated", nil, []string{"", ""}},
		{"the only one, whatever its folder", "q", []string{"im"}, []string{"im/x/c.tif"}},
		{"of two folders", "p/treated", []string{"im/treated", "other/deep"}, nil}, // b is in both
		{"in the folder of the points", "p", []string{"im"}, []string{"im/treated/b.tif", "im/control/a.tif", "im/treated/a.tif", "im/treated/b.tif"}},
		{"in one of several folders", "p", []string{"im/control", "im/treated"}, []string{"im/treated/b.tif", "im/control/a.tif", "im/treated/a.tif", "im/treated/b.tif"}},
	} {
		got, err := find(test.input, test.images...)
		if test.want == nil {
			if err == nil {
				t.Errorf("%s: found %q", test.name, got)
			}
			continue
		}
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v, want %q", test.name, got, err, test.want)
		}
	}
	for want, args := range map[string][2]string{
		"DIR/q/c.csv: has no image of the name c in the folders of --image":                                               {"q", "other"},
		`DIR/r/a.csv: DIR/im/control/a.tif and DIR/im/treated/a.tif have its name: want one image, or one in a folder ""`: {"r", "im"},
		"--image DIR/p/control/a.tif: want a folder of images":                                                            {"q", "p/control/a.tif"},
	} {
		_, err := find(args[0], args[1])
		if !errors.Is(err, ErrInput) || strings.ReplaceAll(err.Error(), dir, "DIR") != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
