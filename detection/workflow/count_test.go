package workflow

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/counts"
)

// read lists and reads the sets below a folder.
func read(t *testing.T, dir string) []PointSet {
	t.Helper()
	sets, err := PointSets([]string{dir})
	if err == nil {
		err = ReadPointSets(sets)
	}
	if err != nil {
		t.Fatal(err)
	}
	return sets
}

// levels shows the sets in their order with their levels.
func levels(sets []PointSet, g Grouping) []string {
	var out []string
	for i, s := range sets {
		out = append(out, s.Key()+": "+strings.Join(g.Levels[i], ", "))
	}
	return out
}

func TestGroupings(t *testing.T) {
	dir := tree(t, "control/a_10uM_prob.csv", "control/a_2uM.csv", "treated/a_10uM.csv", "b_1uM.csv")
	sets := read(t, dir)
	if got, want := levels(sets, ByFolder(sets)), []string{"b_1uM: " + filepath.Base(dir), "control/a_2uM: control", "control/a_10uM: control", "treated/a_10uM: treated"}; !reflect.DeepEqual(got, want) {
		t.Errorf("by folder %q, want %q", got, want)
	}
	g, err := ByPattern(sets, `^(?:(?P<treatment>[a-z]+)/)?[a-z]_(?<dose>\d+)uM$`)
	if err != nil || !reflect.DeepEqual(g.Factors, []string{"treatment", "dose"}) {
		t.Fatalf("factors %q, %v", g.Factors, err)
	}
	// Sorted by treatment and then by dose as a number; what a group that takes no part finds is empty.
	if got, want := levels(sets, g), []string{"b_1uM: , 1", "control/a_2uM: control, 2", "control/a_10uM: control, 10", "treated/a_10uM: treated, 10"}; !reflect.DeepEqual(got, want) {
		t.Errorf("by pattern %q, want %q", got, want)
	}
	for pattern, want := range map[string]string{
		"(":                       `--by "(": want "folder" or a regular expression: error parsing regexp`,
		"control|treated":         "or a regular expression with a named group such as",
		"(?P<image>.)":            `factor "image": want a name of its own`,
		"(?P<where>control|none)": "treated/a_10uM.csv: --by",
	} {
		if _, err := ByPattern(sets, pattern); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", pattern, err, want)
		}
	}
}

func TestByTable(t *testing.T) {
	dir := tree(t, "control/a_prob.csv", "control/b.csv", "treated/a.csv", "treated/c.d.csv")
	file := filepath.Join(t.TempDir(), "conditions.csv")
	group := func(text string) ([]string, error) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		sets := read(t, dir)
		g, err := ByTable(sets, file)
		if err != nil {
			return nil, err
		}
		return levels(sets, g), nil
	}
	got, err := group("\ufeffdate, condition ,image\r\n1,\"drug, high\",treated/a\r\n2,drug,b.tif\r\n\r\n3,none,control\\a\r\n4,none,c.d\r\n")
	if want := []string{"treated/a: drug, high", "control/b: drug", "control/a: none", "treated/c.d: none"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v, want %q in the order of the table", got, err, want)
	}
	const rest = "b,x\nc.d,x\ntreated/a,x\n"
	for text, want := range map[string]string{
		"":                                               "FILE: is empty: want a header with the columns image and condition",
		"name,condition\n":                               `FILE:1: want the columns image and condition, separated by commas; the header is "name,condition"`,
		"image;condition\nb;x\n":                         `FILE:1: want the columns image and condition, separated by commas; the header is "image;condition"`,
		"image,condition,image\n":                        "FILE:1: two columns are image: want one",
		"image,condition\n":                              "FILE: has no image: want one per row",
		"image,condition\nb\n":                           "FILE:2: wrong number of fields",
		"image,condition\nb,\n":                          `FILE:2: image is "b" and condition is "": want both`,
		"image,condition\n\"b,x\n":                       "FILE:2: extraneous or missing \" in quoted-field",
		"image,condition\n" + rest:                       "DIR/control/a_prob.csv: is of the image control/a, which FILE does not have",
		"image,condition\n\nz,x\n" + rest:                `FILE:3: there are no points of the image "z"`,
		"image,condition\na,x\n" + rest:                  `FILE:2: image "a" can be control/a or treated/a: want one of these`,
		"image,condition\nb.tif,x\ncontrol/a,y\n" + rest: `FILE:4: image "b" is in line 2, too: want each image once`,
	} {
		_, err := group(text)
		if err == nil {
			t.Errorf("%q: no error", text)
			continue
		}
		got := strings.ReplaceAll(strings.ReplaceAll(err.Error(), file, "FILE"), dir, "DIR")
		if !errors.Is(err, ErrInput) || !strings.Contains(got, want) {
			t.Errorf("%q: error %s, want %s", text, got, want)
		}
	}
	if _, err := ByTable(read(t, dir), file+"x"); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("no file: %v", err)
	}
}

func TestCountPointSets(t *testing.T) {
	sized := PixelSize{Spacing: &detection.Spacing{1, 0.25, 500}, Unit: "nm", Required: true}
	volume := "a.csv|index,axis-0,axis-1,axis-2\n0,5,1,2\n"
	for _, test := range []struct {
		name  string
		files []string
		size  PixelSize
		area  float64 // of each image
		unit  string
		why   string
		fault string
	}{
		{"metadata", []string{"a.csv", "a.tif|micron", "b.csv", "b.tif|um"}, PixelSize{}, 500, "um", "", ""}, // 40 x 50 pixels of 0.5 um
		{"another unit", []string{"a.csv", "a.tif|nm", "b.csv", "b.tif|nm"}, PixelSize{}, 500e-6, "um", "", ""},
		{"a unit of no length", []string{"a.csv", "a.tif|parsec"}, PixelSize{}, 500, "parsec", "", ""},
		{"given", []string{"a.csv", "a.tif|", "b.csv", "b.tif|mm"}, sized, 40 * 50 * 0.25 * 500 * 1e-6, "um", "", ""},
		{"given without unit", []string{"a.csv", "a.tif|"}, PixelSize{Spacing: &detection.Spacing{1, 2, 3}}, 12000, "", "", ""},
		{"no images", []string{"a.csv"}, PixelSize{}, 0, "", "DIR/a.csv has no image beside it", ""},
		{"one image", []string{"a.csv", "a.tif|um", "b.csv"}, PixelSize{}, 0, "", "DIR/b.csv has no image beside it", ""},
		{"no metadata", []string{"a.csv", "a.tif|"}, PixelSize{}, 0, "", "DIR/a.tif does not say how large a pixel is", ""},
		{"dots per inch", []string{"a.csv", "a.tif|inch"}, PixelSize{}, 0, "", "DIR/a.tif does not say how large a pixel is", ""},
		{"required", []string{"a.csv", "a.tif|"}, PixelSize{Required: true}, 0, "", "", "no densities: DIR/a.tif does not say"},
		{"some", []string{"a.csv", "a.tif|um", "b.csv", "b.tif|"}, PixelSize{}, 0, "", "", "DIR/a.tif says how large a pixel is and DIR/b.tif does not"},
		{"units", []string{"a.csv", "a.tif|um", "b.csv", "b.tif|parsec"}, PixelSize{}, 0, "", "", `DIR/a.tif is in "um" and DIR/b.tif in "parsec": want one unit`},
		{"a plane for a stack", []string{volume, "a.tif|um"}, PixelSize{}, 0, "", "", "DIR/a.csv: has a column axis-2, but DIR/a.tif has one plane"},
		{"a plane and a stack", []string{"a.csv", "a.tif|um", "z.csv|index,axis-0,axis-1,axis-2\n0,1,1,1\n", "z.tif|stack"}, PixelSize{}, 0, "", "", "DIR/a.csv is 2D and DIR/z.csv is 3D: want densities of one kind"},
		{"an image that is none", []string{"a.csv", "a.png|x"}, PixelSize{}, 0, "", "", "a.png"},
	} {
		dir := tree(t, test.files...)
		sets := read(t, dir)
		if err := FindImages(sets, nil); err != nil {
			t.Fatal(err)
		}
		table, why, err := CountPointSets(t.Context(), sets, ByFolder(sets), test.size, nil)
		if test.fault != "" {
			if !errors.Is(err, ErrInput) || !strings.Contains(strings.ReplaceAll(err.Error(), dir, "DIR"), test.fault) {
				t.Errorf("%s: error %v, want %s", test.name, err, test.fault)
			}
			continue
		}
		if err != nil || !strings.HasPrefix(strings.ReplaceAll(why, dir, "DIR"), test.why) || (why == "") != (test.why == "") {
			t.Errorf("%s: %q, %v, want %q", test.name, why, err, test.why)
			continue
		}
		if table.Unit != test.unit || table.NDim != 2 || len(table.Images) != len(sets) {
			t.Errorf("%s: %+v", test.name, table)
		}
		for _, im := range table.Images {
			if want := (counts.Image{Name: im.Name, Levels: []string{filepath.Base(dir)}, Total: 2, Classes: map[int]int{1: 1, 2: 1}, Size: im.Size}); !reflect.DeepEqual(im, want) {
				t.Errorf("%s: %+v, want %+v", test.name, im, want)
			}
			if diff := im.Size - test.area; diff > 1e-12*test.area || diff < -1e-12*test.area {
				t.Errorf("%s: size %v, want %v", test.name, im.Size, test.area)
			}
		}
	}
}

func TestWriteCountTables(t *testing.T) {
	table := counts.Table{NDim: 2, Images: []counts.Image{{Name: "a", Total: 3}}}
	path := filepath.Join(t.TempDir(), "x.y.csv")
	if err := WriteCountTables(path, table); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{path: "image,count\na,3\n", strings.TrimSuffix(path, ".csv") + "_conditions.csv": "class,images,total,mean,sd,median\nall,1,3,3,,3\n"} {
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", file, got, err)
		}
	}
}
