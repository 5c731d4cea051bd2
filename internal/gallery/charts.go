package gallery

import (
	"fmt"
	"math"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/plots"
)

// charts are one of each kind that package plots makes, and of each of its
// builders.
func (s *scene) charts() ([]plots.Chart, error) {
	var list []plots.Chart
	var failed error
	add := func(c plots.Chart, err error) {
		if err != nil && failed == nil {
			failed = fmt.Errorf("gallery: %w", err)
		}
		list = append(list, c)
	}
	thresholds, scores, err := s.overThreshold()
	if err != nil {
		return nil, err
	}
	training, rates := course()
	add(training, nil)
	add(plots.LearningRate("epoch", training.Lines[0].X, rates))
	add(wrap(plots.ScoresOverThreshold(thresholds, scores, threshold)))
	add(wrap(plots.PrecisionOverRecall(thresholds, scores)))
	add(wrap(s.overTolerance()))
	add(wrap(plots.ClassBars(s.evaluation.Classes, classNames)))
	add(wrap(plots.PointProbabilities(s.found, s.evaluation.Matchings, threshold)))
	add(wrap(plots.MapProbabilities(s.prob[0], threshold)))
	add(wrap(plots.MatchDistances(s.evaluation.Matchings, tolerance, "pixels")))
	add(wrap(plots.NewConfusion(s.truth, s.found, s.evaluation.Matchings, classNames)))
	add(s.counted(), nil)
	runs, err := s.runs()
	if err != nil {
		return nil, err
	}
	add(plots.Parallel{Title: "A sweep: every run a line", Runs: runs}, nil)
	add(plots.Effects{Title: "F1 over each parameter", Runs: runs}, nil)
	add(plots.Pareto{Title: "F1 against time", Runs: runs}, nil)
	add(plots.Timing{
		Title: "How long each step took", Steps: []string{"check", "train", "tune", "predict", "detect", "score"},
		Jobs: []plots.JobTiming{{Name: "run 1", Seconds: []float64{1, 620, 24, 21, 2, 1}}, {Name: "run 2", Seconds: []float64{1, 540, 25, 20, 2, 1}}},
	}, nil)
	return list, failed
}

// wrap makes a chart of what a builder returns.
func wrap[C plots.Chart](c C, err error) (plots.Chart, error) { return c, err }

// course is that of a training that begins to overfit.
func course() (plots.Curves, []float64) {
	c := plots.Curves{Title: "Loss", XLabel: "epoch", YLabel: "loss", Mark: 22, MarkLabel: "best", Lines: []plots.Curve{{Name: "training"}, {Name: "validation"}}}
	var rates []float64
	for e := 1; e <= 40; e++ {
		x := float64(e)
		for i, y := range []float64{0.05 + 0.6*math.Exp(-x/7), 0.09 + 0.58*math.Exp(-x/7) + 0.0001*max(x-22, 0)*(x-22) + 0.004*math.Sin(3*x)} {
			c.Lines[i].X, c.Lines[i].Y = append(c.Lines[i].X, x), append(c.Lines[i].Y, y)
		}
		rates = append(rates, 1e-3*min(x/4, 1)*(1+math.Cos(math.Pi*x/41))/2)
	}
	return c, rates
}

// overThreshold are the scores of all images at many thresholds.
func (s *scene) overThreshold() (thresholds []float64, scores []detection.Score, err error) {
	for t := 0.05; t < 0.99; t += 0.02 {
		o := s.detect
		o.Peaks.Threshold = t
		e, err := s.score(o, tolerance)
		if err != nil {
			return nil, nil, err
		}
		thresholds, scores = append(thresholds, t), append(scores, detection.Score{TP: e.Pooled.TP, FP: e.Pooled.FP, FN: e.Pooled.FN})
	}
	return thresholds, scores, nil
}

func (s *scene) score(o detection.DetectOptions, tolerance float64) (detection.Evaluation, error) {
	found := make([][]detection.Point, len(s.prob))
	for i, prob := range s.prob {
		var err error
		if found[i], err = detection.Detect(prob, o); err != nil {
			return detection.Evaluation{}, err
		}
	}
	m := s.match
	m.Tolerance = tolerance
	return detection.ScoreImages(s.truth, found, m)
}

// overTolerance compares points on voxels with points between them.
func (s *scene) overTolerance() (plots.Curves, error) {
	var sets []plots.Tolerances
	for _, kind := range []detection.RefineKind{detection.RefineNone, detection.RefinePeak} {
		set := plots.Tolerances{Name: refinementName(kind)}
		o := s.detect
		o.Refine = kind
		for t := 0.5; t <= 8; t += 0.5 {
			e, err := s.score(o, t)
			if err != nil {
				return plots.Curves{}, err
			}
			set.Metrics = append(set.Metrics, e.Pooled)
		}
		sets = append(sets, set)
	}
	return plots.F1OverTolerance(sets, "pixels", tolerance)
}

func refinementName(kind detection.RefineKind) string {
	if kind == detection.RefineNone {
		return "on voxels"
	}
	return "between voxels"
}

// counted are the objects of each image.
func (s *scene) counted() plots.Scatter {
	c := plots.Scatter{Title: "Counted against true", XLabel: "true points", YLabel: "found points"}
	for i := range s.truth {
		c.Dots = append(c.Dots, plots.Dot{X: float64(len(s.truth[i])), Y: float64(len(s.found[i])), Name: imageName(i)})
	}
	return c
}

func imageName(i int) string { return fmt.Sprintf("image_%d.tif", i+1) }

// runs are those of a sweep over threshold, radius and refinement.
func (s *scene) runs() (plots.Runs, error) {
	var texts [3][]string
	var objective []float64
	for _, kind := range []detection.RefineKind{detection.RefineNone, detection.RefinePeak} {
		for _, radius := range []float64{2, 4, 6, 10, 16} {
			for _, t := range []float64{0.1, 0.2, 0.3, 0.4, 0.6} {
				o := s.detect
				o.Refine, o.Prune.Radius, o.Peaks.Threshold = kind, radius, t
				e, err := s.score(o, 3)
				if err != nil {
					return plots.Runs{}, err
				}
				for k, text := range []string{fmt.Sprint(t), fmt.Sprint(radius), refinementName(kind)} {
					texts[k] = append(texts[k], text)
				}
				objective = append(objective, e.Pooled.F1)
			}
		}
	}
	r := plots.Runs{Objective: "F1", Rows: make([]plots.Run, len(objective))}
	for k, name := range []string{"threshold", "radius", "refinement"} {
		p, values := plots.NewParameter(name, texts[k])
		r.Parameters = append(r.Parameters, p)
		for i, v := range values {
			r.Rows[i].Name, r.Rows[i].Objective = fmt.Sprintf("run %d", i+1), objective[i]
			r.Rows[i].Seconds = 2 + 0.02*float64(i%7) + 0.4*float64(i/25) // a stand-in: times differ from run to run
			r.Rows[i].Values = append(r.Rows[i].Values, v)
		}
	}
	return r, nil
}
