package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"image"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/plots"
	"github.com/puncta-bio/puncta/widgets"
)

const badName = `<script>alert("1")</script>&'.tif`

// fullPage has every part, and markup in every text.
func fullPage() Page {
	metrics := func(tp, fp, fn int, tolerance float64) detection.Metrics {
		return detection.Score{TP: tp, FP: fp, FN: fn}.At(tolerance)
	}
	p := Page{
		Job: badName, Unit: "px",
		Images: []Image{{"good.tif", 4, metrics(4, 0, 0, 5)}, {badName, 5, metrics(3, 2, 4, 5)}, {"middle.tif", 3, metrics(3, 0, 1, 5)}},
		Score: &Score{
			Interval: &detection.Interval{Low: 0.5, High: 0.9, Level: 0.95}, Resamples: 1999,
			Tolerances: []detection.Metrics{metrics(8, 4, 7, 2.5), metrics(10, 2, 5, 5)},
			Compared:   []Compared{{badName, metrics(1, 1, 1, 5)}},
		},
		Detection: []Entry{{badName, badName}}, Settings: []Entry{{"device", "cpu"}},
		Thresholds: Thresholds{
			TunedOn: "validation images", Tuning: []ThresholdScore{{0.25, detection.Score{TP: 3, FP: 3}}, {0.5, detection.Score{TP: 3}}},
			Test: []ThresholdScore{{0.25, detection.Score{TP: 12, FP: 9, FN: 3}}, {0.5, detection.Score{TP: 10, FP: 2, FN: 5}}},
			Used: 0.5,
		},
		Pictures: []Picture{{Name: badName, Caption: badName, Overlay: plots.Overlay{
			Image: image.NewGray(image.Rect(0, 0, 9, 7)), Marks: []plots.Mark{{Kind: plots.Missed, X: 3, Y: 4, Note: badName}},
		}}},
		Browser: errorBrowser(),
		Training: &Training{
			Epochs: []Epoch{{1, 0.7, 0.1, 0.6, 0.2, 0.5, 1e-3, 12}, {2, 0.5, 0.3, 0.4, 0.35, 0.7, 5e-4, 11}},
			Best:   1, Stop: badName,
		},
		Config: "A: " + badName, Commands: []Command{{badName, badName}},
	}
	p.Score.Pooled = metrics(10, 2, 5, 5)
	p.Score.Mean = detection.MeanMetrics{F1: 0.75, Precision: 0.5, Recall: 0.25}
	p.Score.Classes = []detection.ClassMetrics{{Class: 1, Metrics: metrics(10, 2, 5, 5)}}
	return p
}

func written(t *testing.T, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// errorBrowser is the widget of a page with one false point, and markup in its
// names.
func errorBrowser() template.HTML {
	image := detection.NewVolume([3]int{1, 20, 20}, 1)
	image.Data[5*20+5] = 1
	o := widgets.DefaultErrorBrowserOptions()
	o.Title = badName
	b, err := widgets.NewErrorBrowser([]widgets.ErrorImage{{Name: badName, Image: image, Found: []detection.Point{{Pos: [3]float64{0, 5, 5}, Prob: 0.5}}}}, o)
	if err != nil {
		panic(err)
	}
	part, err := widgets.HTML(b)
	if err != nil {
		panic(err)
	}
	return template.HTML(part)
}

// element is a part of the page with all text in it.
type element struct {
	name  string
	attrs map[string]string
	text  string
}

// parse reads a page, which must be well formed, into its elements in order.
func parse(t *testing.T, page string) []*element {
	t.Helper()
	var all, open []*element
	for d := xml.NewDecoder(strings.NewReader(page)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			all, open = append(all, e), append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, e := range open {
				e.text += string(token)
			}
		}
	}
}

// TestPageLoadsNothing looks at every element and attribute that could make a
// browser fetch or run something.
func TestPageLoadsNothing(t *testing.T) {
	page := written(t, fullPage())
	if lower := strings.ReplaceAll(strings.ToLower(page), "objecturl(", ""); strings.Contains(lower, "url(") || strings.Contains(lower, "@import") || strings.Count(lower, "<script") != 1 {
		t.Error("the page holds url(, @import or a script beside that of the widget")
	}
	bare := fullPage()
	bare.Browser = ""
	if lower := strings.ToLower(written(t, bare)); strings.Contains(lower, "<script") || strings.Contains(lower, "script-src") || !strings.Contains(lower, "default-src &#39;none&#39;") && !strings.Contains(lower, "default-src 'none'") {
		t.Error("a page without the widget holds a script, or allows one")
	}
	pictures := 0
	elements := parse(t, page)
	for _, e := range elements {
		if e.name == "script" {
			sum := sha256.Sum256([]byte(strings.Split(strings.Split(page, "<script>")[1], "</script>")[0]))
			if policy := "script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; "; !slices.ContainsFunc(elements, func(m *element) bool {
				return m.name == "meta" && strings.Contains(m.attrs["content"], policy)
			}) {
				t.Errorf("no policy says %q", policy)
			}
			continue
		}
		if slices.Contains([]string{"link", "iframe", "object", "embed", "base", "form"}, e.name) {
			t.Errorf("the page has an element %s", e.name)
		}
		for name, value := range e.attrs {
			switch {
			case strings.HasPrefix(name, "on"):
				t.Errorf("<%s> has the handler %s", e.name, name)
			case name == "xmlns": // a name, not an address
			case slices.Contains([]string{"src", "srcset", "href", "action", "poster", "data", "background"}, name) &&
				!strings.HasPrefix(value, "#") && !strings.HasPrefix(value, "data:image/jpeg;base64,") && !strings.HasPrefix(value, "data:image/png;base64,"):
				t.Errorf("<%s> has %s=%.60q", e.name, name, value)
			case strings.Contains(value, "http:") || strings.Contains(value, "https:") || strings.Contains(value, "//") && !strings.HasPrefix(value, "data:image"):
				t.Errorf("<%s> has %s=%.60q", e.name, name, value)
			}
		}
		if e.name == "image" {
			pictures++
		}
	}
	if pictures != 1 {
		t.Errorf("the page has %d pictures inside, want 1", pictures)
	}
}

// TestPageEscapes finds the text that looks like markup in every place where
// it was put.
func TestPageEscapes(t *testing.T) {
	count := map[string]int{}
	for _, e := range parse(t, written(t, fullPage())) {
		if strings.Contains(e.text, badName) {
			count[e.name]++
		}
	}
	for name, want := range map[string]int{
		"h1": 1, "title": 4, "td": 3, "th": 1, "figcaption": 2, "pre": 2, // titles: the page's, those of the picture, its mark and the dot
	} {
		if count[name] != want {
			t.Errorf("%d elements %s hold the name, want %d", count[name], name, want)
		}
	}
}

func TestPageNumbers(t *testing.T) {
	texts, rows := map[string]string{}, []string{}
	var table string
	for _, e := range parse(t, written(t, fullPage())) {
		if id := e.attrs["id"]; id != "" {
			if _, twice := texts[id]; twice {
				t.Errorf("two elements have the id %s", id)
			}
			texts[id], table = e.text, id
		}
		if e.name == "td" && table == "images" {
			rows = append(rows, e.text)
		}
	}
	for id, want := range map[string]string{
		"f1": "0.741", "precision": "0.833", "recall": "0.667", "tp": "10", "fp": "2", "fn": "5", "interval": "0.500 to 0.900",
		"mean-f1": "0.750", "mean-precision": "0.500", "mean-recall": "0.250",
	} {
		if texts[id] != want {
			t.Errorf("%s is %q, want %q", id, texts[id], want)
		}
	}
	want := []string{
		badName, "0.500", "0.600", "0.429", "7", "5", "\u22122", "3", "2", "4",
		"middle.tif", "0.857", "1.000", "0.750", "4", "3", "\u22121", "3", "0", "1",
		"good.tif", "1.000", "1.000", "1.000", "4", "4", "+0", "4", "0", "0",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("the table of images is\n%q, want\n%q", rows, want)
	}
	for _, id := range []string{"thresholds-test", "thresholds-tuning", "tolerances", "epochs", "classes", "compared"} {
		if texts[id] == "" {
			t.Errorf("there is no table %s", id)
		}
	}
}

// TestPageParts leaves out what there is nothing to say about.
func TestPageParts(t *testing.T) {
	ids := func(change func(*Page)) map[string]string {
		p := fullPage()
		change(&p)
		found := map[string]string{}
		for _, e := range parse(t, written(t, p)) {
			if id := e.attrs["id"]; id != "" {
				found[id] = e.text
			}
			if href := e.attrs["href"]; strings.HasPrefix(href, "#") {
				found[href] = ""
			}
		}
		for id := range found {
			if anchor, ok := strings.CutPrefix(id, "#"); ok && found[anchor] == "" {
				t.Errorf("a link leads to %s, which is not there", id)
			}
		}
		return found
	}
	trained := ids(func(p *Page) {
		*p = Page{Job: p.Job, Training: p.Training, Settings: p.Settings, Config: p.Config, Commands: p.Commands}
		p.Training.Epochs = []Epoch{{1, 0.7, 0.1, math.NaN(), math.NaN(), math.NaN(), 1e-3, 12}, {2, 0.5, 0.3, math.NaN(), math.NaN(), math.NaN(), 1e-3, 12}}
	})
	for _, id := range []string{"f1", "counted", "pictures", "per-image", "curves"} {
		if _, ok := trained[id]; ok {
			t.Errorf("a training alone has %s", id)
		}
	}
	if text := trained["training"]; !strings.Contains(text, "there is no validation set") || !strings.Contains(text, "\u2013") {
		t.Errorf("a training without validation says %q", text)
	}
	// which epoch's weights were kept, and why
	for byF1, why := range map[bool]string{false: "epoch 2, of the lowest validation loss, 0.4.", true: "epoch 2, of the highest validation F1, 0.7."} {
		if text := ids(func(p *Page) { p.Training.ByF1 = byF1 })["training"]; !strings.Contains(text, why) {
			t.Errorf("the training says %q, want %q", text, why)
		}
	}
	blind := ids(func(p *Page) { p.Score, p.Thresholds, p.Training, p.Browser = nil, Thresholds{}, nil, "" })
	if blind["counted"] != "12" || strings.Contains(blind["images"], "F1") || blind["f1"] != "" {
		t.Errorf("without truth the page says %q and %q", blind["counted"], blind["images"])
	}
	perfect := ids(func(p *Page) { p.Pictures = nil })
	if !strings.Contains(perfect["pictures"], "There is no image with a mistake to show.") {
		t.Errorf("without mistakes the page says %q", perfect["pictures"])
	}
	untuned := ids(func(p *Page) { p.Thresholds.Tuning = nil })
	if !strings.Contains(untuned["curves"], "The setting is that of the configuration.") || !strings.Contains(untuned["curves"], "nothing was chosen here") {
		t.Errorf("without tuning the page says %q", untuned["curves"])
	}
}

// TestPageStaysSmall writes the worst that a job can bring: noise of full size
// with many marks, and thousands of images.
func TestPageStaysSmall(t *testing.T) {
	p := fullPage()
	rng := rand.New(rand.NewPCG(1, 2))
	noise := image.NewRGBA(image.Rect(0, 0, 800, 800))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(rng.Uint32())
	}
	p.Pictures = nil
	for range 6 {
		o := plots.Overlay{Image: noise}
		for range 5000 {
			o.Marks = append(o.Marks, plots.Mark{Kind: plots.Kind(rng.IntN(3)), X: rng.Float64() * 800, Y: rng.Float64() * 800, Note: "y 1, x 2"})
		}
		p.Pictures = append(p.Pictures, Picture{Name: "noise.tif", Overlay: o})
	}
	for i := range 5000 {
		p.Images = append(p.Images, Image{Name: fmt.Sprintf("image-%d.tif", i)})
	}
	page := written(t, p)
	if len(page) > 6_000_000 {
		t.Errorf("the page has %d bytes, want at most 6 MB", len(page))
	}
	shown := strings.Count(page, "<figcaption><strong>noise.tif")
	if left := fmt.Sprintf("%d pictures more would have made this file too large", 6-shown); shown == 0 || shown == 6 || !strings.Contains(page, left) {
		t.Errorf("%d pictures are shown, and the page does not say %q", shown, left)
	}
	if !strings.Contains(page, "4003 images more are in the CSV files") || strings.Count(page, `<td class="name">`) != mostRows {
		t.Error("the table of images is not cut, or does not say so")
	}
}

func TestWorstFirst(t *testing.T) {
	image := func(name string, tp, fp int) Image {
		return Image{Name: name, Metrics: detection.Score{TP: tp, FP: fp}.At(5)}
	}
	images := []Image{image("b", 2, 2), image("z", 1, 0), image("c", 4, 4), image("a", 2, 2), image("d", 0, 1)}
	WorstFirst(images)
	var names []string
	for _, i := range images {
		names = append(names, i.Name)
	}
	if got := strings.Join(names, ""); got != "dcabz" {
		t.Errorf("order %s, want dcabz", got)
	}
}

func TestWriteErrors(t *testing.T) {
	errDisk := errors.New("disk full")
	if err := Write(writerFunc(func([]byte) (int, error) { return 0, errDisk }), fullPage()); !errors.Is(err, errDisk) {
		t.Errorf("error %v, want %v", err, errDisk)
	}
	p := fullPage()
	p.Pictures[0].Overlay.Image = nil
	if err := Write(io.Discard, p); err == nil || err.Error() != "report: plots: an overlay needs an image" {
		t.Errorf("error %v for a picture without image", err)
	}
	first, again := written(t, fullPage()), written(t, fullPage())
	if first != again {
		t.Error("the same page gave different bytes")
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
