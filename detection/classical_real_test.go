package detection_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/shareddata"
	"golang.org/x/image/tiff"
)

// nuclei reads images and points of one part of the nuclei2d data, every
// step-th image.
func nuclei(t *testing.T, part string, step int) (images []*detection.Volume, truth [][]detection.Point) {
	t.Helper()
	dir := filepath.Join(shareddata.Path(t), "nuclei2d", part)
	files, err := filepath.Glob(filepath.Join(dir, "x", "*.tif"))
	if err != nil || len(files) == 0 {
		t.Skip("skipped: no shared data")
	}
	for i := 0; i < len(files); i += step {
		name := strings.TrimSuffix(filepath.Base(files[i]), ".tif")
		images = append(images, readGrey(t, files[i]))
		truth = append(truth, readCentres(t, filepath.Join(dir, "y", name+".csv")))
	}
	return images, truth
}

func readGrey(t *testing.T, file string) *detection.Volume {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := tiff.Decode(f)
	if err != nil {
		t.Fatal(file, err)
	}
	b := img.Bounds()
	v := detection.NewVolume([3]int{1, b.Dy(), b.Dx()}, 1)
	for y := range b.Dy() {
		for x := range b.Dx() {
			grey, _, _, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			v.Set(0, y, x, 0, float32(grey>>8))
		}
	}
	return v
}

func readCentres(t *testing.T, file string) (points []detection.Point) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(file, err)
	}
	for _, row := range rows[1:] {
		y, errY := strconv.ParseFloat(row[1], 64)
		x, errX := strconv.ParseFloat(row[2], 64)
		if errY != nil || errX != nil {
			t.Fatal(file, row)
		}
		points = append(points, detection.Point{ID: len(points) + 1, Pos: [3]float64{0, y, x}, Prob: 1})
	}
	return points
}

// The classical baseline on real nuclei, tuned on some of the training images
// and scored on all test images. scipy and scikit-image with the same steps,
// tuned on all training images, reach 0.797 at 5 pixels; the few images and
// settings here cost little of that.
func TestClassicalRealNuclei(t *testing.T) {
	train, trueTrain := nuclei(t, "train", 30)
	test, trueTest := nuclei(t, "test", 1)
	match := detection.DefaultMatchOptions()
	match.Tolerance = 5
	opts, tuned, err := detection.TuneClassical(t.Context(), train, trueTrain, match.Tolerance, detection.UnitSpacing)
	if err != nil {
		t.Fatal(err)
	}
	var pred [][]detection.Point
	for _, image := range test {
		points, err := detection.Classical(image, opts)
		if err != nil {
			t.Fatal(err)
		}
		pred = append(pred, points)
	}
	e, err := detection.ScoreImages(trueTest, pred, match)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d training images: F1 %.3f with %+v; test: %+v", len(train), tuned.F1(), opts, e.Pooled)
	if e.Pooled.F1 < 0.77 {
		t.Errorf("pooled F1 on test is %.3f, want at least 0.77", e.Pooled.F1)
	}
}
