package detection_test

import (
	"math"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

// readShared reads an image of the shared data and its points.
func readShared(t *testing.T, image, points string) (*detection.Volume, []detection.Point) {
	t.Helper()
	img, err := imageio.Read(shareddata.Path(t, filepath.FromSlash(image)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(shareddata.Path(t, filepath.FromSlash(points)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	opts := detection.DefaultReadPointsOptions()
	opts.Dims, opts.AllowRepeated = img.Dims, true
	truth, err := detection.ReadPoints(f, path.Base(points), opts)
	if err != nil {
		t.Fatal(err)
	}
	return img.Volume, truth
}

// columns cuts lo <= x < hi out of a plane and its points.
func columns(image *detection.Volume, points []detection.Point, lo, hi int) (*detection.Volume, []detection.Point) {
	part := detection.NewVolume([3]int{1, image.Dims[1], hi - lo}, 1)
	for y := range image.Dims[1] {
		copy(part.Data[part.Index(0, y, 0):], image.Data[image.Index(0, y, lo):image.Index(0, y, hi-1)+1])
	}
	var inside []detection.Point
	for _, p := range points {
		if x := p.Pos[2]; x >= float64(lo) && x < float64(hi) {
			p.Pos[2] -= float64(lo)
			inside = append(inside, p)
		}
	}
	return part, inside
}

// tuneAndScore tunes on one image and scores another.
func tuneAndScore(t *testing.T, train, test field, grid detection.LoGGrid, tolerance float64, spacing detection.Spacing) float64 {
	t.Helper()
	settings, best, err := detection.TuneLoG(t.Context(), []*detection.Volume{train.image}, [][]detection.Point{train.truth}, grid, tolerance, spacing)
	if err != nil {
		t.Fatal(err)
	}
	chosen := settings[best]
	points, err := detection.DetectLoG(test.image, chosen.Options)
	if err != nil {
		t.Fatal(err)
	}
	m, err := detection.Match(test.truth, points, detection.MatchOptions{Tolerance: tolerance, Spacing: spacing})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("tuned on %d points: F1 %.4f with sigma %.3f, threshold %.4g, relative %v; on the other %d: F1 %.4f, %+v",
		len(train.truth), chosen.Score.F1(), chosen.Options.Sigmas[0], chosen.Options.Threshold, chosen.Options.Relative,
		len(test.truth), m.Score().F1(), m.Score())
	return m.Score().F1()
}

// field is an image with its points.
type field struct {
	image *detection.Volume
	truth []detection.Point
}

// Spots: tuned on the left part of the field that PROVENANCE.txt names, scored
// on the right part. A Laplacian of Gaussian by scipy reaches 0.865 and 0.958 on
// them at 2 pixels (README of the shared data). The points are those with the
// constant offset of the clicks taken off.
func TestLoGRealSpots(t *testing.T) {
	for _, tt := range []struct {
		name   string
		cut    int
		wantF1 float64
	}{{"ISS_rnd0_ch3_z0", 695, 0.86}, {"smFISH_700", 300, 0.95}} {
		t.Run(tt.name, func(t *testing.T) {
			image, truth := readShared(t, "spots/"+tt.name+".png", "spots/derived_points/"+tt.name+".csv")
			var left, right field
			left.image, left.truth = columns(image, truth, 0, tt.cut)
			right.image, right.truth = columns(image, truth, tt.cut, image.Dims[2])
			grid := detection.DefaultLoGGrid(detection.UnitSpacing)
			if f1 := tuneAndScore(t, left, right, grid, 2, detection.UnitSpacing); f1 < tt.wantF1 {
				t.Errorf("F1 is %.4f, want at least %v", f1, tt.wantF1)
			}
		})
	}
}

// Nuclei in 3D: each volume tuned on the other, at 2 um. A Laplacian of
// Gaussian by scipy reaches 0.754 on the first and 0.795 on the second (README
// of the shared data); with 28 and 49 nuclei a few hundredths mean nothing. The
// volumes were taken alike, so that an absolute threshold holds for both. The
// figures of a relative one, which hangs on the brightest nucleus, are only
// logged.
func TestLoGRealNuclei3D(t *testing.T) {
	var a, b field
	a.image, a.truth = readShared(t, "nuclei3d/train/x/ovule_1135.tif", "nuclei3d/train/y/ovule_1135.csv")
	b.image, b.truth = readShared(t, "nuclei3d/test/x/ovule_1136.tif", "nuclei3d/test/y/ovule_1136.csv")
	spacing := a.image.Spacing
	if spacing != b.image.Spacing || math.Abs(spacing[0]-0.2837) > 1e-4 {
		t.Fatalf("spacings %v and %v", spacing, b.image.Spacing)
	}
	grid := detection.DefaultLoGGrid(spacing)
	grid.Sigmas = grid.Sigmas[10:] // from 0.7 um: nuclei are several um across
	tuneAndScore(t, a, b, grid, 2, spacing)
	tuneAndScore(t, b, a, grid, 2, spacing)
	grid.Base.Relative, grid.Thresholds = false, nil
	for k := range 29 {
		grid.Thresholds = append(grid.Thresholds, math.Exp2(float64(k)/4)) // 1 to 128 grey levels
	}
	if f1 := tuneAndScore(t, a, b, grid, 2, spacing); f1 < 0.754 {
		t.Errorf("1135 to 1136: F1 is %.4f, want at least 0.754", f1)
	}
	if f1 := tuneAndScore(t, b, a, grid, 2, spacing); f1 < 0.795 {
		t.Errorf("1136 to 1135: F1 is %.4f, want at least 0.795", f1)
	}
}
