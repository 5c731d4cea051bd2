package workflow

import (
	"context"

	"github.com/puncta-bio/puncta/detection"
)

func tuneStep() Step {
	return Step{Name: "tune", Doc: "chooses smoothing, threshold and close-point radius on the validation images", Run: tune}
}

// tune predicts the validation images, picks the best setting and stores it
// in the model file.
func tune(ctx context.Context, j *Job) error {
	p, err := j.predictor(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	maps := make([]*detection.Volume, len(j.Val))
	truth := make([][]detection.Point, len(j.Val))
	for i, it := range j.Val {
		image, err := it.load()
		if err != nil {
			return err
		}
		if maps[i], err = p.Predict(ctx, image); err != nil {
			return err
		}
		truth[i] = it.Truth
		detection.Report(j.Progress, detection.ProgressEvent{Task: "tune", Done: i + 1, Total: len(j.Val), Unit: "images"})
	}
	opts := detection.DefaultTuneOptions()
	opts.Match = matchOptions(j.Config)
	settings, best, err := detection.Tune(maps, truth, j.Model.Settings.Detect, opts)
	if err != nil {
		return err
	}
	chosen := settings[best]
	j.Tuned, j.tried = &chosen, settings
	j.Model.Settings.Detect = chosen.Apply(j.Model.Settings.Detect)
	j.log().Info("tuned on the validation images", "smoothing", chosen.Smoothing, "threshold", chosen.Threshold, "radius", chosen.Radius,
		"F1", chosen.Score.F1(), "tolerance", opts.Match.Tolerance)
	return j.Model.Save(j.Layout.BestCheckpoint())
}
