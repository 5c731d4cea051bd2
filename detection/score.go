package detection

import (
	"fmt"
	"maps"
	"slices"
)

// Score counts the outcome of a matching.
type Score struct {
	// TP are true positives: pairs.
	TP int `json:"tp"`
	// FP are false positives: predicted points without a true one.
	FP int `json:"fp"`
	// FN are false negatives: true points without a predicted one.
	FN int `json:"fn"`
}

// Precision is TP/(TP+FP), the share of predicted points that are right.
// Without predicted points it is 1 when nothing was to be found, else 0.
func (s Score) Precision() float64 { return shareOf(s.TP, s.FP, s.FN) }

// Recall is TP/(TP+FN), the share of true points that were found. Without
// true points it is 1 when nothing was predicted, else 0.
func (s Score) Recall() float64 { return shareOf(s.TP, s.FN, s.FP) }

// F1 is 2TP/(2TP+FP+FN), the harmonic mean of precision and recall. Nothing
// predicted where nothing was to be found is 1.
func (s Score) F1() float64 { return shareOf(2*s.TP, s.FP+s.FN, 0) }

// shareOf is hits/(hits+misses). With both at zero it is 1, or 0 where there
// is something on the other side.
func shareOf(hits, misses, otherSide int) float64 {
	switch {
	case hits+misses > 0:
		return float64(hits) / float64(hits+misses)
	case otherSide > 0:
		return 0
	}
	return 1
}

// Add returns the pooled counts of s and o.
func (s Score) Add(o Score) Score {
	return Score{TP: s.TP + o.TP, FP: s.FP + o.FP, FN: s.FN + o.FN}
}

// At returns s with its ratios, for a report. tolerance is that of the
// matching, in its physical units.
func (s Score) At(tolerance float64) Metrics {
	return Metrics{
		TP: s.TP, FP: s.FP, FN: s.FN,
		Precision: s.Precision(), Recall: s.Recall(), F1: s.F1(),
		Tolerance: tolerance,
	}
}

// Metrics is a [Score] with its ratios, laid out for JSON.
type Metrics struct {
	TP        int     `json:"tp"`
	FP        int     `json:"fp"`
	FN        int     `json:"fn"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	// Tolerance of the matching, in physical units.
	Tolerance float64 `json:"tolerance"`
}

// MeanMetrics holds the mean of each number over images, each image counting
// the same however many objects it has.
type MeanMetrics struct {
	Images    int     `json:"images"`
	TP        float64 `json:"tp"`
	FP        float64 `json:"fp"`
	FN        float64 `json:"fn"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Tolerance float64 `json:"tolerance"`
}

// ClassMetrics are the metrics of one class, pooled over images.
type ClassMetrics struct {
	Class int `json:"class"`
	Metrics
}

// Evaluation compares predicted with true points on a set of images.
type Evaluation struct {
	// Pooled counts all objects of all images together. This is the number to
	// report: an image with three objects does not weigh as much as one with
	// three hundred.
	Pooled Metrics `json:"pooled"`
	// Mean is the mean over images; zeros without images.
	Mean MeanMetrics `json:"mean"`
	// Images holds the metrics of each image, in the order given.
	Images []Metrics `json:"images"`
	// Classes holds the metrics of each class that occurs, ascending, pooled
	// over images, where only points of one class match. nil when no point has
	// a class.
	Classes []ClassMetrics `json:"classes,omitempty"`
	// Matchings holds the matching of each image, in the order given.
	Matchings []Matching `json:"-"`
}

// ScoreImages matches the points of each image with [Match] and sums up.
// truth[i] and pred[i] belong to image i; empty lists are images without
// points. Classes are scored by a matching of their own, under
// opts.ClassTolerances where there are any; the other figures follow
// opts.ClassAware.
//
// Errors: lists of different lengths ([ErrShape]), and those of [Match], with
// the index of the image.
//
// BiaPy reports the mean over images only, zeros for an image without
// predictions (its missed objects are not counted), and 0 for nothing against
// nothing.
func ScoreImages(truth, pred [][]Point, opts MatchOptions) (Evaluation, error) {
	if len(truth) != len(pred) {
		return Evaluation{}, fmt.Errorf("detection: score: %w: true points of %d images, predicted points of %d",
			ErrShape, len(truth), len(pred))
	}
	images := make([]ImageScore, len(truth))
	var matchings []Matching
	for i := range truth {
		m, err := Match(truth[i], pred[i], opts)
		if err == nil {
			images[i], err = scoreImage(truth[i], pred[i], m, opts)
		}
		if err != nil {
			return Evaluation{}, fmt.Errorf("detection: score: image %d: %w", i, err)
		}
		matchings = append(matchings, m)
	}
	e := Pool(images, opts)
	e.Matchings = matchings
	return e, nil
}

// ImageScore is the outcome on one image, of which [Pool] makes an evaluation.
type ImageScore struct {
	Score
	// Classes are the counts of each class that occurs, 0 for points without
	// one, where only points of one class match.
	Classes map[int]Score
}

// ScoreImage matches the points of one image. Errors are those of [Match].
func ScoreImage(truth, pred []Point, opts MatchOptions) (ImageScore, error) {
	m, err := Match(truth, pred, opts)
	if err != nil {
		return ImageScore{}, err
	}
	return scoreImage(truth, pred, m, opts)
}

// scoreImage counts what m, the matching by opts, and that of the classes have.
func scoreImage(truth, pred []Point, m Matching, opts MatchOptions) (ImageScore, error) {
	s := ImageScore{Score: m.Score(), Classes: map[int]Score{}}
	classes := classesOf(truth, pred)
	if len(classes) > 1 && !opts.ClassAware { // else the matching is by class as it is
		opts.ClassAware = true
		var err error
		if m, err = Match(truth, pred, opts); err != nil {
			return s, err
		}
	}
	for _, p := range m.Pairs {
		c := truth[p.Truth].Class
		s.Classes[c] = s.Classes[c].Add(Score{TP: 1})
	}
	for _, t := range m.UnmatchedTruth {
		c := truth[t].Class
		s.Classes[c] = s.Classes[c].Add(Score{FN: 1})
	}
	for _, p := range m.UnmatchedPred {
		c := pred[p].Class
		s.Classes[c] = s.Classes[c].Add(Score{FP: 1})
	}
	return s, nil
}

// Pool sums the scores of images up as [ScoreImages] does, for the options with
// which they were matched. The evaluation has no Matchings.
func Pool(images []ImageScore, opts MatchOptions) Evaluation {
	var e Evaluation
	var pooled Score
	classes := map[int]Score{}
	for _, s := range images {
		pooled = pooled.Add(s.Score)
		e.Images = append(e.Images, s.Score.At(opts.Tolerance))
		for c, counts := range s.Classes {
			classes[c] = classes[c].Add(counts)
		}
	}
	e.Pooled = pooled.At(opts.Tolerance)
	e.Mean = meanOf(e.Images, opts.Tolerance)
	for _, c := range slices.Sorted(maps.Keys(classes)) {
		if c == 0 && len(classes) == 1 { // the data has no classes
			break
		}
		e.Classes = append(e.Classes, ClassMetrics{Class: c, Metrics: classes[c].At(forClass(opts.ClassTolerances, c, opts.Tolerance))})
	}
	return e
}

func meanOf(images []Metrics, tolerance float64) MeanMetrics {
	mean := MeanMetrics{Images: len(images), Tolerance: tolerance}
	n := float64(len(images))
	for _, m := range images {
		mean.TP += float64(m.TP) / n
		mean.FP += float64(m.FP) / n
		mean.FN += float64(m.FN) / n
		mean.Precision += m.Precision / n
		mean.Recall += m.Recall / n
		mean.F1 += m.F1 / n
	}
	return mean
}
