package workflow

import (
	"context"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/dataset"
)

func tuneStep() Step {
	return Step{Name: "tune", Doc: "chooses smoothing, threshold, close-point radius and refinement on images with points", Run: tune}
}

// tune predicts the images of PUNCTA.TUNE_IMAGES, picks the best setting and
// stores it in the model file.
func tune(ctx context.Context, j *Job) error {
	items := j.tuneItems()
	if !slices.ContainsFunc(items, func(it Item) bool { return len(it.Truth) > 0 }) {
		j.log().Warn("not tuned: the " + j.tunedOn() + " have no true point; the settings are those of the configuration")
		return nil
	}
	p, err := j.predictor(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	images, err := PredictMaps(ctx, p, items, j.Progress)
	if err != nil {
		return err
	}
	chosen, err := TuneMaps(items, j.Model.Settings.Detect, j.tuneOptions(images))
	if err != nil {
		return err
	}
	j.Tuned, j.Model.Settings.Detect = &chosen, *chosen.Detect
	j.log().Info("tuned", "images", len(items), "settings", chosen.Describe(), "F1", chosen.F1, "tolerance", chosen.Tolerance)
	return j.Model.Save(j.Layout.BestCheckpoint())
}

// tuneItems are copies of the images that settings are chosen on.
func (j *Job) tuneItems() []Item {
	if j.Config.Puncta.TuneImages == "all" {
		return slices.Concat(j.Train, j.Val)
	}
	return slices.Clone(j.Val)
}

// tunedOn names them.
func (j *Job) tunedOn() string {
	if j.Config.Puncta.TuneImages == "all" {
		return "training and validation images"
	}
	return "validation images"
}

// tuneOptions is the grid for maps of the images.
func (j *Job) tuneOptions(images []*detection.Volume) detection.TuneOptions {
	o := detection.DefaultTuneOptions()
	o.Match, o.Refinements, o.Images = matchOptions(j.Config), detection.AllRefinements(), images
	o.Radii = j.radiiToTry(o.Radii)
	return o
}

// crowded is the share of true points that may have a neighbour within the
// radius of close points.
const crowded = 0.05

// radiiToTry leaves out the radii that would remove true points: those above the
// distance that 95 of 100 points of the training and validation images keep from
// each other, whatever their classes. A few validation images can be sparser than
// the images to come, and then the largest radius looks best.
func (j *Job) radiiToTry(radii []float64) []float64 {
	var distances []float64
	for _, it := range slices.Concat(j.Train, j.Val) {
		distances = append(distances, dataset.NearestDistances(it.Truth, spacing(j.Config))...)
	}
	if len(distances) == 0 {
		return radii
	}
	slices.Sort(distances)
	limit := distances[int(crowded*float64(len(distances)))]
	kept := slices.DeleteFunc(slices.Clone(radii), func(r float64) bool { return r > limit })
	if len(kept) == 0 {
		return []float64{slices.Min(radii)}
	}
	return kept
}
