package detection_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestScore(t *testing.T) {
	tests := []struct {
		score                 detection.Score
		precision, recall, f1 float64
	}{
		{detection.Score{}, 1, 1, 1}, // nothing against nothing
		{detection.Score{TP: 4}, 1, 1, 1},
		{detection.Score{FP: 3}, 0, 0, 0},
		{detection.Score{FN: 3}, 0, 0, 0},
		{detection.Score{FP: 2, FN: 3}, 0, 0, 0},
		{detection.Score{TP: 3, FP: 1, FN: 3}, 0.75, 0.5, 0.6}, // 3/4, 3/6, 6/(6+1+3)
	}
	for _, tt := range tests {
		if p, r, f := tt.score.Precision(), tt.score.Recall(), tt.score.F1(); p != tt.precision || r != tt.recall || f != tt.f1 {
			t.Errorf("%+v: precision %v, recall %v, F1 %v; want %v, %v, %v", tt.score, p, r, f, tt.precision, tt.recall, tt.f1)
		}
	}
	if sum := (detection.Score{TP: 1, FP: 2, FN: 3}).Add(detection.Score{TP: 10, FP: 20, FN: 30}); sum != (detection.Score{TP: 11, FP: 22, FN: 33}) {
		t.Errorf("sum %+v", sum)
	}
}

// F1 is the harmonic mean of precision and recall wherever that is defined.
func TestF1IsHarmonicMean(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		s := detection.Score{TP: 1 + r.IntN(50), FP: r.IntN(50), FN: r.IntN(50)}
		p, c := s.Precision(), s.Recall()
		if want := 2 * p * c / (p + c); math.Abs(s.F1()-want) > 1e-12 {
			t.Errorf("%+v: F1 %v, want %v", s, s.F1(), want)
		}
	}
}

// The field names of the command line's last line.
func TestMetricsJSON(t *testing.T) {
	got, err := json.Marshal(detection.Score{TP: 3, FP: 1, FN: 3}.At(10))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"tp":3,"fp":1,"fn":3,"precision":0.75,"recall":0.5,"f1":0.6,"tolerance":10}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	got, err = json.Marshal(detection.ClassMetrics{Class: 2, Metrics: detection.Score{}.At(1)})
	if want := `{"class":2,"tp":0,"fp":0,"fn":0,"precision":1,"recall":1,"f1":1,"tolerance":1}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestScoreImages(t *testing.T) {
	classed := func(class int, xs ...float64) []detection.Point {
		points := line(xs...)
		for i := range points {
			points[i].Class = class
		}
		return points
	}
	truth := [][]detection.Point{
		append(classed(1, 0, 100), classed(2, 200)...), // all found, one as another class
		classed(1, 0), // nothing predicted
		nil,           // nothing to find, one predicted
		nil,           // nothing at all
	}
	pred := [][]detection.Point{
		append(classed(1, 0, 200), classed(2, 100)...),
		nil,
		classed(3, 7),
		nil,
	}
	opts := detection.MatchOptions{Tolerance: 2, Spacing: detection.UnitSpacing}
	e, err := detection.ScoreImages(truth, pred, opts)
	if err != nil {
		t.Fatal(err)
	}
	if want := (detection.Score{TP: 3, FP: 1, FN: 1}).At(2); e.Pooled != want {
		t.Errorf("pooled %+v, want %+v", e.Pooled, want)
	}
	// By hand: images score 1, 0, 0, 1.
	if m := e.Mean; m.Images != 4 || m.F1 != 0.5 || m.Precision != 0.5 || m.Recall != 0.5 || m.TP != 0.75 || m.FP != 0.25 || m.FN != 0.25 || m.Tolerance != 2 {
		t.Errorf("mean %+v", m)
	}
	if len(e.Images) != 4 || len(e.Matchings) != 4 || e.Images[0].F1 != 1 || e.Images[1].FN != 1 || e.Images[2].FP != 1 || e.Images[3].F1 != 1 {
		t.Errorf("images %+v", e.Images)
	}
	want := []detection.ClassMetrics{
		{Class: 1, Metrics: detection.Score{TP: 1, FP: 1, FN: 2}.At(2)},
		{Class: 2, Metrics: detection.Score{FP: 1, FN: 1}.At(2)},
		{Class: 3, Metrics: detection.Score{FP: 1}.At(2)},
	}
	if !slices.Equal(e.Classes, want) {
		t.Errorf("classes %+v, want %+v", e.Classes, want)
	}
	want[2].Tolerance = 5
	opts.ClassAware, opts.ClassTolerances = true, []float64{2, 2, 5}
	if e, err = detection.ScoreImages(truth, pred, opts); err != nil || !slices.Equal(e.Classes, want) {
		t.Errorf("classes %+v, %v, want %+v", e.Classes, err, want)
	}
	if want := (detection.Score{TP: 1, FP: 3, FN: 3}).At(2); e.Pooled != want {
		t.Errorf("class aware pooled %+v, want %+v", e.Pooled, want)
	}
}

func TestScoreImagesWithoutClasses(t *testing.T) {
	e, err := detection.ScoreImages([][]detection.Point{line(1)}, [][]detection.Point{line(1)}, detection.DefaultMatchOptions())
	if err != nil || e.Classes != nil {
		t.Errorf("classes %v, %v", e.Classes, err)
	}
	if e, err := detection.ScoreImages(nil, nil, detection.DefaultMatchOptions()); err != nil || e.Pooled.F1 != 1 || e.Mean.F1 != 0 {
		t.Errorf("no images: %+v, %v", e, err)
	}
}

func TestScoreImagesErrors(t *testing.T) {
	_, err := detection.ScoreImages([][]detection.Point{line(1)}, nil, detection.DefaultMatchOptions())
	if !errors.Is(err, detection.ErrShape) || !strings.Contains(err.Error(), "true points of 1 images, predicted points of 0") {
		t.Errorf("got %v", err)
	}
	bad := [][]detection.Point{line(1), line(math.NaN())}
	if _, err = detection.ScoreImages(bad, bad, detection.DefaultMatchOptions()); err == nil || !strings.Contains(err.Error(), "image 1: ") {
		t.Errorf("got %v", err)
	}
}

func TestIoU(t *testing.T) {
	tests := []struct {
		name       string
		prob, mask *detection.Volume
		threshold  float64
		want       float64
	}{
		{"one of three", plane("6.6."), plane("11.."), 0.5, 1.0 / 3},
		{"the threshold itself is not predicted", plane("55"), plane("11"), 0.5, 0},
		{"nothing against nothing", plane("4."), plane(".."), 0.5, 1},
		{"any mask value but zero counts", plane("9."), plane("3."), 0.5, 1},
		{"in float32, as the map", plane("2"), plane("1"), 0.2, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := detection.IoU(tt.prob, tt.mask, tt.threshold); err != nil || got != tt.want {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
	two := func(a, b *detection.Volume) *detection.Volume { // as channels of one volume
		v := detection.NewLike(a, 2)
		for i := range a.Data {
			v.Data[2*i], v.Data[2*i+1] = a.Data[i], b.Data[i]
		}
		return v
	}
	if got, err := detection.IoU(two(plane("66"), plane("6.")), two(plane("1."), plane("11")), 0.5); err != nil || got != 0.5 {
		t.Errorf("two classes: %v, %v, want 2 of 4 voxels", got, err)
	}
	if _, err := detection.IoU(plane("1"), two(plane("1"), plane("1")), 0.5); !errors.Is(err, detection.ErrShape) {
		t.Errorf("other channels: %v, want ErrShape", err)
	}
	if _, err := detection.IoU(plane("1."), plane("1"), 0.5); !errors.Is(err, detection.ErrShape) {
		t.Errorf("got %v, want ErrShape", err)
	}
	if _, err := detection.IoU(plane("1"), plane("1"), math.NaN()); err == nil {
		t.Error("a NaN threshold went through")
	}
}

// The scores of images one by one make the evaluation of all together, and the
// counts of classes are those of a matching of their own.
func TestPool(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for _, classes := range []int{0, 1, 3} {
		opts := detection.DefaultMatchOptions()
		opts.Tolerance = 4
		for _, opts.ClassAware = range []bool{false, true} {
			opts.ClassTolerances = nil
			if opts.ClassAware && classes > 0 {
				opts.ClassTolerances = []float64{2, 5}
			}
			var truth, pred [][]detection.Point
			for range 6 {
				var lists [2][]detection.Point
				for k := range lists {
					for range rng.IntN(25) {
						p := detection.Point{Pos: [3]float64{0, rng.Float64() * 30, rng.Float64() * 30}, Prob: 1}
						if classes > 0 {
							p.Class = 1 + rng.IntN(classes)
						}
						lists[k] = append(lists[k], p)
					}
				}
				truth, pred = append(truth, lists[0]), append(pred, lists[1])
			}
			want, err := detection.ScoreImages(truth, pred, opts)
			if err != nil {
				t.Fatal(err)
			}
			images := make([]detection.ImageScore, len(truth))
			sums := map[int]detection.Score{}
			aware := opts
			aware.ClassAware = true
			for i := range truth {
				if images[i], err = detection.ScoreImage(truth[i], pred[i], opts); err != nil {
					t.Fatal(err)
				}
				m, err := detection.Match(truth[i], pred[i], aware)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range m.Pairs {
					sums[truth[i][p.Truth].Class] = sums[truth[i][p.Truth].Class].Add(detection.Score{TP: 1})
				}
				for _, k := range m.UnmatchedTruth {
					sums[truth[i][k].Class] = sums[truth[i][k].Class].Add(detection.Score{FN: 1})
				}
				for _, k := range m.UnmatchedPred {
					sums[pred[i][k].Class] = sums[pred[i][k].Class].Add(detection.Score{FP: 1})
				}
			}
			got := detection.Pool(images, opts)
			got.Matchings = want.Matchings
			if !reflect.DeepEqual(got, want) || want.Pooled.TP < 5 {
				t.Errorf("%d classes, aware %v: %+v, want %+v", classes, opts.ClassAware, got, want)
			}
			if len(want.Classes) != classes {
				t.Errorf("%d classes in %+v", len(want.Classes), want.Classes)
			}
			for _, c := range want.Classes {
				if (detection.Score{TP: c.TP, FP: c.FP, FN: c.FN}) != sums[c.Class] {
					t.Errorf("class %d: %+v, want %+v", c.Class, c, sums[c.Class])
				}
			}
		}
	}
	if _, err := detection.ScoreImage(nil, nil, detection.MatchOptions{Tolerance: -1}); err == nil {
		t.Error("a tolerance below 0 was taken")
	}
}
