package widgets

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// twoModels are two sets of points of a sample: at one threshold and, moved a
// little, at another.
func twoModels(t testing.TB, s sample) (a, b Version) {
	t.Helper()
	o := detection.DefaultDetectOptions()
	o.Peaks.Threshold = 0.5
	first, err := detection.Detect(s.prob, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Peaks.Threshold, o.Prune.Radius = 0.2, 12
	second, err := detection.Detect(s.prob, o)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for i := range second {
		second[i].Pos[1] += r.NormFloat64()
		second[i].Pos[2] += r.NormFloat64()
	}
	return Version{Name: "small", Image: s.image, Points: first}, Version{Name: "large", Points: second}
}

// normalised is the image as a network sees it.
func normalised(t testing.TB, v *detection.Volume) *detection.Volume {
	t.Helper()
	out, _, err := detection.Normalise(v, detection.DefaultNormaliseOptions())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func newCompare(t testing.TB, a, b Version, change func(*CompareOptions)) *Compare {
	t.Helper()
	o := DefaultCompareOptions()
	if change != nil {
		change(&o)
	}
	c, err := NewCompare(a, b, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// compareData is the payload in the part of a comparison.
func compareData(t testing.TB, c *Compare) (p comparePayload) {
	t.Helper()
	part, err := HTML(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(strings.NewReader(part[strings.LastIndex(part, `Compare, {`)+len("Compare, "):])).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

// Of two sets of points the part has the pairs of Match, of each the score against
// the true points, and how many of these are found by whom.
func TestComparePoints(t *testing.T) {
	s := newSample(t, [3]int{3, 110, 120}, 40, 1, 31)
	a, b := twoModels(t, s)
	c := newCompare(t, a, b, func(o *CompareOptions) { o.Truth, o.Match.Tolerance = s.truth, 5 })
	o := detection.DefaultMatchOptions()
	o.Tolerance = 5
	m, err := detection.Match(a.Points, b.Points, o)
	if err != nil {
		t.Fatal(err)
	}
	p := compareData(t, c)
	if p.Versions[1].Image != nil || p.Versions[0].Image == nil || p.Within != "within 5 voxels" {
		t.Errorf("images %v and %v, %s", p.Versions[0].Image != nil, p.Versions[1].Image != nil, p.Within)
	}
	pairs := 0
	for i, mate := range readDoubles(t, p.Versions[0].Points.Mates) {
		for _, pair := range m.Pairs {
			if pair.Truth == i && pair.Pred == int(mate) {
				pairs++
			}
		}
	}
	if sc := c.Matching().Score(); pairs != len(m.Pairs) || sc != m.Score() || sc.TP*sc.FP*sc.FN == 0 {
		t.Errorf("%d pairs of %+v, want %+v", pairs, sc, m.Score())
	}
	var found [2]map[int]bool
	for k, v := range []Version{a, b} {
		m, err := detection.Match(s.truth, v.Points, o)
		if err != nil {
			t.Fatal(err)
		}
		if got := *p.Versions[k].Score; got != m.Score().At(5) || c.Scores()[k] != m.Score() {
			t.Errorf("version %d has the score %+v, want %+v", k, got, m.Score())
		}
		found[k] = map[int]bool{}
		for _, pair := range m.Pairs {
			found[k][pair.Truth] = true
			if p.Versions[k].Mates[pair.Pred] != pair.Truth {
				t.Errorf("version %d: point %d is true point %d, want %d", k, pair.Pred, p.Versions[k].Mates[pair.Pred], pair.Truth)
			}
		}
		if len(p.Versions[k].Missed) != len(m.UnmatchedTruth) {
			t.Errorf("version %d misses %v, want %v", k, p.Versions[k].Missed, m.UnmatchedTruth)
		}
	}
	var want [4]int
	for i := range s.truth {
		k := 3
		if found[0][i] && found[1][i] {
			k = 0
		} else if found[0][i] {
			k = 1
		} else if found[1][i] {
			k = 2
		}
		want[k]++
	}
	if *p.Found != want || want[0] == 0 || want[1]+want[2] == 0 {
		t.Errorf("true points found %v, want %v", *p.Found, want)
	}
	if text := c.text(); !strings.Contains(text, "points are found by both") || !strings.Contains(text, "large has F1 0.") {
		t.Errorf("the picture says %q", text)
	}
}

// Two images have their values each, and a score is there for the version that has
// points alone.
func TestCompareImages(t *testing.T) {
	s := newSample(t, [3]int{1, 60, 80}, 10, 1, 32)
	after := normalised(t, s.image)
	c := newCompare(t, Version{Name: "raw", Image: s.image}, Version{Image: after, Points: s.truth, Channels: []ChannelOptions{{Low: -1, High: 2}}}, func(o *CompareOptions) { o.Truth = s.truth })
	p := compareData(t, c)
	if p.Versions[0].Name != "raw" || p.Versions[1].Name != "B" || p.Versions[1].Image.Bands[0].Contrast != [2]float64{-1, 2} || p.Versions[0].Score != nil || p.Versions[1].Score.F1 != 1 || p.Found != nil {
		t.Errorf("payload %+v and %+v", p.Versions[0], p.Versions[1])
	}
	for i, got := range unpack(t, *p.Versions[1].Image) {
		if got != float64(after.Data[i]) {
			t.Fatalf("value %d of the second image is %v, want %v", i, got, after.Data[i])
		}
	}
	if scores := c.Scores(); scores[0] != (detection.Score{}) || scores[1].TP != len(s.truth) {
		t.Errorf("scores %v", scores)
	}
	standsAlone(t, newCompare(t, Version{Name: `</script><b>A`, Image: s.image}, Version{Image: after}, func(o *CompareOptions) { o.Title = `</script><b>A & "B"` }))
}

func TestCompareBound(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	a, b := detection.NewVolume([3]int{1, 700, 700}, 1), detection.NewVolume([3]int{1, 700, 700}, 2)
	for i := range a.Data {
		a.Data[i], b.Data[2*i], b.Data[2*i+1] = float32(r.Float64()), float32(r.Float64()), float32(r.Float64())
	}
	c := newCompare(t, Version{Image: a}, Version{Image: b}, func(o *CompareOptions) { o.MostBytes = 400_000 })
	part, err := HTML(c)
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(c.notes, "\n"); len(part) > 400_000+1_500_000 || !strings.Contains(all, "Image of A: one pixel") || !strings.Contains(all, "Image of B: one pixel") {
		t.Errorf("%d bytes, notes %q", len(part), c.notes)
	}
	o := DefaultCompareOptions()
	o.MostBytes = 100_000
	if _, err := NewCompare(Version{Image: a, Points: make([]detection.Point, 2000)}, Version{Points: []detection.Point{}}, o); err == nil || !strings.Contains(err.Error(), "2000 points take") {
		t.Errorf("too many points: %v", err)
	}
}

func TestCompareErrors(t *testing.T) {
	image := detection.NewVolume([3]int{1, 20, 20}, 1)
	o := DefaultCompareOptions()
	o.Match.Tolerance, o.Z, o.MostBytes = -1, -2, 0
	_, err := NewCompare(Version{Image: image}, Version{}, o)
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"Tolerance is -1", "Z is -2", "MostBytes is 0"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	o = DefaultCompareOptions()
	o.Z, o.Truth = 1, []detection.Point{}
	_, err = NewCompare(Version{Image: image, Channels: make([]ChannelOptions, 2)}, Version{Name: "other", Image: detection.NewVolume([3]int{1, 21, 20}, 1), Channels: []ChannelOptions{{Low: 1, High: 0}}}, o)
	if !errors.Is(err, detection.ErrShape) {
		t.Fatal(err)
	}
	for _, part := range []string{"Channels has 2 entries", "the image of A is [1 20 20], that of other [1 21 20]", "Z is 1: want one of the 1 planes", "Truth is set", "Channels[0] has Low 1 and High 0"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	bad := []detection.Point{{Pos: [3]float64{0, math.NaN(), 1}}}
	for name, set := range map[string][2]Version{
		"no image":                     {{}, {Image: image}},
		"channels without an image":    {{Image: image}, {Channels: make([]ChannelOptions, 1)}},
		"a point that is not finite":   {{Image: image, Points: bad}, {}},
		"one of the second version":    {{Image: image}, {Points: bad}},
		"a volume that is not a whole": {{Image: image}, {Image: &detection.Volume{Dims: image.Dims, Channels: 1}}},
	} {
		if _, err := NewCompare(set[0], set[1], DefaultCompareOptions()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	o = DefaultCompareOptions()
	o.Truth = bad
	if _, err := NewCompare(Version{Image: image, Points: []detection.Point{}}, Version{}, o); err == nil {
		t.Error("a true point that is not finite: no error")
	}
}

func TestCompareStillGolden(t *testing.T) {
	s := newSample(t, [3]int{1, 120, 160}, 24, 1, 12)
	a, b := twoModels(t, s)
	b.Image = normalised(t, s.image)
	got, err := newCompare(t, a, b, nil).PNG()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "compare_golden.png", got)
}
