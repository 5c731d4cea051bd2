package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/puncta-bio/puncta/plots"
)

var (
	//go:embed page.html
	pageText string
	//go:embed style.css
	styleText string
)

// What keeps a report small enough to be sent by mail.
const (
	// picturesBytes bounds all pictures together; those that do not fit are left
	// out, and the page says so.
	picturesBytes = 4_500_000
	// mostRows bounds the table of images.
	mostRows = 1000
)

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"ratio":    func(v float64) string { return fmt.Sprintf("%.3f", v) },
	"number":   number,
	"percent":  func(v float64) string { return fmt.Sprintf("%.4g", 100*v) },
	"signed":   func(n int) string { return strings.Replace(fmt.Sprintf("%+d", n), "-", "\u2212", 1) },
	"duration": func(s float64) string { return time.Duration(math.Round(s) * 1e9).String() },
	"add":      func(a, b int) int { return a + b },
	"plural":   plural,
}).Parse(pageText))

// number writes a measurement with four digits; a dash for none.
func number(v float64) string {
	if math.IsNaN(v) {
		return "\u2013"
	}
	return fmt.Sprintf("%.4g", v)
}

// plural is a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// view is what the template sees: the page with its charts drawn.
type view struct {
	Page
	Style template.CSS
	// Scripts is the part of the policy that lets the widget's own script run, and no
	// other; "" without one.
	Scripts string
	// Rows are the images, worst first, and Left how many have no row.
	Rows []Image
	Left int
	// Counted is the number of points found in all images.
	Counted int

	TrainingCharts                                      []template.HTML
	TuningChart, TestChart, ToleranceChart, CountsChart template.HTML

	Shown []shownPicture
	// NotShown is how many pictures did not fit.
	NotShown int
	Legend   []legendEntry
}

type shownPicture struct {
	Picture
	SVG template.HTML
}

type legendEntry struct {
	Sample template.HTML
	Text   string
}

// Write writes the page as HTML that is well-formed XML too. It holds no
// address of another file, and no script but that of [Page.Browser]; a policy in
// its head forbids the browser to load anything, and to run any other script. The
// same page gives the same bytes.
//
// At most 1000 images have a row in the table, worst first (see [WorstFirst];
// in the order given without a score), and pictures stop at 4.5 MB.
//
// Errors: those of the charts and of w.
func Write(w io.Writer, p Page) error {
	v := view{Page: p, Style: template.CSS(styleText), Scripts: scriptPolicy(string(p.Browser)), Rows: slices.Clone(p.Images)}
	for _, i := range p.Images {
		v.Counted += i.Counted
	}
	if p.Score != nil {
		WorstFirst(v.Rows)
	}
	if v.Left = len(v.Rows) - mostRows; v.Left > 0 {
		v.Rows = v.Rows[:mostRows]
	}
	if err := v.drawCharts(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := v.drawPictures(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return page.Execute(w, v)
}

// scriptPolicy allows the scripts within a part of a page, by their hashes.
func scriptPolicy(part string) string {
	policy := ""
	for {
		_, rest, found := strings.Cut(part, "<script>")
		if !found {
			break
		}
		var script string
		script, part, _ = strings.Cut(rest, "</script>")
		sum := sha256.Sum256([]byte(script))
		policy += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	if policy == "" {
		return ""
	}
	return "script-src" + policy + "; "
}

func (v *view) drawCharts() (err error) {
	set := func(to *template.HTML, write func(io.Writer) error) {
		if err == nil {
			*to, err = draw(write)
		}
	}
	if v.Training != nil {
		for _, c := range v.Training.charts() {
			var svg template.HTML
			set(&svg, c.WriteSVG)
			v.TrainingCharts = append(v.TrainingCharts, svg)
		}
	}
	curve := func(to *template.HTML, title string, rows []ThresholdScore) {
		if len(rows) == 0 || err != nil {
			return
		}
		var c plots.Curves
		if c, err = overThresholds(title, rows, v.Thresholds.Used); err == nil {
			set(to, c.WriteSVG)
		}
	}
	curve(&v.TuningChart, "Where the setting was chosen: "+v.Thresholds.TunedOn, v.Thresholds.Tuning)
	curve(&v.TestChart, "Test images: nothing was chosen here", v.Thresholds.Test)
	if s := v.Score; s != nil {
		if len(s.Tolerances) > 0 {
			set(&v.ToleranceChart, overTolerances(s.Tolerances, v.Unit, s.Pooled.Tolerance).WriteSVG)
		}
		if len(v.Images) > 0 {
			set(&v.CountsChart, counts(v.Images).WriteSVG)
		}
	}
	return err
}

func (v *view) drawPictures() error {
	total := 0
	used := map[plots.Kind]bool{}
	for i, p := range v.Pictures {
		p.Overlay.Title = p.Name + ": " + p.Caption
		svg, err := draw(p.Overlay.WriteSVG)
		if err != nil {
			return err
		}
		if total += len(svg); total > picturesBytes {
			v.NotShown = len(v.Pictures) - i
			break
		}
		for _, m := range p.Overlay.Marks {
			used[m.Kind] = true
		}
		v.Shown = append(v.Shown, shownPicture{p, svg})
	}
	for _, entry := range []struct {
		kind plots.Kind
		text string
	}{{plots.Hit, "found, and there"}, {plots.Missed, "there, but missed"}, {plots.False, "found, but not there"}, {plots.Found, "found"}} {
		if used[entry.kind] {
			sample, err := draw(entry.kind.WriteSample)
			if err != nil {
				return err
			}
			v.Legend = append(v.Legend, legendEntry{sample, entry.text})
		}
	}
	return nil
}

// Found is how many points were found, True how many objects there are.
func (s *Score) Found() int { return s.Pooled.TP + s.Pooled.FP }

// True is how many true objects there are.
func (s *Score) True() int { return s.Pooled.TP + s.Pooled.FN }
