package workflow

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/filesys"
)

func scoreStep() Step {
	return Step{Name: "score", Doc: "compares the detected with the true points", Run: score}
}

func score(_ context.Context, j *Job) error {
	truth, pred := make([][]detection.Point, len(j.Test)), make([][]detection.Point, len(j.Test))
	rows := make([]imageRow, len(j.Test))
	for i, it := range j.Test {
		truth[i] = it.Truth
		path := filepath.Join(j.Layout.Points(), it.Name+probSuffix)
		var err error
		if pred[i], err = readPointsFile(path, j.Config.NDim()); err != nil {
			return err
		}
		rows[i].file = filepath.Base(it.Path)
		if rows[i].overlaps, err = j.overlaps(it); err != nil {
			return err
		}
	}
	e, err := detection.ScoreImages(truth, pred, matchOptions(j.Config))
	if err != nil {
		return err
	}
	j.Evaluation = &e
	for i := range rows {
		rows[i].Metrics = e.Images[i]
	}
	if err := j.writeAssociations(truth, pred); err != nil {
		return err
	}
	if err := writeMetrics(j.Layout.Results("test_results_metrics.csv"), rows); err != nil {
		return err
	}
	if err := writeSummary(j.Layout.Results("test_results_summary.csv"), e); err != nil {
		return err
	}
	j.log().Info("scored", "F1", e.Pooled.F1, "precision", e.Pooled.Precision, "recall", e.Pooled.Recall,
		"tolerance", e.Pooled.Tolerance, "images", len(rows))
	return nil
}

// writeSummary writes the figures over all images: pooled, the mean over
// images, and per class.
func writeSummary(path string, e detection.Evaluation) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		row := func(scope string, tolerance, precision, recall, f1, tp, fp, fn float64) error {
			_, err := fmt.Fprintf(w, "%s,%g,%g,%g,%g,%g,%g,%g\n", scope, tolerance, precision, recall, f1, tp, fp, fn)
			return err
		}
		counts := func(scope string, m detection.Metrics) error {
			return row(scope, m.Tolerance, m.Precision, m.Recall, m.F1, float64(m.TP), float64(m.FP), float64(m.FN))
		}
		if _, err := fmt.Fprintln(w, "scope,tolerance,precision,recall,f1,tp,fp,fn"); err != nil {
			return err
		}
		if err := counts("pooled", e.Pooled); err != nil {
			return err
		}
		m := e.Mean
		if err := row("mean over images", m.Tolerance, m.Precision, m.Recall, m.F1, m.TP, m.FP, m.FN); err != nil {
			return err
		}
		for _, c := range e.Classes {
			if err := counts(fmt.Sprintf("class %d", c.Class), c.Metrics); err != nil {
				return err
			}
		}
		return nil
	})
}

// readPointsFile reads the points of a CSV file; ndim 0 goes by its header.
// Predictions may repeat a voxel or round to a place outside the image.
func readPointsFile(path string, ndim int) ([]detection.Point, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, inputf("%s: %w", path, filesys.WithoutPath(err))
	}
	return parsePoints(text, path, ndim)
}

// parsePoints is readPointsFile of a file that has been read.
func parsePoints(text []byte, path string, ndim int) ([]detection.Point, error) {
	o := detection.DefaultReadPointsOptions()
	o.NDim, o.AllowRepeated, o.AllowOutside = ndim, true, true
	points, err := detection.ReadPoints(bytes.NewReader(text), path, o)
	return points, Input(err)
}

// ScoreFolders compares the CSV files of two folders (or two files) at several
// tolerances, one evaluation each. A prediction may be named as its truth, or
// with _prob or _points before the extension; with several of these the plain
// name and then _prob is taken. A truth without prediction, and a prediction
// without truth, is an error that names both.
func ScoreFolders(gt, pred string, opts detection.MatchOptions, tolerances []float64) ([]detection.Evaluation, []string, error) {
	truthFiles, err := pointFiles(gt)
	if err != nil {
		return nil, nil, err
	}
	predFiles, err := pointFiles(pred)
	if err != nil {
		return nil, nil, err
	}
	if len(truthFiles) == 1 && len(predFiles) == 1 && !filesys.IsFolder(gt) && !filesys.IsFolder(pred) {
		for name, path := range predFiles { // two files are compared whatever their names
			delete(predFiles, name)
			for truth := range truthFiles {
				predFiles[truth] = path
			}
		}
	}
	names, err := pairNames(gt, pred, truthFiles, predFiles)
	if err != nil {
		return nil, nil, err
	}
	truths, preds := make([][]detection.Point, len(names)), make([][]detection.Point, len(names))
	ndim := 0
	for i, name := range names {
		if truths[i], err = readPointsFile(truthFiles[name], ndim); err != nil {
			return nil, nil, err
		}
		if preds[i], err = readPointsFile(predFiles[name], ndim); err != nil {
			return nil, nil, err
		}
	}
	evaluations := make([]detection.Evaluation, len(tolerances))
	for i, tolerance := range tolerances {
		opts.Tolerance = tolerance
		if evaluations[i], err = detection.ScoreImages(truths, preds, opts); err != nil {
			return nil, nil, Input(err)
		}
	}
	return evaluations, names, nil
}

// pointFiles finds CSV files by name, without _prob or _points. The table of
// counts that lies beside detected points is none of them.
func pointFiles(path string) (map[string]string, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, inputf("%s: want a folder of CSV files with points, or one such file: %w", path, filesys.WithoutPath(err))
	}
	tables := map[string]string{filesys.Stem(path): path}
	if filesys.IsFolder(path) {
		var err error
		if tables, err = listCSV(path); err != nil {
			return nil, err
		}
		delete(tables, filesys.Stem(countsFile))
	}
	return byImage(tables), nil
}

// byImage chooses among tables, by their stem, one for each image, by its name.
func byImage(tables map[string]string) map[string]string {
	out := map[string]string{}
	for _, suffix := range []string{pointsSuffix, probSuffix, ".csv"} { // later ones win
		for name, file := range tables {
			if base, ok := strings.CutSuffix(name+".csv", suffix); ok {
				if suffix == ".csv" && (strings.HasSuffix(file, pointsSuffix) || strings.HasSuffix(file, probSuffix)) {
					continue
				}
				out[base] = file
			}
		}
	}
	return out
}
