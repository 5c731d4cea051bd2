package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/dataset"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// call runs the program and returns its exit status and output.
func call(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(context.Background(), args, &out, &err)
	return status, out.String(), err.String()
}

// distinct gives every image of the world pixels of its own, for data check
// finds that newWorld's are all the same.
func (w world) distinct(t *testing.T) {
	t.Helper()
	for k, split := range []string{"train", "val", "test"} {
		for i := range 2 {
			v := detection.NewVolume([3]int{1, 40, 48}, 1)
			for n := range v.Data {
				v.Data[n] = float32(n * n % (97 + 12*k + 5*i))
			}
			o := imageio.DefaultTIFFOptions()
			o.Kind = imageio.Uint8
			if err := imageio.WriteFile(w.path(split+"/x/im"+string(rune('0'+i))+".tif"), v, o); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDataCheck(t *testing.T) {
	w := newWorld(t)
	w.distinct(t)
	status, stdout, stderr := call("data", "check", w.dir, "--sheet", w.path("sheet.png"))
	if status != exitOK || !strings.Contains(stdout, "0 errors, 0 warnings") || !strings.Contains(stderr, "check: 6 of 6 images") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	f, err := os.Open(w.path("sheet.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := png.Decode(f); err != nil {
		t.Errorf("sheet: %v", err)
	}
}

func TestDataCheckFindsErrors(t *testing.T) {
	w := newWorld(t)
	w.distinct(t)
	w.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n1,abc,30\n")
	status, stdout, stderr := call("data", "check", w.dir, "--quiet")
	if status != exitInput || !strings.Contains(stdout, `im0.csv:3: axis-0 is "abc"`) || stderr != "puncta: "+w.dir+": the set has errors (1), listed in the report\n" {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	status, stdout, _ = call("data", "check", w.dir, "--quiet", "--json")
	var r dataset.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || strings.Count(stdout, "\n") != 1 {
		t.Fatalf("%v in %q", err, stdout)
	}
	if status != exitInput || r.Errors != 1 || len(r.Findings) != 1 || r.Findings[0].Line != 3 || r.Findings[0].Column != "axis-0" || len(r.Splits) != 3 {
		t.Errorf("status %d, report %+v", status, r)
	}
}

// Every flag reaches the check.
func TestDataCheckFlags(t *testing.T) {
	w := newWorld(t)
	w.distinct(t)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--patch", "64,32"}, "40 voxels along y, fewer than the patch of 64"},
		{[]string{"--patch", "8,32,64"}, "48 voxels along x, fewer than the patch of 64"},
		{[]string{"--dilation", "20"}, "painted with radii [20 20] touch"},
		{[]string{"--dilation", "20,19"}, "painted with radii [20 19] touch"},
		{[]string{"--classes", "2"}, "column class is missing"},
		{[]string{"--resolution", "2,2"}, "smallest 56.6"}, // 2 hypot(15, 24)
	} {
		_, stdout, _ := call(append([]string{"data", "check", w.dir, "--quiet"}, tt.args...)...)
		if !strings.Contains(stdout, tt.want) {
			t.Errorf("%v: no %q in\n%s", tt.args, tt.want, stdout)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{w.path("none")}, "not a set of images and points"},
		{[]string{w.path("train/x")}, "want the folders x (images) and y"},
		{[]string{w.dir, "--patch", "1,2,3,4"}, "--patch has 4 numbers"},
		{[]string{w.dir, "--dilation", "-1"}, "Radii[z] -1"},
		{[]string{}, "accepts 1 arg(s)"},
	} {
		status, stdout, stderr := call(append([]string{"data", "check"}, tt.args...)...)
		if status != exitInput || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: status %d, %q, want %q", tt.args, status, stderr, tt.want)
		}
	}
}
