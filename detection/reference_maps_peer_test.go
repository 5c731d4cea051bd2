//go:build peer

package detection_test

import (
	_ "embed"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/peer"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

//go:embed testdata/reference_maps.py
var referenceMapsScript string

// TestPeerPointsOfReferenceMaps finds points in the probability maps that
// BiaPy wrote, with its rule for plateaus, and compares them with
// scikit-image's peaks after the greedy removal of close points, written in
// Python.
func TestPeerPointsOfReferenceMaps(t *testing.T) {
	dir := filepath.Join(shareddata.Path(t), "biapy_parity2d", "prob")
	files, err := filepath.Glob(filepath.Join(dir, "*.tif"))
	if err != nil || len(files) == 0 {
		t.Skip("skipped: no shared data")
	}
	var want map[string][][2]int
	if err := json.Unmarshal(peer.Run(t, peer.Imaging, referenceMapsScript, dir), &want); err != nil {
		t.Fatal(err)
	}
	opts := detection.DefaultDetectOptions()
	opts.Peaks.Threshold, opts.Peaks.Plateau, opts.Prune.Radius = 0.5, detection.PerPixel, 6
	total := 0
	for _, file := range files {
		prob, err := imageio.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		points, err := detection.Detect(prob.Volume, opts)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		if len(points) != len(want[name]) {
			t.Errorf("%s: %d points, in Python %d", name, len(points), len(want[name]))
			continue
		}
		for i, p := range points {
			if v := p.Voxel(); [2]int{v[1], v[2]} != want[name][i] {
				t.Errorf("%s: point %d is at %v, in Python at %v", name, i, v, want[name][i])
			}
		}
		total += len(points)
	}
	t.Logf("%d points in %d maps are the same", total, len(files))
}
