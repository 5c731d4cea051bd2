package dataset

import (
	"fmt"
	"slices"
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

// mostShown bounds the findings of one severity and kind in words, mostOfFile
// those of one file among them; the report as JSON has all.
const (
	mostShown  = 10
	mostOfFile = 3
)

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

// findingsText writes the findings in words, grouped by severity and kind.
// Those of one file stand together.
func (r *Report) findingsText(b *strings.Builder) {
	for rest := r.Findings; len(rest) > 0; {
		first := rest[0]
		group := leading(rest, func(f Finding) bool { return f.Severity == first.Severity && f.Kind == first.Kind })
		rest = rest[len(group):]
		fmt.Fprintf(b, "\n%s, %s\n", first.Severity, first.Kind)
		shown, left := 0, 0
		for len(group) > 0 {
			name := group[0].File
			file := leading(group, func(f Finding) bool { return f.File == name })
			group = group[len(file):]
			n := min(len(file), mostOfFile, mostShown-shown)
			for _, f := range file[:n] {
				fmt.Fprintf(b, "  %s\n", f)
			}
			shown += n
			switch more := len(file) - n; {
			case n == 0:
				left += more
			case more > 0:
				fmt.Fprintf(b, "    and %d more in this file\n", more)
			}
		}
		if left > 0 {
			fmt.Fprintf(b, "  and %d more of this kind\n", left)
		}
	}
	fmt.Fprintf(b, "\n%s, %s, %s\n", count(r.Errors, "error"), count(r.Warnings, "warning"), count(r.Notes, "note"))
}

// leading is the part of findings up to the first that does not belong.
func leading(findings []Finding, belongs func(Finding) bool) []Finding {
	if i := slices.IndexFunc(findings, func(f Finding) bool { return !belongs(f) }); i >= 0 {
		return findings[:i]
	}
	return findings
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
