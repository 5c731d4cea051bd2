package workflow

import (
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// overlaps are the values of IoU of one image, at threshold 0.5 against the
// disks of its true points; NaN where a value does not apply.
type overlaps struct {
	// perPatch is the mean over the tiles as the network gave them, padding
	// included; merged is that of the map blended from them.
	perPatch, merged float64
	// full is that of the map of an image predicted in one piece
	// (TEST.FULL_IMG).
	full float64
}

// ofMap is the value of the map that points are found in.
func (o overlaps) ofMap() float64 {
	if math.IsNaN(o.full) {
		return o.merged
	}
	return o.full
}

// overlaps compares the map of a test image with its mask.
func (j *Job) overlaps(it Item) (overlaps, error) {
	o := overlaps{perPatch: math.NaN(), merged: math.NaN(), full: math.NaN()}
	prob, err := imageio.Read(j.mapPath(it))
	if err != nil {
		return o, err
	}
	mask, err := j.truthMask(it)
	if err != nil {
		return o, err
	}
	value, err := detection.IoU(prob.Volume, mask, 0.5)
	if err != nil {
		return o, err
	}
	if j.Model.Settings.Whole {
		o.full = value
		return o, nil
	}
	o.merged = value
	if tiles := j.tiles[it.Name]; tiles != nil {
		o.perPatch = tiles.sum / float64(tiles.n)
	}
	return o, nil
}

// truthMask paints the true points of a test image. Its points were checked
// before, or are wanted as they are.
func (j *Job) truthMask(it Item) (*detection.Volume, error) {
	opts := maskOptions(j.Config)
	opts.Check = false
	return detection.PointMask(it.Dims, it.Truth, opts)
}

// patchIoU adds up the IoU of the tiles of an image.
type patchIoU struct {
	sum float64
	n   int
}

// watchTiles says who is told of the tiles of a test image: a patchIoU when
// there is ground truth to compare them with.
func (j *Job) watchTiles(it Item) (inference.TileFunc, error) {
	if !j.Config.Data.Test.LoadGT || j.Model.Settings.Whole {
		return nil, nil
	}
	mask, err := j.truthMask(it)
	if err != nil {
		return nil, err
	}
	if mask, err = detection.PadToPatch(mask, j.Model.Settings.Tiles.Patch); err != nil {
		return nil, err
	}
	p := new(patchIoU)
	if j.tiles == nil {
		j.tiles = map[string]*patchIoU{}
	}
	j.tiles[it.Name] = p
	return func(grid detection.Grid, i int, tile *detection.Volume) error { return p.add(grid, i, tile, mask) }, nil
}

// add counts tile i, compared with the same cut-out of the mask, which was
// completed as the image was.
func (p *patchIoU) add(grid detection.Grid, i int, tile, mask *detection.Volume) error {
	truth := detection.NewLike(tile, mask.Channels)
	if err := grid.Extract(truth, mask, i); err != nil {
		return err
	}
	value, err := detection.IoU(tile, truth, 0.5)
	p.sum += value
	p.n++
	return err
}

// imageRow is a line of test_results_metrics.csv.
type imageRow struct {
	file string
	overlaps
	detection.Metrics
}

// writeMetrics writes one row per image: the columns of BiaPy, of which iou is
// that of the map in which points were found, then each kind of IoU by itself,
// empty where it does not apply.
func writeMetrics(path string, rows []imageRow) error {
	number := func(v float64) string {
		if math.IsNaN(v) {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		if _, err := fmt.Fprintln(w, "file,iou,precision,recall,f1,tp,fp,fn,iou_per_patch,iou_merged,iou_full"); err != nil {
			return err
		}
		for _, r := range rows {
			_, err := fmt.Fprintf(w, "%s,%s,%g,%g,%g,%d,%d,%d,%s,%s,%s\n", csvField(r.file), number(r.ofMap()),
				r.Precision, r.Recall, r.F1, r.TP, r.FP, r.FN, number(r.perPatch), number(r.merged), number(r.full))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
