package plots

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Timing says how long each step of one or more jobs took. One job has a bar for
// each of its steps, several have a bar each, made of their steps.
type Timing struct {
	Title string
	Steps []string // at least 1, each once
	// Jobs has at least 1 entry, their names differ.
	Jobs []JobTiming
}

// JobTiming is a job of [Timing].
type JobTiming struct {
	Name string
	// Seconds has one entry for each step: finite, at least 0; NaN for a step that
	// the job did not do.
	Seconds []float64
}

// check says what is wrong with the data.
func (t Timing) check() error {
	if len(t.Steps) == 0 || len(t.Jobs) == 0 {
		return fmt.Errorf("plots: times of %d steps and %d jobs: want at least one of each", len(t.Steps), len(t.Jobs))
	}
	if err := distinct("step", t.Steps); err != nil {
		return err
	}
	names := make([]string, len(t.Jobs))
	for i, j := range t.Jobs {
		names[i] = j.Name
		if len(j.Seconds) != len(t.Steps) {
			return fmt.Errorf("plots: job %q has %d times for %d steps: want one each", j.Name, len(j.Seconds), len(t.Steps))
		}
		if err := drawable(fmt.Sprintf("a time of job %q", j.Name), j.Seconds...); err != nil {
			return err
		}
		for k, s := range j.Seconds {
			if s < 0 || math.IsInf(s, 0) {
				return fmt.Errorf("plots: step %q of job %q took %v seconds: want a finite number of at least 0, or NaN", t.Steps[k], j.Name, s)
			}
		}
	}
	return distinct("job", names)
}

// total is how long a job took.
func (j JobTiming) total() float64 {
	sum := 0.0
	for _, s := range j.Seconds {
		if !math.IsNaN(s) {
			sum += s
		}
	}
	return sum
}

// bars are the names of the bars, from the top, and the longest of them in
// seconds.
func (t Timing) bars() (names []string, longest float64) {
	if len(t.Jobs) > 1 {
		for _, j := range t.Jobs {
			names, longest = append(names, j.Name), max(longest, j.total())
		}
		return names, longest
	}
	for _, s := range t.Jobs[0].Seconds {
		if s > longest {
			longest = s
		}
	}
	return t.Steps, longest
}

// lengthOf writes a time in the unit that suits it.
func lengthOf(seconds float64) string {
	switch {
	case seconds == 0:
		return "0 s"
	case seconds < 0.9995:
		return fmt.Sprintf("%.3g ms", seconds*1000)
	case seconds < 59.95:
		return fmt.Sprintf("%.3g s", seconds)
	}
	whole := int(math.Round(seconds))
	if whole < 3600 {
		return fmt.Sprintf("%d min %02d s", whole/60, whole%60)
	}
	minutes := int(math.Round(seconds / 60))
	return fmt.Sprintf("%d h %02d min", minutes/60, minutes%60)
}

// WritePNG draws the chart, 800 pixels wide and as high as its bars need. The
// same data gives the same bytes.
//
// Errors: no step or no job, two of one name, a job whose times do not fit the
// steps, a time that is negative or infinite; those of w.
func (t Timing) WritePNG(w io.Writer) error { return writePNG(w, t) }

// WriteHTML writes the chart as [Chart] says.
//
// Errors: those of WritePNG, of the library and of w; a height out of range.
func (t Timing) WriteHTML(w io.Writer, o InteractiveOptions) error { return writeHTML(w, t, o) }

func (t Timing) words() string {
	parts := make([]string, len(t.Jobs))
	for i, j := range t.Jobs {
		parts[i] = strings.TrimSpace(j.Name + " " + lengthOf(j.total()))
	}
	return fmt.Sprintf("%s: time of %s; %s", t.Title, strings.Join(t.Steps, ", "), strings.Join(parts, ", "))
}
