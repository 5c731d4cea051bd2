package workflow

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/sweep"
)

// Measures of times in a table, in seconds. Those of shared work are counted in
// full for each run that uses it, and measureSeconds is their sum.
const (
	measureTraining   = "train_seconds"
	measurePrediction = "predict_seconds"
	measureFinding    = "find_seconds"
	measureSeconds    = "seconds"
)

// record is what a run came to.
func (s *Sweep) record(g *sweepGroup, w *found, r *sweepRun, maps []mapFile) sweep.Record {
	out := sweep.Record{ID: r.id, Kind: sweep.KindRun, Settings: s.asked.Describe(r.Run)}
	for _, err := range w.errs {
		if err != nil {
			s.log().Warn("run failed", "run", r.Number, "error", err)
			out.Error = err.Error()
			return out
		}
	}
	var times []sweep.Result
	if g.config.Test.Enable {
		if g.config.Data.Test.LoadGT {
			out.Results = scoreResults(detection.Pool(w.images, w.match))
		}
		points, predicting, finding := 0, 0.0, 0.0
		for i := range maps {
			points += w.points[i]
			predicting += maps[i].seconds
			finding += w.took[i].Seconds()
		}
		out.Results = append(out.Results, sweep.Result{Measure: "points", Value: float64(points)})
		times = []sweep.Result{{Measure: measurePrediction, Value: predicting}, {Measure: measureFinding, Value: finding}}
	}
	if g.training != nil {
		for _, m := range g.training.results {
			if m.Measure == measureTraining {
				times = append([]sweep.Result{m}, times...)
			} else {
				out.Results = append(out.Results, m)
			}
		}
	}
	sum := sweep.Result{Measure: measureSeconds}
	for _, t := range times {
		sum.Value += t.Value
	}
	for _, t := range append(times, sum) {
		if t.Value == t.Value { // what is not known is left out
			out.Results = append(out.Results, t)
		}
	}
	return out
}

// scoreResults are the measures of an evaluation.
func scoreResults(e detection.Evaluation) []sweep.Result {
	out := []sweep.Result{
		{Measure: sweep.MeasureF1, Value: e.Pooled.F1},
		{Measure: sweep.MeasurePrecision, Value: e.Pooled.Precision},
		{Measure: sweep.MeasureRecall, Value: e.Pooled.Recall},
		{Measure: "tp", Value: float64(e.Pooled.TP)},
		{Measure: "fp", Value: float64(e.Pooled.FP)},
		{Measure: "fn", Value: float64(e.Pooled.FN)},
		{Measure: "tolerance", Value: e.Pooled.Tolerance},
		{Measure: sweep.MeasureMeanF1, Value: e.Mean.F1},
	}
	for _, c := range e.Classes {
		out = append(out, sweep.Result{Measure: fmt.Sprintf("f1_class_%d", c.Class), Value: c.F1})
	}
	return out
}
