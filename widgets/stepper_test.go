package widgets

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func newStepper(t testing.TB, s sample, change func(*StepperOptions)) *Stepper {
	t.Helper()
	o := DefaultStepperOptions()
	if change != nil {
		change(&o)
	}
	w, err := NewStepper(s.image, s.prob, s.truth, o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// stage is the one of a key.
func stage(t *testing.T, w *Stepper, key string) Stage {
	t.Helper()
	for _, s := range w.Stages() {
		if s.Key == key {
			return s
		}
	}
	t.Fatalf("there is no stage %q", key)
	return Stage{}
}

// What lies between the stages fits what the functions of package detection make
// of the same options, whatever these are.
func TestStepperIsDetect(t *testing.T) {
	s, classes := newSample(t, [3]int{6, 100, 110}, 30, 1, 21), newSample(t, [3]int{1, 120, 110}, 40, 3, 22)
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 5))
		set := []sample{s, classes}[r.IntN(2)]
		o := DefaultStepperOptions()
		d := &o.Detect
		d.Smooth = [3]float64{0.4 * float64(r.IntN(2)), 0.7 * float64(r.IntN(2)), 0.7}
		if r.IntN(3) == 0 {
			d.Smooth = [3]float64{}
		}
		d.Peaks.Threshold = 0.05 + 0.5*r.Float64()
		d.Peaks.ThresholdType = []detection.ThresholdType{detection.Manual, detection.Otsu}[r.IntN(4)/3]
		d.Peaks.MinDistance = [3]int{1, 1 + r.IntN(3), 1 + r.IntN(3)}
		d.RemoveClose = r.IntN(4) > 0
		d.Prune.Radius, d.Prune.Spacing = 12*r.Float64(), detection.Spacing{2, 1, 0.5}
		d.Prune.PerClass = r.IntN(2) == 0
		d.Prune.AcrossClasses = d.Prune.PerClass && r.IntN(2) == 0
		d.Refine = []detection.RefineKind{detection.RefineNone, detection.RefinePeak, detection.RefineCentroid}[r.IntN(3)]
		o.Match.Tolerance, o.Match.ClassAware = 8*r.Float64(), r.IntN(2) == 0
		w, err := NewStepper(set.image, set.prob, set.truth, o)
		if err != nil {
			t.Fatal(err)
		}
		want, err := detection.DetectInImage(set.prob, set.image, *d)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(w.Points(), want) {
			t.Fatalf("seed %d: %d points, Detect finds %d", seed, len(w.points), len(want))
		}
		m, err := detection.Match(set.truth, want, o.Match)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(w.Matching().Pairs, m.Pairs) {
			t.Fatalf("seed %d: other pairs", seed)
		}
		if len(w.kept) != len(want) {
			t.Fatalf("seed %d: %d peaks are kept of %d, Detect finds %d", seed, len(w.kept), len(w.peaks), len(want))
		}
		for k, i := range w.kept { // the k-th point is the k-th peak that is kept
			if p := w.peaks[i]; p.Prob != want[k].Prob || p.Class != want[k].Class || d.Refine == detection.RefineNone && p.Pos != want[k].Pos {
				t.Fatalf("seed %d: point %d is %+v, its peak %+v", seed, k, want[k], p)
			}
		}
		for i, by := range w.removedBy {
			if by < 0 {
				continue
			}
			if a, b := w.peaks[i], w.peaks[by]; !d.RemoveClose || b.Prob < a.Prob || detection.Distance(a, b, d.Prune.Spacing) > d.Prune.Radius*(1+1e-12) {
				t.Fatalf("seed %d: peak %+v is removed by %+v", seed, a, b)
			}
		}
		sc := m.Score()
		for key, text := range map[string]string{
			"peaks":  fmt.Sprintf("%d peak", len(w.peaks)),
			"pruned": fmt.Sprintf("%d kept, %d removed", len(want), len(w.peaks)-len(want)),
			"scored": fmt.Sprintf("%d found (TP), %d false (FP), %d missed (FN): F1 %.3f", sc.TP, sc.FP, sc.FN, sc.F1()),
		} {
			if got := stage(t, w, key).Numbers; !strings.HasPrefix(got, text) {
				t.Errorf("seed %d: %s says %q, want %q", seed, key, got, text)
			}
		}
	}
}

// What a stage says fits its options.
func TestStepperWords(t *testing.T) {
	s := newSample(t, [3]int{1, 80, 90}, 12, 1, 3)
	s.image.Unit = "um"
	plain := newStepper(t, s, nil)
	for key, want := range map[string]string{
		"input":   "The image, as it is.",
		"peaks":   "Each voxel above the threshold 0.2 that no neighbour exceeds is a peak.",
		"pruned":  "Of two peaks at most 6 px apart the less probable one is removed; a line leads to the one that stays.",
		"refined": "Switched off: points stay on the voxels of their peaks.",
		"scored":  "Each true point is paired with one point at most 10 px apart, so that as many pairs as possible are made.",
	} {
		if got := stage(t, plain, key).Does; got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	above := 0
	for _, v := range s.prob.Data {
		if v > 0.2 {
			above++
		}
	}
	if got, want := stage(t, plain, "map").Numbers, fmt.Sprintf("%.2g %% of all values above the threshold 0.2", 100*float64(above)/float64(len(s.prob.Data))); !strings.HasSuffix(got, want) {
		t.Errorf("the map says %q, want %q", got, want)
	}
	other := newStepper(t, s, func(o *StepperOptions) {
		o.Detect.Smooth, o.Detect.RemoveClose, o.Detect.Refine = [3]float64{0, 1, 1.5}, false, detection.RefinePeak
		o.Detect.Peaks.ThresholdType, o.Detect.Peaks.MinDistance = detection.Otsu, [3]int{1, 2, 3}
		o.Detect.Prune.Spacing, o.Match.Spacing, o.Match.Tolerance = detection.Spacing{1, 0.5, 0.5}, detection.Spacing{1, 0.5, 0.5}, 2.5
	})
	smooth, err := detection.GaussianFilter(s.prob, [3]float64{0, 1, 1.5})
	if err != nil {
		t.Fatal(err)
	}
	otsu, err := detection.OtsuThreshold(smooth)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"map":     "smoothed by a Gaussian of (z, y, x) = (0, 1, 1.5) voxels",
		"peaks":   fmt.Sprintf("Each voxel above Otsu's threshold of %.4g that none within (z, y, x) = (1, 2, 3) voxels exceeds is a peak.", otsu),
		"pruned":  "Switched off: all peaks stay.",
		"refined": "to the top of the surface of the map",
		"scored":  "at most 2.5 um apart",
	} {
		if got := stage(t, other, key).Does; !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	if got := stage(t, other, "refined").Numbers; !strings.Contains(got, " um on average and 0.") {
		t.Errorf("refined: %q", got)
	}
	s.truth = nil
	unknown := newStepper(t, s, nil)
	if n := len(unknown.Stages()); n != 5 || strings.Contains(unknown.text(), "F1") || strings.Contains(unknown.legend(), "missed") {
		t.Errorf("without true points there are %d stages: %s", n, unknown.text())
	}
	for i := range s.prob.Data {
		s.prob.Data[i] = 0
	}
	s.truth = []detection.Point{}
	if got := newStepper(t, s, nil).text(); !strings.Contains(got, "Peaks (0 peaks)") || !strings.Contains(got, "F1 1.000") {
		t.Errorf("nothing found where nothing is: %s", got)
	}
}

func TestStepperPayload(t *testing.T) {
	s := newSample(t, [3]int{3, 50, 60}, 12, 2, 3)
	s.image.Spacing, s.image.Unit = detection.Spacing{2, 0.5, 0.25}, "um"
	w := newStepper(t, s, func(o *StepperOptions) {
		o.Detect.Prune.Radius, o.Channels = 12, []ChannelOptions{{Name: "nuclei", Low: 1, High: 9}}
		o.Notes, o.Match.ClassAware = []string{"a note"}, true
	})
	part, err := HTML(w)
	if err != nil {
		t.Fatal(err)
	}
	var p stepperPayload
	if err := json.NewDecoder(strings.NewReader(part[strings.LastIndex(part, `Stepper, {`)+len("Stepper, "):])).Decode(&p); err != nil {
		t.Fatal(err)
	}
	if p.Image.Bands[0].Name != "nuclei" || p.Image.Bands[0].Contrast != [2]float64{1, 9} || len(p.Notes) != 1 || p.Unit != "um" || p.Spacing != s.image.Spacing || len(p.Stages) != 6 {
		t.Errorf("payload %+v", p.Stages)
	}
	for i, got := range unpack(t, *p.Prob) {
		if got != float64(s.prob.Data[i]) {
			t.Fatalf("the map has %v, want %v", got, s.prob.Data[i])
		}
	}
	by, removed := readDoubles(t, p.Peaks.Mates), 0
	for i, b := range by {
		if int(b) != w.removedBy[i] {
			t.Errorf("peak %d is removed by %v, want %d", i, b, w.removedBy[i])
		}
		if b >= 0 {
			removed++
		}
	}
	if removed == 0 || len(p.Kept) != p.Points.Count || p.Truth.Count != len(s.truth) {
		t.Errorf("%d removed, %d kept, %d points, %d true", removed, len(p.Kept), p.Points.Count, p.Truth.Count)
	}
	found := 0
	for i, m := range readDoubles(t, p.Points.Mates) {
		if m >= 0 {
			found++
			if got := readDoubles(t, p.Truth.Mates)[int(m)]; int(got) != i {
				t.Errorf("point %d has the mate %v, and that has %v", i, m, got)
			}
		}
	}
	if found != w.matching.Score().TP {
		t.Errorf("%d pairs, want %d", found, w.matching.Score().TP)
	}
	standsAlone(t, newStepper(t, s, func(o *StepperOptions) { o.Title = `</script><b>A & "B"` }))
}

func TestStepperBound(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 8))
	s := sample{image: detection.NewVolume([3]int{2, 400, 500}, 1), prob: detection.NewVolume([3]int{2, 400, 500}, 1)}
	for i := range s.image.Data {
		s.image.Data[i], s.prob.Data[i] = float32(r.Float64()), float32(r.Float64())
	}
	w := newStepper(t, s, func(o *StepperOptions) { o.MostBytes, o.Detect.Peaks.Threshold = 500_000, 0.9999 })
	part, err := HTML(w)
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(w.notes, "\n"); len(part) > 500_000+1_500_000 || !strings.Contains(all, "Image: one pixel") || !strings.Contains(all, "Probability map: one pixel") {
		t.Errorf("%d bytes, notes %q", len(part), w.notes)
	}
	o := DefaultStepperOptions()
	o.MostBytes, o.Detect.Peaks.Threshold = 500_000, 0.1
	if _, err := NewStepper(s.image, s.prob, nil, o); err == nil || !strings.Contains(err.Error(), "points take") {
		t.Errorf("too many peaks: %v", err)
	}
}

func TestStepperErrors(t *testing.T) {
	s := newSample(t, [3]int{1, 32, 32}, 3, 1, 3)
	o := DefaultStepperOptions()
	o.Detect.Peaks.Threshold, o.Match.Tolerance, o.MostBytes, o.Z = math.NaN(), -1, 1, -3
	o.Channels = []ChannelOptions{{Low: 3, High: 3}}
	_, err := NewStepper(s.image, s.prob, s.truth, o)
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"Threshold is NaN", "Tolerance is -1", "MostBytes is 1", "Z is -3", "Channels[0] has Low 3"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	o = DefaultStepperOptions()
	o.Z, o.Channels = 1, make([]ChannelOptions, 2)
	_, err = NewStepper(s.image, detection.NewVolume([3]int{1, 32, 33}, 1), s.truth, o)
	if !errors.Is(err, detection.ErrShape) || !strings.Contains(err.Error(), "Z is 1: want one of the 1 planes") || !strings.Contains(err.Error(), "Channels has 2 entries") {
		t.Error(err)
	}
	if _, err := NewStepper(s.image, s.prob, []detection.Point{{Pos: [3]float64{0, math.NaN(), 0}}}, DefaultStepperOptions()); err == nil {
		t.Error("a true point that is not finite: no error")
	}
	if _, err := NewStepper(s.image, nil, nil, DefaultStepperOptions()); err == nil {
		t.Error("no map: no error")
	}
}

func TestStepperStillGolden(t *testing.T) {
	s := newSample(t, [3]int{1, 90, 120}, 24, 1, 12)
	got, err := newStepper(t, s, func(o *StepperOptions) { o.Detect.Prune.Radius, o.Detect.Refine = 12, detection.RefinePeak }).PNG()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "stepper_golden.png", got)
}
