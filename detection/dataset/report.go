package dataset

import (
	"fmt"
	"strings"
	"sync"

	"github.com/puncta-bio/puncta/detection"
)

// Report is what [Check] found. As JSON it is one object with the fields
// named here.
type Report struct {
	Dir      string `json:"dir"`
	Errors   int    `json:"errors"`
	Warnings int    `json:"warnings"`
	Notes    int    `json:"notes"`
	// Splits in the order train, val, test; one without a name for a folder
	// with x and y.
	Splits []Split `json:"splits"`
	// Shapes of the images, most frequent first.
	Shapes []Shape `json:"shapes"`
	// Neighbours is nil when no image has two points.
	Neighbours *Neighbours `json:"neighbours,omitempty"`
	// Findings, errors first, then by kind, then in the order of the set.
	Findings []Finding `json:"findings"`

	images []*examined
	broken []item
}

// Split counts a part of a set.
type Split struct {
	Name string `json:"name"`
	// Images is the number of image files, also of those that cannot be read.
	Images int `json:"images"`
	// Points is the number of points of the images that can be read.
	Points int `json:"points"`
	// WithoutPoints is the number of images that can be read and have none.
	WithoutPoints int `json:"without_points"`
	// Classes is nil without classes.
	Classes []ClassCount `json:"classes,omitempty"`
}

// Shape counts the images of one size and type.
type Shape struct {
	Dims     [3]int `json:"dims"` // z, y, x
	Channels int    `json:"channels"`
	Type     string `json:"type"` // numpy's name of the samples' type
	Images   int    `json:"images"`
}

// mostShown bounds the findings of one severity and kind in words; the report
// as JSON has all.
const mostShown = 10

// mostShapes bounds the table of sizes.
const mostShapes = 12

// Text is the report for people: tables of splits, sizes and distances, then
// the findings.
func (r *Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-8s %8s %8s %15s\n", "split", "images", "points", "without points")
	for _, s := range r.Splits {
		name := s.Name
		if name == "" {
			name = "all"
		}
		fmt.Fprintf(&b, "%-8s %8d %8d %15d", name, s.Images, s.Points, s.WithoutPoints)
		for i, c := range s.Classes {
			fmt.Fprintf(&b, "%s class %d: %d", strings.Repeat(",", min(i, 1)), c.Class, c.Points)
		}
		b.WriteByte('\n')
	}
	if len(r.Shapes) > 0 {
		fmt.Fprintf(&b, "\n%-24s %8s %8s %8s\n", "size (z, y, x)", "channels", "type", "images")
	}
	for i, s := range r.Shapes {
		if i == mostShapes {
			fmt.Fprintf(&b, "and %s\n", count(len(r.Shapes)-i, "other size"))
			break
		}
		fmt.Fprintf(&b, "%-24s %8d %8s %8d\n", fmt.Sprintf("%d x %d x %d", s.Dims[0], s.Dims[1], s.Dims[2]), s.Channels, s.Type, s.Images)
	}
	if n := r.Neighbours; n != nil {
		fmt.Fprintf(&b, "\ndistance to the nearest other point, of %d points:\n ", n.Points)
		for i, q := range n.Quantiles {
			name := fmt.Sprintf("%g%% below", 100*q.Share)
			if q.Share == 0 {
				name = "smallest"
			}
			fmt.Fprintf(&b, "%s %s %.3g", strings.Repeat(",", min(i, 1)), name, q.Distance)
		}
		fmt.Fprintf(&b, "\n  suggestion: a radius of close points up to %g, a tolerance up to %g\n", n.Radius, n.Tolerance)
	}
	r.findingsText(&b)
	return b.String()
}

func (r *Report) findingsText(b *strings.Builder) {
	var last Finding
	shown, left := 0, 0
	more := func() {
		if left > 0 {
			fmt.Fprintf(b, "  and %d more of this kind\n", left)
		}
		shown, left = 0, 0
	}
	for i, f := range r.Findings {
		if i == 0 || f.Severity != last.Severity || f.Kind != last.Kind {
			more()
			fmt.Fprintf(b, "\n%s, %s\n", f.Severity, f.Kind)
		}
		last = f
		if shown++; shown > mostShown {
			left++
			continue
		}
		fmt.Fprintf(b, "  %s\n", f)
	}
	more()
	fmt.Fprintf(b, "\n%s, %s, %s\n", count(r.Errors, "error"), count(r.Warnings, "warning"), count(r.Notes, "note"))
}

// counter reports a task to progress, one step a call, from any goroutine.
func counter(task, unit string, total int, progress detection.Progress) func() {
	var mu sync.Mutex
	done := 0
	detection.Report(progress, detection.ProgressEvent{Task: task, Total: total, Unit: unit})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		done++
		detection.Report(progress, detection.ProgressEvent{Task: task, Done: done, Total: total, Unit: unit})
	}
}
