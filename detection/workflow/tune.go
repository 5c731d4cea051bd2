package workflow

import (
	"context"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

func tuneStep() Step {
	return Step{Name: "tune", Doc: "chooses smoothing, threshold, close-point radius and refinement on the validation images", Run: tune}
}

// tune predicts the validation images, picks the best setting and stores it
// in the model file.
func tune(ctx context.Context, j *Job) error {
	if !slices.ContainsFunc(j.Val, func(it Item) bool { return len(it.Truth) > 0 }) {
		j.log().Warn("not tuned: the validation images have no true point; the settings are those of the configuration")
		return nil
	}
	p, err := j.predictor(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	items := slices.Clone(j.Val)
	images, err := PredictMaps(ctx, p, items, j.Progress)
	if err != nil {
		return err
	}
	opts := detection.DefaultTuneOptions()
	opts.Match, opts.Refinements, opts.Images = matchOptions(j.Config), detection.AllRefinements(), images
	chosen, err := TuneMaps(items, j.Model.Settings.Detect, opts)
	if err != nil {
		return err
	}
	j.Tuned, j.Model.Settings.Detect = &chosen, *chosen.Detect
	j.log().Info("tuned on the validation images", "settings", chosen.Describe(), "F1", chosen.F1, "tolerance", chosen.Tolerance)
	return j.Model.Save(j.Layout.BestCheckpoint())
}
