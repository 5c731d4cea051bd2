package widgets

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func newExplorer(t testing.TB, s sample, change func(*ExplorerOptions)) *Explorer {
	t.Helper()
	o := DefaultExplorerOptions()
	if change != nil {
		change(&o)
	}
	e, err := NewExplorer(s.image, s.prob, s.truth, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// What the explorer takes for the points at a setting are those of Detect,
// whatever the options: the peaks are nested.
func TestPointsAreThoseOfDetect(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		dims := [3]int{1 + r.IntN(2)*r.IntN(6), 12 + r.IntN(30), 12 + r.IntN(30)}
		prob := detection.NewVolume(dims, 1+r.IntN(3))
		levels := float64(2 + r.IntN(200)) // few make plateaus and ties
		for i := range prob.Data {
			prob.Data[i] = float32(math.Floor(r.Float64()*levels) / levels)
		}
		o := DefaultExplorerOptions()
		d := &o.Detect
		d.Peaks.MinDistance = [3]int{1 + r.IntN(2), 1 + r.IntN(4), 1 + r.IntN(4)}
		d.Peaks.ExcludeBorder = [3]int{0, r.IntN(3), r.IntN(3)}
		d.Peaks.Plateau = []detection.PlateauRule{detection.OnePoint, detection.PerPixel}[r.IntN(2)]
		d.Smooth = [3]float64{0, 0.7 * float64(r.IntN(2)), 0.5}
		d.Refine = []detection.RefineKind{detection.RefineNone, detection.RefinePeak}[r.IntN(2)]
		d.Prune.Spacing = detection.Spacing{2, 0.65, 1}
		d.Prune.PerClass = r.IntN(2) == 0
		d.Prune.AcrossClasses = d.Prune.PerClass && r.IntN(2) == 0
		o.Match.Spacing = d.Prune.Spacing
		o.MostPeaks = []int{40, 20_000}[r.IntN(2)]
		d.Peaks.Threshold = 0.999
		e, err := NewExplorer(detection.NewVolume(dims, 1), prob, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			s := Setting{Threshold: e.threshold.lo + r.Float64()*(1-e.threshold.lo), Radius: max(0, r.Float64()*6-1)}
			if r.IntN(3) == 0 && len(e.peaks) > 0 { // exactly the value of a peak
				s.Threshold = max(e.peaks[r.IntN(len(e.peaks))].Prob, e.threshold.lo)
			}
			got, err := e.Points(s)
			if err != nil {
				t.Fatal(err)
			}
			full := *d
			full.Peaks.Threshold, full.RemoveClose, full.Prune.Radius = s.Threshold, s.Radius > 0, s.Radius
			want, err := detection.Detect(prob, full)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, %+v: %d points, Detect finds %d", seed, s, len(got), len(want))
			}
		}
	}
}

// The script is given every digit of the points.
func TestPayloadRoundTrip(t *testing.T) {
	s := newSample(t, [3]int{3, 64, 80}, 20, 2, 4)
	s.truth[0].Pos = [3]float64{0.1, 1.0 / 3, math.Nextafter(7, 8)}
	e := newExplorer(t, s, func(o *ExplorerOptions) {
		o.Detect.Refine = detection.RefinePeak
		o.Detect.Prune.PerClass, o.Match.ClassAware = true, true
	})
	data, err := e.payload()
	if err != nil {
		t.Fatal(err)
	}
	var p payload
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	read := func(text string) []float64 { return readDoubles(t, text) }
	check := func(name string, points []detection.Point, pos, class string) {
		positions, classes := read(pos), read(class)
		if len(positions) != 3*len(points) || len(classes) != len(points) || len(points) == 0 {
			t.Fatalf("%s: %d positions and %d classes of %d points", name, len(positions), len(classes), len(points))
		}
		for i, q := range points {
			if [3]float64(positions[3*i:]) != q.Pos || classes[i] != float64(q.Class) {
				t.Errorf("%s: point %d is %v of class %v, want %+v", name, i, positions[3*i:3*i+3], classes[i], q)
			}
		}
	}
	check("peaks", e.peaks, p.Peaks, p.Classes)
	check("refined", e.refined, p.Refined, p.Classes)
	check("truth", s.truth, *p.Truth, p.TruthClasses)
	for i, v := range read(p.Prob) {
		if v != e.peaks[i].Prob {
			t.Errorf("value %d is %v, want %v", i, v, e.peaks[i].Prob)
		}
	}
	if slices.EqualFunc(e.peaks, e.refined, func(a, b detection.Point) bool { return a.Pos == b.Pos }) {
		t.Error("refinement moved nothing: the test says little")
	}
	if len(p.Picture.Image) != 3 || len(p.Picture.Map) != 3 || p.Initial.Threshold != 0.2 || !p.PerClass || !p.ClassAware || p.AcrossClasses {
		t.Errorf("payload %s", data[:min(len(data), 3000)])
	}
}

func TestStillGolden(t *testing.T) {
	s := newSample(t, [3]int{1, 120, 160}, 24, 1, 12)
	e := newExplorer(t, s, nil)
	got, err := e.PNG()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "still_golden.png", got)
}

func TestExplorerStandsAlone(t *testing.T) {
	s := newSample(t, [3]int{1, 96, 128}, 15, 1, 2)
	e := newExplorer(t, s, func(o *ExplorerOptions) { o.Title = `</script><b>A & "B"` })
	standsAlone(t, e)
	text, err := e.text()
	if err != nil {
		t.Fatal(err)
	}
	m, err := e.Match(e.Initial())
	if err != nil {
		t.Fatal(err)
	}
	if sc := m.Score(); sc.TP == 0 || !regexp.MustCompile(`F1 0\.\d{3}, precision .*: \d+ found, \d+ false, \d+ missed\.$`).MatchString(text) {
		t.Errorf("the picture says %q of %+v", text, sc)
	}
}

// A large image with many objects fits into a mail.
func TestSizeBound(t *testing.T) {
	s := newLargeSample()
	e := newExplorer(t, s, nil)
	part, err := HTML(e)
	if err != nil {
		t.Fatal(err)
	}
	if len(part) > 6_000_000 || e.Peaks() < 5000 {
		t.Errorf("%d bytes with %d peaks: want at most 6 MB with 5,000", len(part), e.Peaks())
	}
}

// Noise does not compress: the picture becomes smaller, and a note says so.
func TestPictureShrinks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	s := sample{image: detection.NewVolume([3]int{1, 1500, 2300}, 3), prob: detection.NewVolume([3]int{1, 1500, 2300}, 1)}
	for i := range s.image.Data {
		s.image.Data[i] = float32(r.Float64())
	}
	e := newExplorer(t, s, nil)
	data, err := e.payload()
	if err != nil {
		t.Fatal(err)
	}
	var p payload
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	if p.Picture.Factor < 2 || len(data) > 4_500_000 || len(p.Notes) != 1 || !strings.HasPrefix(p.Notes[0], "The picture shows one pixel for") {
		t.Errorf("factor %d, %d bytes, notes %q", p.Picture.Factor, len(data), p.Notes)
	}
}

func TestPooled(t *testing.T) {
	v := detection.NewVolume([3]int{1, 3, 3}, 1)
	copy(v.Data, []float32{1, 2, 3, 4, 5, 6, 7, 8, 10})
	if got := pooled(v, 2, poolMean); !slices.Equal(got.Data, []float32{3, 4.5, 7.5, 10}) {
		t.Errorf("means %v", got.Data)
	}
	if got := pooled(v, 2, poolLargest); !slices.Equal(got.Data, []float32{5, 6, 8, 10}) {
		t.Errorf("largest %v", got.Data)
	}
}

func TestMostPeaks(t *testing.T) {
	s := newSample(t, [3]int{1, 200, 200}, 60, 1, 3)
	all := newExplorer(t, s, nil)
	few := newExplorer(t, s, func(o *ExplorerOptions) { o.MostPeaks, o.Detect.Peaks.Threshold = 20, 0.97 })
	if few.Peaks() > 20 || few.Peaks() < 10 || few.threshold.lo < all.threshold.lo || len(few.notes) != 1 {
		t.Errorf("%d peaks from %v, notes %q", few.Peaks(), few.threshold.lo, few.notes)
	}
	o := DefaultExplorerOptions()
	o.MostPeaks = 20
	if _, err := NewExplorer(s.image, s.prob, s.truth, o); err == nil || !strings.Contains(err.Error(), "more than 20 peaks exceed the threshold 0.2") {
		t.Errorf("too many to begin with: %v", err)
	}
	if _, err := few.Points(Setting{Threshold: 0.1}); err == nil {
		t.Error("a threshold below the lowest: no error")
	}
}

func TestOtsuBeginsWithItsValue(t *testing.T) {
	s := newSample(t, [3]int{1, 128, 128}, 25, 1, 3)
	e := newExplorer(t, s, func(o *ExplorerOptions) { o.Detect.Peaks.ThresholdType = detection.Otsu })
	want, err := detection.OtsuThreshold(s.prob)
	if err != nil || e.Initial().Threshold != float64(want) {
		t.Errorf("begins with %v, want %v: %v", e.Initial().Threshold, want, err)
	}
}

func TestExplorerErrors(t *testing.T) {
	s := newSample(t, [3]int{1, 32, 32}, 3, 1, 3)
	o := DefaultExplorerOptions()
	o.Detect.Refine, o.Detect.ClassThresholds = detection.RefineCentroid, []float64{0.5}
	o.Match.Tolerance, o.Match.Spacing = 0, detection.Spacing{1, 2, 2}
	o.Lowest, o.MostPeaks, o.MostRadius, o.MostTolerance = math.NaN(), 0, -1, math.Inf(1)
	_, err := NewExplorer(s.image, s.prob, s.truth, o)
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{`Detect.Refine is "centroid"`, "one slider is for all classes", "Match.Tolerance is 0", "want one", "Lowest is NaN", "MostPeaks is 0", "MostRadius is -1", "MostTolerance is +Inf"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	o = DefaultExplorerOptions()
	if _, err := NewExplorer(s.image, detection.NewVolume([3]int{1, 32, 31}, 1), nil, o); !errors.Is(err, detection.ErrShape) {
		t.Errorf("another size: %v", err)
	}
	if _, err := NewExplorer(s.image, s.prob, []detection.Point{{Pos: [3]float64{0, math.NaN(), 0}}}, o); err == nil {
		t.Error("a true point that is not finite: no error")
	}
	if _, err := NewExplorer(nil, s.prob, nil, o); err == nil {
		t.Error("no image: no error")
	}
	o.Detect.Peaks.ThresholdType = detection.Otsu
	if _, err := NewExplorer(s.image, detection.NewVolume([3]int{1, 32, 32}, 2), nil, o); err == nil {
		t.Error("Otsu for two channels: no error")
	}
}

// The ends and steps of sliders are round.
func TestScales(t *testing.T) {
	for span, want := range map[float64]float64{0.95: 0.005, 1: 0.01, 30: 0.2, 20: 0.2, 0.019: 0.0001, 700: 5} {
		if got := niceStep(span); math.Abs(got-want) > 1e-12 {
			t.Errorf("step of %v is %v, want %v", span, got, want)
		}
	}
	for v, want := range map[float64]float64{18: 20, 30: 30, 31: 40, 0.65: 0.8, 9: 10, 100: 100} {
		if got := niceTop(v); math.Abs(got-want) > 1e-12 {
			t.Errorf("top of %v is %v, want %v", v, got, want)
		}
	}
	// A map of other values than probabilities has its own range.
	s := newSample(t, [3]int{1, 64, 64}, 6, 1, 3)
	for i := range s.prob.Data {
		s.prob.Data[i] *= 40
	}
	e := newExplorer(t, s, func(o *ExplorerOptions) { o.Detect.Peaks.Threshold = 10 })
	if _, most := s.prob.Range(); e.threshold.hi != float64(most) || e.threshold.step < 0.1 {
		t.Errorf("scale %+v for values up to %v", e.threshold, most)
	}
}

// Without true points there is a count and no score; no true points at all are
// a score.
func TestTruthKnownOrNot(t *testing.T) {
	s := newSample(t, [3]int{1, 64, 64}, 6, 1, 3)
	for _, truth := range [][]detection.Point{nil, {}} {
		s.truth = truth
		e := newExplorer(t, s, nil)
		text, err := e.text()
		if err != nil {
			t.Fatal(err)
		}
		if known := truth != nil; strings.Contains(text, "F1") != known {
			t.Errorf("truth known %v: %q", known, text)
		}
		if _, err := e.Match(e.Initial()); (err == nil) != (truth != nil) {
			t.Errorf("truth %v: %v", truth, err)
		}
		if _, err := e.PNG(); err != nil {
			t.Error(err)
		}
	}
}
