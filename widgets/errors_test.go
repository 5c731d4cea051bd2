package widgets

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg"
	_ "image/png"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// wantMistakes lists and orders the mistakes of images in the plainest way.
func wantMistakes(t *testing.T, images []ErrorImage, match detection.MatchOptions) (list []Mistake) {
	t.Helper()
	f1 := make([]float64, len(images))
	for i, im := range images {
		m, err := detection.Match(im.Truth, im.Found, match)
		if err != nil {
			t.Fatal(err)
		}
		f1[i] = m.Score().F1()
		_, prob, err := im.load()
		if err != nil {
			t.Fatal(err)
		}
		for k, p := range im.Found {
			if slices.Contains(m.UnmatchedPred, k) {
				list = append(list, Mistake{Image: i, Index: k, Point: p, Value: p.Prob})
			}
		}
		for k, p := range im.Truth {
			if !slices.Contains(m.UnmatchedTruth, k) {
				continue
			}
			value := math.NaN()
			for at, v := range prob.Data { // every voxel
				voxel, c := at/prob.Channels, at%prob.Channels
				q := detection.Point{Pos: [3]float64{float64(voxel / prob.Dims[2] / prob.Dims[1]), float64(voxel / prob.Dims[2] % prob.Dims[1]), float64(voxel % prob.Dims[2])}}
				if detection.Distance(p, q, match.Spacing) <= match.Tolerance && (prob.Channels == 1 || p.Class == c+1) && !(float64(v) <= value) {
					value = float64(v)
				}
			}
			list = append(list, Mistake{Image: i, Missed: true, Index: k, Point: p, Value: value})
		}
	}
	mistakes := func(i int) int {
		n := 0
		for _, m := range list {
			if m.Image == i {
				n++
			}
		}
		return n
	}
	slices.SortStableFunc(list, func(a, b Mistake) int {
		before := func(yes bool) int { return map[bool]int{true: -1, false: 1}[yes] }
		switch {
		case f1[a.Image] != f1[b.Image]:
			return before(f1[a.Image] < f1[b.Image])
		case mistakes(a.Image) != mistakes(b.Image):
			return before(mistakes(a.Image) > mistakes(b.Image))
		case images[a.Image].Name != images[b.Image].Name:
			return before(images[a.Image].Name < images[b.Image].Name)
		case a.Value != b.Value:
			return before(a.Value > b.Value)
		}
		return 0
	})
	return list
}

// The mistakes are those of ScoreImages, the worst images first, with the value of
// the map where it is highest near a missed point.
func TestMistakes(t *testing.T) {
	for name, set := range map[string]struct {
		images []ErrorImage
		match  detection.MatchOptions
	}{
		"flat":    {errorImages(t, 5, [3]int{1, 120, 150}, 30, 1), detection.MatchOptions{Tolerance: 4.5, Spacing: detection.UnitSpacing}},
		"volumes": {errorImages(t, 3, [3]int{6, 60, 60}, 16, 1), detection.MatchOptions{Tolerance: 3, Spacing: detection.Spacing{2, 0.7, 0.65}}},
		"classes": {errorImages(t, 5, [3]int{1, 100, 100}, 30, 3), detection.MatchOptions{Tolerance: 6, Spacing: detection.UnitSpacing, ClassAware: true}},
	} {
		b := newErrorBrowser(t, set.images, func(o *ErrorBrowserOptions) { o.Match = set.match })
		want := wantMistakes(t, set.images, set.match)
		if got := b.Mistakes(); !slices.Equal(got, want) || len(got) < 10 {
			t.Errorf("%s: %d mistakes %+v, want %d %+v", name, len(got), got, len(want), want)
		}
		var truth, found [][]detection.Point
		for _, im := range set.images {
			truth, found = append(truth, im.Truth), append(found, im.Found)
		}
		e, err := detection.ScoreImages(truth, found, set.match)
		if err != nil || b.Evaluation().Pooled != e.Pooled || !slices.Equal(b.Evaluation().Images, e.Images) {
			t.Errorf("%s: %+v, want %+v: %v", name, b.Evaluation(), e, err)
		}
	}
}

// picture decodes an address of data.
func pictureOf(t *testing.T, address string) image.Image {
	t.Helper()
	_, text, ok := strings.Cut(address, ";base64,")
	m, _, err := image.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text)))
	if err != nil || !ok {
		t.Fatal(err, ok)
	}
	return m
}

func errorsData(t *testing.T, b *ErrorBrowser) (p errorsPayload, size int) {
	t.Helper()
	data, err := b.payload()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	return p, len(data)
}

// Thumbnails have every voxel, in the middle that of their point, and the script
// is given every digit.
func TestErrorThumbnails(t *testing.T) {
	for name, set := range map[string]struct {
		dims [3]int
		crop int
		rgb  bool
	}{"flat": {[3]int{1, 90, 120}, 64, false}, "odd": {[3]int{1, 60, 70}, 25, false}, "volume": {[3]int{5, 50, 60}, 32, false}, "colour": {[3]int{1, 60, 60}, 32, true}} {
		images := errorImages(t, 3, set.dims, 20, 1)
		for i := range images {
			im, prob, err := images[i].load()
			if err != nil {
				t.Fatal(err)
			}
			if set.rgb {
				v := detection.NewVolume(im.Dims, 3)
				for k := range v.Data {
					v.Data[k] = im.Data[k/3] + float32(k%7)
				}
				im = v
			}
			images[i].Load, images[i].Image, images[i].Map = nil, im, prob
		}
		images[1].Found = append(images[1].Found, detection.Point{Pos: [3]float64{0, -30, 12}, Prob: 0.9}, detection.Point{Pos: [3]float64{9, 3, 4}, Prob: 0.8}) // outside
		b := newErrorBrowser(t, images, func(o *ErrorBrowserOptions) { o.Crop = set.crop })
		p, _ := errorsData(t, b)
		for k, m := range b.Mistakes() {
			im, err := displayed(images[m.Image].Image)
			if err != nil {
				t.Fatal(err)
			}
			var seen *errorsSeen
			for _, e := range p.Images {
				if e.Name == images[m.Image].Name {
					seen = e.Seen
				}
			}
			first := slices.IndexFunc(b.Mistakes(), func(o Mistake) bool { return o.Image == m.Image })
			cell := k - first
			list := seen.Mistakes[cell]
			pos := map[bool]string{true: seen.FN, false: seen.FP}[m.Missed]
			raw, err := base64.StdEncoding.DecodeString(pos)
			if err != nil {
				t.Fatal(err)
			}
			if want := doubles([]detection.Point{m.Point}, position); base64.StdEncoding.EncodeToString(raw[24*list.At:][:24]) != want || list.Missed != m.Missed || *list.Value != m.Value {
				t.Fatalf("%s: mistake %d is %+v for the script, want %+v", name, k, list, m)
			}
			atlas := pictureOf(t, seen.Atlas)
			columns := min(len(seen.Mistakes), p.Columns)
			v := m.Voxel()
			for y := range set.crop {
				for x := range set.crop {
					got := atlas.At(cell%columns*set.crop+x, cell/columns*set.crop+y)
					var want color.Color = color.Gray{}
					if iy, ix := v[1]-set.crop/2+y, v[2]-set.crop/2+x; iy >= 0 && ix >= 0 && iy < im.Dims[1] && ix < im.Dims[2] {
						at := im.Index(min(max(v[0], 0), im.Dims[0]-1), iy, ix)
						want = color.Gray{uint8(im.Data[at])}
						if set.rgb {
							want = color.RGBA{uint8(im.Data[at]), uint8(im.Data[at+1]), uint8(im.Data[at+2]), 255}
						}
					}
					r, g, bl, _ := got.RGBA()
					if r2, g2, b2, _ := want.RGBA(); r != r2 || g != g2 || bl != b2 {
						t.Fatalf("%s: mistake %d at %d, %d of its thumbnail is %v, want %v", name, k, y, x, got, want)
					}
				}
			}
			for z, plane := range seen.Planes {
				if got := pictureOf(t, seen.Pictures[z]).Bounds(); got != image.Rect(0, 0, im.Dims[2], im.Dims[1]) || plane < 0 || plane >= im.Dims[0] {
					t.Fatalf("%s: picture of plane %d is %v", name, plane, got)
				}
			}
		}
	}
}

// Thumbnails are dealt evenly, to the worst images first, each mistake once.
func TestShares(t *testing.T) {
	for _, tt := range []struct {
		counts []int
		most   int
		want   []int
	}{
		{[]int{3, 0, 4}, 10, []int{3, 0, 4}}, {[]int{1000, 3, 0, 200, 7}, 50, []int{20, 3, 0, 20, 7}}, {[]int{30, 30, 30}, 50, []int{17, 17, 16}},
		{[]int{9, 9, 9, 9}, 12, []int{5, 5, 2, 0}}, {[]int{4}, 1, []int{1}}, {[]int{100, 100}, 200, []int{100, 100}}, {nil, 5, []int{}},
	} {
		if got := shares(tt.counts, tt.most); !slices.Equal(got, tt.want) {
			t.Errorf("%d thumbnails for %v: %v, want %v", tt.most, tt.counts, got, tt.want)
		}
	}
}

// Where there are too many mistakes the most probable of either kind stay of an
// image, in their order; images are read once, and only where something is shown.
func TestMostErrors(t *testing.T) {
	images := errorImages(t, 5, [3]int{1, 160, 160}, 80, 1)
	images[2].Found = images[2].Truth // nothing to show
	loaded := map[string]int{}
	for i := range images {
		im, prob, err := images[i].load()
		if err != nil {
			t.Fatal(err)
		}
		images[i].Image, images[i].Map = nil, nil
		images[i].Load = func() (*detection.Volume, *detection.Volume, error) {
			loaded[images[i].Name]++
			return im, prob, nil
		}
	}
	whole := newErrorBrowser(t, images, nil)
	all := whole.Mistakes()
	clear(loaded)
	b := newErrorBrowser(t, images, func(o *ErrorBrowserOptions) { o.MostErrors = 12 }) // five and five for the worst, two
	if len(b.shown) != 3 || b.shown[0].count != 5 || b.shown[2].count != 2 {
		t.Fatalf("shown %+v", b.shown)
	}
	var want []Mistake
	bothCut := false
	for k, s := range b.shown {
		var kinds [2][]Mistake
		for _, m := range all[whole.shown[k].first:][:whole.shown[k].count] {
			n := map[bool]int{false: 0, true: 1}[m.Missed]
			kinds[n] = append(kinds[n], m)
		}
		var kept []Mistake
		for turn := 0; len(kept) < s.count; turn++ {
			if of := &kinds[turn%2]; len(*of) > 0 {
				kept, *of = append(kept, (*of)[0]), (*of)[1:]
			}
		}
		if len(kinds[0]) > 0 && len(kinds[1]) > 0 {
			bothCut = true
		}
		slices.SortStableFunc(kept, probableFirst)
		want = append(want, kept...)
	}
	if got := b.Mistakes(); !slices.Equal(got, want) || !bothCut {
		t.Errorf("%+v, want %+v; false and missed ones were left out of one image: %v", got, want, bothCut)
	}
	if len(loaded) != 3 || loaded[images[b.order[0]].Name] != 1 || loaded[images[b.order[2]].Name] != 1 || loaded[images[2].Name] != 0 {
		t.Errorf("images were read %v, want the three worst, once", loaded)
	}
	for _, want := range []string{fmt.Sprintf("%d of %d mistakes have no thumbnail", len(all)-12, len(all)), "1 of 4 images with mistakes are not shown"} {
		if !strings.Contains(strings.Join(b.notes, " "), want) {
			t.Errorf("notes %q, want %q", b.notes, want)
		}
	}
	if b.Evaluation().Pooled != whole.Evaluation().Pooled {
		t.Error("the bound changes the score")
	}
}

// 35 images of noise with 700 mistakes fit into the bound of a page: the large
// pictures become smaller and say so, thumbnails do not.
func TestErrorBrowserSize(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	noise := detection.NewVolume([3]int{1, 640, 800}, 1)
	for i := range noise.Data {
		noise.Data[i] = float32(r.Float64())
	}
	var images []ErrorImage
	for i := range 35 {
		im := ErrorImage{Name: fmt.Sprintf("%02d.tif", i), Image: noise}
		if i == 2 { // its thumbnails take next to nothing
			im.Image = detection.NewVolume([3]int{1, 640, 800}, 1)
		}
		for range 20 {
			im.Found = append(im.Found, detection.Point{Pos: [3]float64{0, r.Float64() * 600, r.Float64() * 700}, Prob: r.Float64()})
		}
		images = append(images, im)
	}
	b := newErrorBrowser(t, images, nil)
	p, size := errorsData(t, b)
	if size > 8_200_000 || size < 5_500_000 || len(b.Mistakes()) != 500 {
		t.Errorf("%d bytes with %d thumbnails: want just below 8 MB with 500", size, len(b.Mistakes()))
	}
	if notes := strings.Join(p.Notes, " "); !regexp.MustCompile(`200 of 700 mistakes .*large pictures of \d+ of 35 images show one pixel for 2 x 2 of`).MatchString(notes) {
		t.Errorf("notes %q", notes)
	}
	small := newErrorBrowser(t, images, func(o *ErrorBrowserOptions) { o.MostBytes = 392_000 })
	if _, size := errorsData(t, small); size > 470_000 || len(small.Mistakes()) == 0 {
		t.Errorf("%d bytes with %d thumbnails: want at most 392 kB and the text", size, len(small.Mistakes()))
	}
	for k, s := range small.shown {
		if s.image != 2 && (s.count > 2 || s.factor < 4) {
			t.Errorf("image %d of %d has %d thumbnails and a picture of one pixel for %d x %d", k, len(small.shown), s.count, s.factor, s.factor)
		}
	}
}

// So many found points have no marks that a note says so.
func TestErrorBrowserHits(t *testing.T) {
	im := ErrorImage{Name: "many.tif", Image: detection.NewVolume([3]int{1, 260, 260}, 1)}
	for i := range 250 * 250 {
		im.Truth = append(im.Truth, detection.Point{Pos: [3]float64{0, float64(i / 250), float64(i % 250)}})
	}
	im.Found = append(slices.Clone(im.Truth), detection.Point{Pos: [3]float64{0, 255, 255}})
	b := newErrorBrowser(t, []ErrorImage{im}, func(o *ErrorBrowserOptions) { o.Match.Tolerance = 0.1 })
	p, size := errorsData(t, b)
	if p.Images[0].TP != 62500 || p.Images[0].Seen.TP != "" || size > 300_000 || !strings.Contains(strings.Join(p.Notes, " "), "The 62500 points that were found have no marks") {
		t.Errorf("%d bytes, notes %q", size, p.Notes)
	}
}

func TestErrorBrowserGolden(t *testing.T) {
	b := newErrorBrowser(t, errorImages(t, 3, [3]int{1, 160, 200}, 40, 1), nil)
	got, err := b.PNG()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "errors_golden.png", got)
}

func TestErrorBrowserStandsAlone(t *testing.T) {
	images := errorImages(t, 2, [3]int{1, 90, 90}, 20, 2)
	images[0].Name = "</script><img src=x>"
	b := newErrorBrowser(t, images, func(o *ErrorBrowserOptions) {
		o.Title, o.FalseVerdicts, o.Notes = `</script><b>A & "B"`, []string{"]]></script>"}, []string{"<!-- note"}
	})
	standsAlone(t, b)
	p := b.Evaluation().Pooled
	if want := fmt.Sprintf("2 images; tolerance 5 voxels; F1 %.3f, precision %.3f, recall %.3f: %d found, %d false, %d missed. Worst first: ", p.F1, p.Precision, p.Recall, p.TP, p.FP, p.FN); !strings.Contains(b.text(), want) {
		t.Errorf("the picture says %q, want %q", b.text(), want)
	}
	// without a mistake there is a page, too
	for i := range images {
		images[i].Found = images[i].Truth
	}
	clean := newErrorBrowser(t, images, nil)
	if part, err := HTML(clean); err != nil || !strings.Contains(part, "There is no mistake to show.") {
		t.Errorf("without a mistake: %v", err)
	}
}

func TestErrorBrowserErrors(t *testing.T) {
	images := errorImages(t, 2, [3]int{1, 40, 40}, 10, 1)
	images[0].Found = append(images[0].Found, detection.Point{Pos: [3]float64{0, 1, 1}, Prob: 0.5}) // some mistake
	o := ErrorBrowserOptions{Match: detection.MatchOptions{Tolerance: -1, Spacing: detection.UnitSpacing}, Crop: 7, MostErrors: 5001, MostBytes: 5, MissedVerdicts: []string{"a", "b", "a"}}
	_, err := NewErrorBrowser(images, o)
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"Tolerance", "Crop is 7", "MostErrors is 5001", "MostBytes is 5", "FalseVerdicts are []", `MissedVerdicts are ["a" "b" "a"]`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	errDisk := errors.New("disk full")
	load := func(im *detection.Volume, err error) func() (*detection.Volume, *detection.Volume, error) {
		return func() (*detection.Volume, *detection.Volume, error) { return im, nil, err }
	}
	for want, change := range map[string]func([]ErrorImage) []ErrorImage{
		"no images":               func([]ErrorImage) []ErrorImage { return nil },
		`image 1 has the name ""`: func(m []ErrorImage) []ErrorImage { m[1].Name = ""; return m },
		`image 1 has the name "image-00.tif": want one for each`: func(m []ErrorImage) []ErrorImage { m[1].Name = m[0].Name; return m },
		"no Image and no Load":    func(m []ErrorImage) []ErrorImage { m[0].Load = nil; return m },
		"Load and Image or Map":   func(m []ErrorImage) []ErrorImage { m[0].Map = m[1].Map; return m },
		"image-00.tif: disk full": func(m []ErrorImage) []ErrorImage { m[0].Load = load(nil, errDisk); return m },
		"the map [1 40 39]": func(m []ErrorImage) []ErrorImage {
			m[0].Load, m[0].Image, m[0].Map = nil, m[1].Image, detection.NewVolume([3]int{1, 40, 39}, 1)
			return m
		},
		"NaN": func(m []ErrorImage) []ErrorImage {
			m[1].Truth = []detection.Point{{Pos: [3]float64{0, math.NaN(), 0}}}
			return m
		},
		"image-00.tif: shapes": func(m []ErrorImage) []ErrorImage { m[0].Load = load(nil, nil); return m },
	} {
		o := DefaultErrorBrowserOptions()
		o.Match.Tolerance = 5
		if _, err := NewErrorBrowser(change(slices.Clone(images)), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}
