package main

import (
	"os"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/export"
	"github.com/puncta-bio/puncta/detection/imageio"
)

func TestExport(t *testing.T) {
	w := experiment(t)
	status, stdout, stderr := w.puncta(t, "export", "-q", "DIR/points", "--format", "fiji", "--output", "DIR/fiji", "--class_names", "neuron,glia", "--image", "DIR/images")
	if status != 0 || stdout != "exported 4 points of 3 images; they are in DIR/fiji\n" || stderr != "" {
		t.Errorf("status %d, %s%s", status, stdout, stderr)
	}
	data, err := os.ReadFile(w.path("fiji/control/a.zip"))
	if err != nil {
		t.Fatal(err)
	}
	points, err := export.ReadROISet(data, "a.zip", export.DefaultReadROISetOptions())
	if err != nil || len(points) != 3 || points[2] != (detection.Point{ID: 3, Pos: [3]float64{0, 3, 3}, Prob: 1, Class: 2}) {
		t.Errorf("read %v, %v", points, err)
	}
	status, stdout, stderr = w.puncta(t, "export", "-q", "--json", "DIR/points/control/a_prob.csv", "--format", "qupath", "--output", "DIR/qupath", "--objects", "annotation", "--class_names", "neuron,glia")
	if want := `{"format":"qupath","images":1,"output":"DIR/qupath","points":3}` + "\n"; status != 0 || stdout != want || stderr != "" {
		t.Errorf("status %d, %s%s", status, stdout, stderr)
	}
	data, err = os.ReadFile(w.path("qupath/a.geojson"))
	if want := `{"type":"FeatureCollection","features":[
{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":[[1.5,1.5],[2.5,2.5]]},"properties":{"objectType":"annotation","classification":{"name":"neuron","color":[0,114,178]}}},
{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":[[3.5,3.5]]},"properties":{"objectType":"annotation","classification":{"name":"glia","color":[213,94,0]}}}
]}
`; err != nil || string(data) != want {
		t.Errorf("%s%v, want %s", data, err, want)
	}
}

func TestExportRefuses(t *testing.T) {
	w := experiment(t)
	for want, args := range map[string][]string{
		"no points: name CSV files or folders of them":                                        {"--format", "fiji", "--output", "DIR/out"},
		`required flag(s) "format", "output" not set`:                                         {"DIR/points"},
		`--format is "imaris": want "fiji" or "qupath"`:                                       {"DIR/points", "--format", "imaris", "--output", "DIR/out"},
		`--objects is "annotation": want "multipoint" or "point" with fiji`:                   {"DIR/points", "--format", "fiji", "--objects", "annotation", "--output", "DIR/out"},
		`--class_names: ClassNames[1] is "a" like ClassNames[0]: want each name once`:         {"DIR/points", "--format", "fiji", "--class_names", "a,a", "--output", "DIR/out"},
		"DIR/points/control/a_prob.csv: a point has class 2, but there are names for 1":       {"DIR/points", "--format", "fiji", "--class_names", "a", "--output", "DIR/out"},
		"--image DIR/conditions.csv: want a folder of images":                                 {"DIR/points", "--format", "fiji", "--image", "DIR/conditions.csv", "--output", "DIR/out"},
		"DIR/points/control/b_prob.csv: has no image of the name b in the folders of --image": {"DIR/points", "--format", "fiji", "--image", "DIR/images/treated", "--output", "DIR/out"},
	} {
		status, stdout, stderr := w.puncta(t, append([]string{"export", "-q"}, args...)...)
		if status != 2 || stderr != "puncta: "+want+"\n" || stdout != "" {
			t.Errorf("status %d, %s%s, want %s", status, stdout, stderr, want)
		}
		if _, err := os.Stat(w.path("out")); !os.IsNotExist(err) {
			t.Errorf("%v: the output folder was made", args)
		}
	}
}

// detect --export writes what export makes of the CSV files.
func TestDetectExport(t *testing.T) {
	w := world{t.TempDir()}
	v := detection.NewVolume([3]int{15, 40, 48}, 1)
	for z := -2; z <= 2; z++ {
		for y := -2; y <= 2; y++ {
			for x := -2; x <= 2; x++ {
				v.Data[v.Index(6+z, 20+y, 30+x)] = 200
			}
		}
	}
	w.mkdir(t, "in")
	if err := imageio.WriteFile(w.path("in/a.tif"), v, imageio.DefaultTIFFOptions()); err != nil {
		t.Fatal(err)
	}
	args := []string{"detect", "-q", "--input", "DIR/in", "--classical", "log", "--sigma", "2", "--threshold", "0.9", "--output", "DIR/out"}
	if status, _, stderr := w.puncta(t, append(args, "--export", "fiji,qupath")...); status != 0 {
		t.Fatal(stderr)
	}
	for _, format := range []string{"fiji", "qupath"} {
		if status, _, stderr := w.puncta(t, "export", "-q", "DIR/out", "--format", format, "--output", "DIR/"+format); status != 0 {
			t.Fatal(stderr)
		}
	}
	for a, b := range map[string]string{"out/a.zip": "fiji/a.zip", "out/a.geojson": "qupath/a.geojson"} {
		x, errX := os.ReadFile(w.path(a))
		y, errY := os.ReadFile(w.path(b))
		if errX != nil || errY != nil || string(x) != string(y) {
			t.Errorf("%s and %s differ: %v, %v", a, b, errX, errY)
		}
	}
	data, err := os.ReadFile(w.path("out/a.zip"))
	if err != nil {
		t.Fatal(err)
	}
	points, err := export.ReadROISet(data, "a.zip", export.DefaultReadROISetOptions())
	if err != nil || len(points) == 0 || points[0].Voxel() != [3]int{6, 20, 30} {
		t.Errorf("found %v, %v", points, err)
	}
	if status, _, stderr := w.puncta(t, append(args, "--export", "csv")...); status != 2 || stderr != "puncta: --export is \"csv\": want fiji or qupath, or both with a comma\n" {
		t.Errorf("status %d, %s", status, stderr)
	}
}
