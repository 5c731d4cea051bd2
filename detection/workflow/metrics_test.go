package workflow

import (
	"context"
	"math"
	"strconv"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// checkOverlaps holds the columns of IoU of a job to its maps: that of the map
// is measured again, and the others are there or not as the prediction was.
func checkOverlaps(t *testing.T, j *Job, whole bool) {
	t.Helper()
	for i, row := range readTable(t, j.Layout.Results("test_results_metrics.csv")) {
		it := j.Test[i]
		prob, err := imageio.Read(j.mapPath(it))
		if err != nil {
			t.Fatal(err)
		}
		mask, err := j.truthMask(it)
		if err != nil {
			t.Fatal(err)
		}
		value, err := detection.IoU(prob.Volume, mask, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		want := strconv.FormatFloat(value, 'g', -1, 64)
		merged, full := want, ""
		if whole {
			merged, full = "", want
		}
		if row["iou"] != want || row["iou_merged"] != merged || row["iou_full"] != full {
			t.Errorf("%s: IoU %q, merged %q, full %q; that of its map is %s", it.Name, row["iou"], row["iou_merged"], row["iou_full"], want)
		}
		perPatch, err := strconv.ParseFloat(row["iou_per_patch"], 64)
		if whole != (row["iou_per_patch"] == "") || !whole && !(err == nil && perPatch >= 0 && perPatch <= 1) {
			t.Errorf("%s: IoU per patch %q with whole images %v", it.Name, row["iou_per_patch"], whole)
		}
	}
}

// An image completed and cut into two tiles with a reflected border: each tile
// is compared with the mask as the image was completed and cut.
func TestPatchIoU(t *testing.T) {
	mask := detection.NewVolume([3]int{1, 4, 6}, 1)
	mask.Set(0, 1, 1, 0, 1)
	grid, err := detection.PlanTiles(mask.Dims, detection.TileOptions{Patch: [3]int{1, 4, 4}, Padding: [3]int{0, 0, 0}})
	if err != nil || grid.Len() != 2 {
		t.Fatalf("%d tiles, %v", grid.Len(), err)
	}
	var p patchIoU
	for i, hits := range [][]int{{5, 6}, {}} { // pixels of the tile: one right and one wrong; none where there is none
		tile := detection.NewVolume([3]int{1, 4, 4}, 1)
		for _, k := range hits {
			tile.Data[k] = 0.9
		}
		if err := p.add(grid, i, tile, mask); err != nil {
			t.Fatal(err)
		}
	}
	if p.n != 2 || p.sum != 0.5+1 {
		t.Errorf("sum %v over %d, want 1.5 over 2", p.sum, p.n)
	}
}

func TestOverlapsOfWholeImages(t *testing.T) {
	data, _ := smallData(t)
	c := smallConfig(t, data, "PUNCTA.STEPS=1", "PUNCTA.TUNE=False", "TEST.FULL_IMG=True", "DATA.TEST.PADDING=0")
	j := newJob(t, c, t.TempDir(), 1)
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	checkOverlaps(t, j, true)
	if len(j.tiles) != 0 || math.IsNaN(overlaps{merged: math.NaN(), full: 0.5}.ofMap()) {
		t.Error("whole images have no tiles, and their map is the full one")
	}
}
