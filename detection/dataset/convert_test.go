package dataset

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

func TestBoxCentres(t *testing.T) {
	// The centre of a box over all of 480 x 640 pixels is between the pixels
	// 239 and 240, 319 and 320. The second line is one of the blood set, whose
	// centre is 0.508333 * 480 - 0.5 = 243.5 and 0.552344 * 640 - 0.5 = 353.
	points, err := boxCentres("1 0.5 0.5 1 1\n\n0 0.552344 0.508333 0.379688 0.458333\n", [3]int{1, 480, 640})
	if err != nil || len(points) != 2 {
		t.Fatalf("%v %v", points, err)
	}
	if p := points[0]; p.Pos != [3]float64{0, 239.5, 319.5} || p.Class != 2 {
		t.Errorf("first: %+v", p)
	}
	if p := points[1]; p.Pos != [3]float64{0, 243.5, 353} || p.Class != 1 {
		t.Errorf("second: %+v", p)
	}
	for text, want := range map[string]string{
		"0 0.5 0.5 1\n": "line 1 has 4 fields", "a 0 0 1 1": `class is "a"`, "-1 0 0 1 1": `class is "-1"`,
		"0 1.5 0 1 1": `the centre is "1.5"`, "0 0 NaN 1 1": `the centre is "NaN"`,
	} {
		if _, err := boxCentres(text, [3]int{1, 10, 10}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestTablePoints(t *testing.T) {
	rule := PointsRule{Format: "table", Y: "row", X: "col", Offset: [2]float64{-2, 1}}
	points, err := tablePoints("\ufeffid,col,row\n7,10,20.5\n", rule)
	if err != nil || len(points) != 1 || points[0].Pos != [3]float64{0, 18.5, 11} {
		t.Errorf("%+v %v", points, err)
	}
	for text, want := range map[string]string{
		"x,y\n1,2\n": "want columns row and col", "row,col\n1,b\n": `row 2: a coordinate is "b"`, "row,col\n1,Inf\n": `"Inf"`, "row,col\n1\n": "wrong number of fields",
	} {
		if _, err := tablePoints(text, rule); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestCutAndUsable(t *testing.T) {
	at := func(y, x float64) detection.Point { return detection.Point{Pos: [3]float64{0, y, x}} }
	// Pixels 4 to 7; 3.5 is pixel 4 and 7.5 is pixel 8.
	got := cut([]detection.Point{at(0, 3.4), at(1, 3.5), at(2, 7.4), at(3, 7.5)}, [2]int{4, 8})
	if len(got) != 2 || got[0].Pos[2] != -0.5 || got[1].Pos[2] != 3.4 {
		t.Errorf("cut: %v", got)
	}
	kept := usable([]detection.Point{at(1, 1), at(1.2, 0.8), at(-0.6, 1), at(9.5, 1), at(2, 1)}, [3]int{1, 10, 10})
	if len(kept) != 2 || kept[1].Pos[1] != 2 {
		t.Errorf("usable: %v", kept)
	}
}

func TestConvertFaults(t *testing.T) {
	dir := t.TempDir()
	if err := place(filepath.Join(dir, "i.png"), pngOf(1, 20, 10)); err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct{ name, text string }{{"c.csv", "row,col\n1,2\n"}, {"masks/m.png", string(pngOf(1, 9, 9))}, {"empty/m.png", string(pngOf(-3, 20, 10))}} {
		if err := place(filepath.Join(dir, f.name), []byte(f.text)); err != nil {
			t.Fatal(err)
		}
	}
	table := PointsRule{Format: "table", Y: "row", X: "col"}
	tests := []struct {
		name string
		m    Manifest
		f    Field
		want string
	}{
		{"columns beyond the image", Manifest{Image: "copy", Points: table}, Field{Columns: [2]int{10, 30}, Points: File{Path: "c.csv"}}, "columns [10 30]: the image has 20"},
		{"mask of another size", Manifest{Image: "copy", Points: PointsRule{Format: "masks"}}, Field{Masks: Folder{Path: "masks"}}, "the mask has size [1 9 9]"},
		{"empty mask", Manifest{Image: "copy", Points: PointsRule{Format: "masks"}}, Field{Masks: Folder{Path: "empty"}}, "the mask is empty"},
	}
	for _, tt := range tests {
		tt.f.Image.Path, tt.f.Name = "i.png", "out"
		if err := tt.m.convertField(tt.f, dir, t.TempDir(), &Got{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
	}
	coloured := detection.NewVolume([3]int{1, 2, 2}, 3)
	coloured.Data[4] = 1
	m := Manifest{Image: "grey"}
	if err := m.writeImage(filepath.Join(dir, "o.tif"), &imageio.Image{Volume: coloured, Kind: imageio.Uint8}, Field{}); err == nil || !strings.Contains(err.Error(), "has colours") {
		t.Errorf("colours: error %v", err)
	}
}

// The built-in spots, served from the byte copies kept beside the repository,
// give the points derived there: clicks less 2 pixels.
func TestSpotsAgainstSharedData(t *testing.T) {
	s := newServer(t)
	copies := map[string]string{
		"LICENSE.txt": "LICENSE.txt", "demos/image/ISS_rnd0_ch3_z0.png": "ISS_rnd0_ch3_z0.png", "demos/expert/ISS_rnd0_ch3_z0.csv": "ISS_rnd0_ch3_z0.csv",
		"datasets/smFISH_test/C2-ISP_293T_TFRC_InSituPrep_20180712_1_MMStack_Pos0_700.png": "smFISH_700.png", "datasets/smFISH_test/700.csv": "smFISH_700.csv",
	}
	for path, name := range copies {
		text, err := os.ReadFile(shareddata.Path(t, "spots", name))
		if err != nil {
			t.Fatal(err)
		}
		s.files[path] = text
	}
	all, err := Manifests()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Name != "spots" {
			continue
		}
		m.Files = s.URL
		dir := t.TempDir()
		got, err := try(context.Background(), m, dir, nil)
		if err != nil || got.Points != 416+268 || got.Dropped != 0 {
			t.Fatalf("%+v %v", got, err)
		}
		for name, edge := range map[string]int{"ISS_rnd0_ch3_z0": 695, "smFISH_700": 300} {
			short, _, _ := strings.Cut(name, "_")
			found := append(pointsIn(t, fmt.Sprintf("%s/train/y/%s_left.csv", dir, short), 0), pointsIn(t, fmt.Sprintf("%s/test/y/%s_right.csv", dir, short), edge)...)
			for _, want := range pointsIn(t, shareddata.Path(t, "spots", "derived_points", name+".csv"), 0) {
				best := math.Inf(1)
				for _, p := range found {
					best = min(best, detection.Distance(p, want, detection.UnitSpacing))
				}
				if best > 1e-9 {
					t.Errorf("%s: %v is %v away from the nearest", name, want.Pos, best)
				}
			}
			left, err := imageio.Read(fmt.Sprintf("%s/train/x/%s_left.tif", dir, short))
			whole, err2 := imageio.Read(shareddata.Path(t, "spots", name+".png"))
			if err != nil || err2 != nil || left.Kind != whole.Kind || left.Dims[2] != edge || left.At(0, 100, edge-1, 0) != whole.At(0, 100, edge-1, 0) {
				t.Errorf("%s: the left part is not that of the image: %v %v", name, err, err2)
			}
		}
	}
}

// pointsIn reads a CSV and moves its points right.
func pointsIn(t *testing.T, path string, right int) []detection.Point {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	points, err := detection.ReadPoints(f, path, detection.DefaultReadPointsOptions())
	if err != nil {
		t.Fatal(err)
	}
	for i := range points {
		points[i].Pos[2] += float64(right)
	}
	return points
}
