package workflow

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// Tags of a point in the tables of [WriteAssociations].
const (
	tagTP = "TP"
	tagFN = "FN"
	tagFP = "FP"
)

// Associations says which predicted point of an image belongs to which true
// one.
type Associations struct {
	// Dims is the size (z, y, x) of the image.
	Dims [3]int
	// Truth and Pred are the points, whose ids are those of the tables.
	Truth, Pred []detection.Point
	// Matching is what [detection.Match] found for them.
	Matching detection.Matching
	// NDim is 2 or 3: whether the tables have a column for z.
	NDim int
	// Classes adds the columns gt_class and pred_class.
	Classes bool
}

// WriteAssociations writes the associations of one image into dir, which
// exists:
//
//	<name>_gt_assoc.csv   gt_id, pred_id, distance, tag, axis-0, …[, gt_class],
//	                      pred_axis-0, …[, pred_class]: the true points
//	<name>_fp.csv         pred_id, axis-0, …, tag[, pred_class]: the false positives
//	<name>_gt_ids.tif     the true points as disks filled with their ids
//	<name>_pred_ids.tif   the predicted points in the same way
//	<name>.tif            RGB: found green, missed red, false positives blue
//
// The tag is TP or FN, in _fp.csv FP. Axes are y, x or z, y, x in voxels, the
// distance is in physical units. A true point that was not found has pred_id
// and distance -1 and nothing in the columns of the prediction: no coordinate
// could be told from a real one. Both tables are in the order of their ids and
// have a header only when there is nothing to say.
//
// Source: point_associations of BiaPy's detection workflow. Differs: in 2D
// BiaPy's pred_axis columns keep a z that is always 0; where no true point was
// found they are 0; without true points its _fp.csv is empty; without
// predictions it writes nothing.
func WriteAssociations(dir, name string, a Associations) error {
	picture, err := detection.DrawAssociations(a.Dims, a.Truth, a.Pred, a.Matching)
	if err != nil {
		return err
	}
	for suffix, points := range map[string][]detection.Point{"_gt_ids.tif": a.Truth, "_pred_ids.tif": a.Pred} {
		ids, err := detection.DrawIDs(a.Dims, points)
		if err != nil {
			return err
		}
		opts := imageio.DefaultTIFFOptions()
		if len(points) <= 65535 {
			opts.Kind = imageio.Uint16
		}
		if err := imageio.WriteFile(filepath.Join(dir, name+suffix), ids, opts); err != nil {
			return err
		}
	}
	opts := imageio.DefaultTIFFOptions()
	opts.Kind = imageio.Uint8
	if err := imageio.WriteFile(filepath.Join(dir, name+".tif"), picture, opts); err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(dir, name+"_gt_assoc.csv"), a.writeTruth); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, name+"_fp.csv"), a.writeFalse)
}

// writeTruth writes the table of the true points.
func (a Associations) writeTruth(w io.Writer) error {
	out := bufio.NewWriter(w)
	columns := "gt_id,pred_id,distance,tag" + a.axes("axis-")
	if a.Classes {
		columns += ",gt_class"
	}
	columns += a.axes("pred_axis-")
	if a.Classes {
		columns += ",pred_class"
	}
	fmt.Fprintln(out, columns) // errors are kept until Flush
	pairs := make(map[int]detection.Pair, len(a.Matching.Pairs))
	for _, p := range a.Matching.Pairs {
		pairs[p.Truth] = p
	}
	for i, truth := range a.Truth {
		pair, found := pairs[i]
		if !found {
			row := fmt.Appendf(nil, "%d,-1,-1,%s", truth.ID, tagFN)
			row = a.appendPoint(row, truth, true)
			fmt.Fprintf(out, "%s%s\n", row, a.nothing())
			continue
		}
		pred := a.Pred[pair.Pred]
		row := fmt.Appendf(nil, "%d,%d,%s,%s", truth.ID, pred.ID, strconv.FormatFloat(pair.Distance, 'g', -1, 64), tagTP)
		row = a.appendPoint(a.appendPoint(row, truth, true), pred, true)
		fmt.Fprintf(out, "%s\n", row)
	}
	return out.Flush()
}

// writeFalse writes the table of the false positives.
func (a Associations) writeFalse(w io.Writer) error {
	out := bufio.NewWriter(w)
	columns := "pred_id" + a.axes("axis-") + ",tag"
	if a.Classes {
		columns += ",pred_class"
	}
	fmt.Fprintln(out, columns) // errors are kept until Flush
	for _, i := range a.Matching.UnmatchedPred {
		row := strconv.AppendInt(nil, int64(a.Pred[i].ID), 10)
		row = append(a.appendPoint(row, a.Pred[i], false), ","+tagFP...)
		if a.Classes {
			row = fmt.Appendf(row, ",%d", a.Pred[i].Class)
		}
		fmt.Fprintf(out, "%s\n", row)
	}
	return out.Flush()
}

// axes are the names of the columns of a position, each after a comma.
func (a Associations) axes(prefix string) string {
	s := ""
	for k := range a.NDim {
		s += "," + prefix + strconv.Itoa(k)
	}
	return s
}

// nothing are the empty columns of a predicted point, each after a comma.
func (a Associations) nothing() string {
	n := a.NDim
	if a.Classes {
		n++
	}
	return ",,,,"[:n]
}

// appendPoint adds the position of a point and, if asked to and there are
// classes, its class.
func (a Associations) appendPoint(row []byte, p detection.Point, class bool) []byte {
	for _, v := range p.Pos[3-a.NDim:] {
		row = strconv.AppendFloat(append(row, ','), v, 'g', -1, 64)
	}
	if class && a.Classes {
		row = fmt.Appendf(row, ",%d", p.Class)
	}
	return row
}

// writeAssociations writes those of all test images, whose matchings are in
// the evaluation.
func (j *Job) writeAssociations(truth, pred [][]detection.Point) error {
	dir := j.Layout.Associations()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i, it := range j.Test {
		a := Associations{
			Dims: it.Dims, Truth: truth[i], Pred: pred[i], Matching: j.Evaluation.Matchings[i],
			NDim: j.Config.NDim(), Classes: j.Config.Model.NClasses > 1,
		}
		if err := WriteAssociations(dir, it.Name, a); err != nil {
			return fmt.Errorf("%s: %w", it.Path, err)
		}
	}
	return nil
}
