package workflow

import (
	"context"
	"io"
	"math"
	"path/filepath"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/detection/workflow/report"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

func reportStep() Step {
	return Step{Name: "report", Doc: "writes one page with the scores, curves, pictures and settings", Run: writeReport}
}

func writeReport(ctx context.Context, j *Job) error {
	p := report.Page{Job: j.Layout.Job, Unit: distanceUnit(j), Config: j.Config.YAML(), Commands: j.commands()}
	if j.History != nil {
		p.Training = reportTraining(j)
	}
	var err error
	if p.Settings, err = j.facts(); err != nil {
		return err
	}
	if j.Config.Test.Enable {
		p.Detection = j.detectionFacts()
		if err := j.reportTest(ctx, &p); err != nil {
			return err
		}
	}
	return atomicfile.Write(j.Layout.Report(), func(w io.Writer) error { return report.Write(w, p) })
}

// distanceUnit is that of tolerance and radius.
func distanceUnit(j *Job) string {
	if resolution, known := j.Config.Resolution(); known && resolution != detection.UnitSpacing {
		return "units of DATA.TEST.RESOLUTION"
	}
	return "px"
}

func reportTraining(j *Job) *report.Training {
	t := &report.Training{
		Best: j.History.Best, Stop: j.History.Stop,
		ByF1: training.Monitor(j.Config.Train.CheckpointMonitor) == training.MonitorF1,
	}
	for _, e := range j.History.Epochs {
		row := report.Epoch{
			Epoch: e.Epoch, Loss: e.Loss, IoU: e.IoU, ValLoss: math.NaN(), ValIoU: math.NaN(), ValF1: math.NaN(),
			LearningRate: e.LearningRate, Seconds: e.Seconds,
		}
		if e.HasVal {
			row.ValLoss, row.ValIoU, row.ValF1 = e.ValLoss, e.ValIoU, e.ValF1
		}
		t.Epochs = append(t.Epochs, row)
	}
	return t
}

// reportTest fills in what was found in the test images.
func (j *Job) reportTest(ctx context.Context, p *report.Page) error {
	points := make([][]detection.Point, len(j.Test))
	for i, it := range j.Test {
		var err error
		if points[i], err = readPointsFile(filepath.Join(j.Layout.Points(), it.Name+probSuffix), j.Config.NDim()); err != nil {
			return err
		}
		image := report.Image{Name: filepath.Base(it.Path), Counted: len(points[i])}
		if j.Evaluation != nil {
			image.Metrics = j.Evaluation.Images[i]
		}
		p.Images = append(p.Images, image)
	}
	if j.Evaluation != nil {
		var err error
		if p.Score, err = j.reportScore(points); err != nil {
			return err
		}
		if p.Thresholds, err = j.overThresholds(ctx); err != nil {
			return err
		}
	}
	var err error
	if p.Pictures, err = j.reportPictures(points); err != nil {
		return err
	}
	p.Browser, err = j.reportBrowser(points)
	return err
}

func (j *Job) reportScore(points [][]detection.Point) (*report.Score, error) {
	s := &report.Score{Evaluation: *j.Evaluation}
	if b := j.baseline; b != nil {
		s.Compared = append(s.Compared, report.Compared{Name: "Otsu, distance transform, watershed", Metrics: b.Test.Pooled})
	}
	if len(j.Test) > 1 {
		scores := make([]detection.Score, len(j.Test))
		for i, m := range j.Evaluation.Images {
			scores[i] = detection.Score{TP: m.TP, FP: m.FP, FN: m.FN}
		}
		opts := detection.DefaultBootstrapOptions()
		opts.Seed = seed(j.Config, j.RunID)
		interval, err := detection.BootstrapF1(scores, opts)
		if err != nil {
			return nil, err
		}
		s.Interval, s.Resamples = &interval, opts.Resamples
	}
	var err error
	s.Tolerances, err = j.overTolerances(points)
	return s, err
}

// overTolerances scores the points at a fifth to three times the tolerance;
// tolerances of classes change in proportion.
func (j *Job) overTolerances(points [][]detection.Point) ([]detection.Metrics, error) {
	truth := make([][]detection.Point, len(j.Test))
	for i, it := range j.Test {
		truth[i] = it.Truth
	}
	base := matchOptions(j.Config)
	var rows []detection.Metrics
	for k := 1; k <= 15; k++ {
		opts := base
		opts.Tolerance = base.Tolerance * float64(k) / 5
		opts.ClassTolerances = slices.Clone(base.ClassTolerances)
		for c := range opts.ClassTolerances {
			opts.ClassTolerances[c] *= float64(k) / 5
		}
		e, err := detection.ScoreImages(truth, points, opts)
		if err != nil {
			return nil, err
		}
		rows = append(rows, e.Pooled)
	}
	return rows, nil
}

// overThresholds scores the maps of the test images at the thresholds of the
// tuning and at the one used, and adds the same curve of the validation
// images when there was a tuning.
func (j *Job) overThresholds(ctx context.Context) (report.Thresholds, error) {
	detect, match := j.detectOptions(), matchOptions(j.Config)
	t := report.Thresholds{Used: usedThreshold(detect)}
	thresholds := detection.DefaultTuneOptions().Thresholds
	if !math.IsNaN(t.Used) && !slices.Contains(thresholds, t.Used) {
		thresholds = append(thresholds, t.Used)
		slices.Sort(thresholds)
	}
	for _, threshold := range thresholds {
		t.Test = append(t.Test, report.ThresholdScore{Threshold: threshold})
	}
	for i := range j.Test {
		if err := ctx.Err(); err != nil {
			return t, err
		}
		prob, err := imageio.Read(j.mapPath(j.Test[i]))
		if err != nil {
			return t, err
		}
		image, err := j.Test[i].load()
		if err != nil {
			return t, err
		}
		scores, err := detection.ScoreThresholds(prob.Volume, image.Volume, j.Test[i].Truth, detect, match, thresholds)
		if err != nil {
			return t, err
		}
		for k, s := range scores {
			t.Test[k].Score = t.Test[k].Score.Add(s)
		}
		detection.Report(j.Progress, detection.ProgressEvent{Task: "report", Done: i + 1, Total: len(j.Test), Unit: "images"})
	}
	if j.Tuned != nil && len(j.Tuned.Curves) == 1 { // one for all classes
		curve := j.Tuned.Curves[0]
		t.TunedOn = j.tunedOn()
		for k, m := range curve.Metrics {
			t.Tuning = append(t.Tuning, report.ThresholdScore{Threshold: curve.Thresholds[k], Score: detection.Score{TP: m.TP, FP: m.FP, FN: m.FN}})
		}
	}
	return t, nil
}

// usedThreshold is the threshold of all classes, NaN when there is not one.
func usedThreshold(o detection.DetectOptions) float64 {
	if o.Peaks.ThresholdType != detection.Manual {
		return math.NaN()
	}
	used := o.Peaks.Threshold
	for c, t := range o.ClassThresholds {
		if c == 0 {
			used = t
		} else if t != used {
			return math.NaN()
		}
	}
	return used
}
