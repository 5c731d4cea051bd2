package widgets

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/color"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/markup"
)

// newViewer is a viewer of a sample with map and points; change may change the
// options.
func newViewer(t testing.TB, s sample, change func(*ViewerOptions)) *Viewer {
	t.Helper()
	found, err := detection.Detect(s.prob, detection.DefaultDetectOptions())
	if err != nil {
		t.Fatal(err)
	}
	o := DefaultViewerOptions()
	o.Prob, o.Found, o.Truth = s.prob, found, s.truth
	if change != nil {
		change(&o)
	}
	v, err := NewViewer(s.image, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// viewerData is the payload in the part of a viewer.
func viewerData(t testing.TB, w Widget) (p viewerPayload, part string) {
	t.Helper()
	part, err := HTML(w)
	if err != nil {
		t.Fatal(err)
	}
	text := part[strings.LastIndex(part, `Viewer, {`)+len("Viewer, "):]
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p, part
}

func TestViewerStillGolden(t *testing.T) {
	s := newSample(t, [3]int{1, 120, 160}, 24, 1, 12)
	two := detection.NewVolume(s.image.Dims, 2) // the second channel is the first one, turned around
	for k, v := range s.image.Data {
		two.Data[2*k], two.Data[2*(len(s.image.Data)-1-k)+1] = v, v
	}
	s.image = two
	v := newViewer(t, s, nil)
	got, err := v.PNG()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "viewer_golden.png", got)
}

// Channels, contrast, planes and points of the options are in the part.
func TestViewerPayload(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	image := detection.NewVolume([3]int{4, 30, 40}, 3)
	image.Spacing, image.Unit = detection.Spacing{2, 0.5, 0.25}, "um"
	for i := range image.Data {
		image.Data[i] = float32(r.IntN(1000))
	}
	labels := detection.NewLabels(image.Dims)
	labels.Data[77] = 70_000
	o := DefaultViewerOptions()
	o.Channels = []ChannelOptions{{Name: "DAPI", Colour: color.RGBA{1, 2, 3, 0}}, {Hidden: true, Low: -1, High: 12}}
	o.Found = []detection.Point{{ID: 5, Pos: [3]float64{3, 10, 10}, Prob: 0.25}, {ID: 6, Pos: [3]float64{3, 20, 20}, Prob: 0.5, Class: 2}}
	o.Truth = []detection.Point{{ID: 1, Pos: [3]float64{3, 21, 20}}, {ID: 2, Pos: [3]float64{1, 1, 1}}}
	o.Match.Tolerance, o.Match.Spacing = 3, image.Spacing
	o.Labels, o.Notes, o.Opacity = labels, []string{"a note"}, 0.25
	v, err := NewViewer(image, o)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := viewerData(t, v)
	if b := p.Image.Bands; b[0].Name != "DAPI" || b[0].Colour != [3]int{1, 2, 3} || !b[1].Hidden || b[1].Contrast != [2]float64{-1, 12} ||
		b[1].Name != "green" || b[2].Colour != [3]int{0, 0, 255} || b[0].Hidden || b[2].Contrast[1] < 900 {
		t.Errorf("channels %+v", b)
	}
	if p.Z != 3 || p.Spacing != image.Spacing || p.Unit != "um" || p.Match != image.Spacing || p.Opacity != 0.25 || len(p.Notes) != 1 {
		t.Errorf("payload %+v", p)
	}
	if p.Labels.Bands[0].Type != "float32" || p.Labels.Pool != poolFirst {
		t.Errorf("labels %+v", p.Labels.Bands)
	}
	if got := unpack(t, *p.Labels); got[77] != 70_000 || got[78] != 0 {
		t.Errorf("labels %v", got[77:79])
	}
	for i, got := range unpack(t, *p.Image) {
		if got != float64(image.Data[i]) {
			t.Fatalf("value %d is %v, want %v", i, got, image.Data[i])
		}
	}
	read := readDoubles
	if ids, mates, classes := read(t, p.Found.IDs), read(t, p.Found.Mates), read(t, p.Found.Classes); ids[0] != 5 || mates[0] != -1 || mates[1] != 0 || classes[1] != 2 {
		t.Errorf("found %v, mates %v, classes %v", ids, mates, classes)
	}
	if mates, pos := read(t, p.Truth.Mates), read(t, p.Truth.Pos); mates[0] != 1 || mates[1] != -1 || pos[1] != 21 {
		t.Errorf("truth: mates %v, places %v", mates, pos)
	}
	if v.text() != "Image: image of 4 x 30 x 40 voxels (shown: plane z = 3), 3 channels, 1 found, 1 false, 1 missed." {
		t.Errorf("the picture says %q", v.text())
	}
}

// Without overlays, with points alone, and with both but empty.
func TestViewerPoints(t *testing.T) {
	image := detection.NewVolume([3]int{1, 20, 20}, 1)
	points := []detection.Point{{ID: 1, Pos: [3]float64{0, 4, 4}}}
	for text, o := range map[string]ViewerOptions{
		"Image: image of 20 x 20 pixels.":                              {},
		"Image: image of 20 x 20 pixels, 1 points.":                    {Found: points},
		"Image: image of 20 x 20 pixels, 1 true points.":               {Truth: points},
		"Image: image of 20 x 20 pixels, 0 found, 0 false, 0 missed.":  {Found: []detection.Point{}, Truth: []detection.Point{}},
		"Image: image of 20 x 20 pixels, 0 found, 1 false, 0 missed.":  {Found: points, Truth: []detection.Point{}},
		"Image: image of 20 x 20 pixels, 1 found, 0 false, 0 missed. ": {Found: points, Truth: points},
	} {
		full := DefaultViewerOptions()
		full.Found, full.Truth = o.Found, o.Truth
		v, err := NewViewer(image, full)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.text(); got != strings.TrimSpace(text) {
			t.Errorf("the picture says %q, want %q", got, text)
		}
		if p, _ := viewerData(t, v); (p.Found != nil) != (o.Found != nil) || (p.Truth != nil) != (o.Truth != nil) {
			t.Errorf("%q: points %v and %v", text, p.Found, p.Truth)
		}
	}
}

// An image that is too large is reduced, the page stays within its bound, and
// notes say what was done.
func TestViewerBound(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 7))
	image, prob := detection.NewVolume([3]int{6, 400, 500}, 2), detection.NewVolume([3]int{6, 400, 500}, 1)
	for i := range image.Data {
		image.Data[i] = float32(r.IntN(256))
	}
	labels := detection.NewLabels(image.Dims)
	for i := range prob.Data {
		prob.Data[i] = float32(r.Float64())
		labels.Data[i] = int32(r.IntN(1 << 20))
	}
	o := DefaultViewerOptions()
	o.MostBytes, o.Prob, o.Labels = 600_000, prob, labels
	for range 2000 {
		o.Found = append(o.Found, detection.Point{Pos: [3]float64{1, 400 * r.Float64(), 500 * r.Float64()}})
	}
	v, err := NewViewer(image, o)
	if err != nil {
		t.Fatal(err)
	}
	_, part := viewerData(t, v)
	if limit := o.MostBytes + 1_500_000; len(part) > limit {
		t.Errorf("%d bytes, want at most %d", len(part), limit)
	}
	all := strings.Join(v.notes, "\n")
	for _, want := range []string{"Image: one pixel is shown for", "Probability map: one pixel is shown for", "the largest value of them", "Labels: one pixel is shown for", "the first voxel of them"} {
		if !strings.Contains(all, want) {
			t.Errorf("the notes do not say %q: %s", want, all)
		}
	}
	for range 20_000 {
		o.Found = append(o.Found, detection.Point{Pos: [3]float64{1, 400 * r.Float64(), 500 * r.Float64()}})
	}
	if _, err := NewViewer(image, o); err == nil || !strings.Contains(err.Error(), "22000 points take") {
		t.Errorf("too many points: %v", err)
	}
}

func TestViewerErrors(t *testing.T) {
	image := detection.NewVolume([3]int{2, 20, 20}, 1)
	o := DefaultViewerOptions()
	o.Channels = []ChannelOptions{{Low: 2, High: 1}, {Low: math.NaN(), High: 1}}
	o.Opacity, o.Z, o.MostBytes, o.Match.Tolerance = 2, -2, 5, -1
	_, err := NewViewer(image, o)
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"Channels[0] has Low 2 and High 1", "Channels[1] has Low NaN", "Opacity is 2", "Z is -2", "MostBytes is 5", "Tolerance is -1"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	o = DefaultViewerOptions()
	o.Channels, o.Z, o.Prob, o.Labels = make([]ChannelOptions, 2), 2, detection.NewVolume([3]int{1, 20, 20}, 1), detection.NewLabels([3]int{2, 20, 21})
	_, err = NewViewer(image, o)
	if !errors.Is(err, detection.ErrShape) {
		t.Fatal(err)
	}
	for _, part := range []string{"Channels has 2 entries, the image 1", "Z is 2: want one of the 2 planes", "the map [1 20 20]", "the labels [2 20 21]"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	o = DefaultViewerOptions()
	o.Labels = detection.NewLabels(image.Dims)
	o.Labels.Data[3] = 1<<24 + 1
	if _, err := NewViewer(image, o); err == nil {
		t.Error("a label that float32 cannot tell from others: no error")
	}
	o = DefaultViewerOptions()
	o.Found = []detection.Point{{Pos: [3]float64{0, math.Inf(1), 0}}}
	if _, err := NewViewer(image, o); err == nil {
		t.Error("a point that is not finite: no error")
	}
	if _, err := NewViewer(nil, DefaultViewerOptions()); err == nil {
		t.Error("no image: no error")
	}
}

func TestViewerStandsAlone(t *testing.T) {
	s := newSample(t, [3]int{3, 60, 70}, 10, 1, 2)
	standsAlone(t, newViewer(t, s, func(o *ViewerOptions) { o.Title = `</script><b>A & "B"` }))
}

// standsAlone checks that a part loads nothing, holds no id and no other end of a
// script, is well formed, and that the same widget gives the same bytes.
func standsAlone(t *testing.T, w Widget) {
	t.Helper()
	part, err := HTML(w)
	if err != nil {
		t.Fatal(err)
	}
	again, err := HTML(w)
	if err != nil || part != again {
		t.Errorf("two writes differ: %v", err)
	}
	if found := regexp.MustCompile(`https?:|\bwss?:|(src|href)\s*=\s*"[^d]|\bfetch\(|XMLHttpRequest|import\s*\(|@import|url\(`).FindString(part); found != "" {
		t.Errorf("the part may load something: %q", found)
	}
	if found := regexp.MustCompile(`<[^>]*\sid=`).FindString(part); found != "" {
		t.Errorf("an id: %q", found)
	}
	if n := strings.Count(part, "</script"); n != 1 || strings.Contains(part, "<b>A") || strings.Contains(part, "<!--") {
		t.Errorf("%d ends of a script; a title that is markup: %v", n, strings.Contains(part, "<b>A"))
	}
	markup.WellFormed(t, part)
	var page bytes.Buffer
	if err := WritePage(&page, w.Title(), w); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), "default-src 'none'") || !strings.Contains(page.String(), part) {
		t.Error("the page has no policy, or another part")
	}
}
