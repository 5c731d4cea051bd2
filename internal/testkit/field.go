package testkit

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// CutField writes the columns lo <= x < hi of a 2D image and the points in them
// as DIR/x/NAME.tif and DIR/y/NAME.csv, and returns both.
func CutField(t testing.TB, dir, name string, image *imageio.Image, points []detection.Point, lo, hi int) (*detection.Volume, []detection.Point) {
	t.Helper()
	part := detection.NewVolume([3]int{1, image.Dims[1], hi - lo}, 1)
	for y := range image.Dims[1] {
		copy(part.Data[part.Index(0, y, 0):part.Index(0, y, 0)+hi-lo], image.Data[image.Index(0, y, lo):])
	}
	var inside []detection.Point
	for _, p := range points {
		if p.Pos[2] >= float64(lo) && p.Pos[2] < float64(hi) {
			p.Pos[2] -= float64(lo)
			inside = append(inside, p)
		}
	}
	for _, sub := range []string{"x", "y"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	opts := imageio.DefaultTIFFOptions()
	opts.Kind = image.Kind
	if err := imageio.WriteFile(filepath.Join(dir, "x", name+".tif"), part, opts); err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := detection.WritePoints(&table, inside, detection.WritePointsOptions{NDim: 2}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "y", name+".csv"), table.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return part, inside
}
