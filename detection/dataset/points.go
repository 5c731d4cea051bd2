package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// table is what was read from a CSV file.
type table struct {
	points   []detection.Point // nil when not even a lenient reading succeeds
	hasClass bool              // the file has a column class
	lines    []int             // lines[i] is the line of points[i]
}

// readTable reads the CSV of an item, whose image has the size dims, all
// zeros when that is not known.
func readTable(it item, dims [3]int, opts CheckOptions) (table, []Finding) {
	text, err := os.ReadFile(it.points)
	if err != nil {
		return table{}, []Finding{{Severity: Error, Kind: KindRead, File: it.points, Message: filesys.WithoutPath(err).Error()}}
	}
	var t table
	t.hasClass, t.lines = outline(text)
	o := detection.DefaultReadPointsOptions()
	o.Dims, o.Classes = dims, opts.Classes
	if opts.Classes == 0 && t.hasClass {
		// A single file need not have a point of every class; the set must.
		o.Classes = math.MaxInt32
	}
	t.points, err = detection.ReadPoints(bytes.NewReader(text), it.points, o)
	if err == nil {
		return t, nil
	}
	found := pointsFindings(it.points, err)
	o.AllowRepeated, o.AllowOutside = true, true
	if t.points, err = detection.ReadPoints(bytes.NewReader(text), it.points, o); err != nil {
		t.points = nil
	}
	return t, found
}

// pointsFindings takes the faults out of an error of ReadPoints.
func pointsFindings(file string, err error) []Finding {
	faults := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		faults = joined.Unwrap()
	}
	var found []Finding
	for _, fault := range faults {
		f := Finding{Severity: Error, Kind: KindPoints, File: file, Message: strings.TrimPrefix(fault.Error(), file+": ")}
		var e *detection.PointsError
		if errors.As(fault, &e) {
			f.Line, f.Column, f.Message = e.Line, e.Column, e.Msg
		}
		found = append(found, f)
	}
	return found
}

// outline says whether the header of a CSV has a column class, and on which
// lines its rows are.
func outline(text []byte) (hasClass bool, rows []int) {
	header := true
	line := 0
	for row := range bytes.Lines(text) {
		line++
		trimmed := strings.TrimSpace(strings.TrimPrefix(string(row), "\ufeff"))
		switch {
		case trimmed == "":
		case header:
			header = false
			for _, name := range strings.Split(trimmed, ",") {
				hasClass = hasClass || strings.Trim(name, "\" \t") == "class"
			}
		default:
			rows = append(rows, line)
		}
	}
	return hasClass, rows
}

// touching reports how many pairs of points a mask of the given radii shows as
// one object.
func (t table) touching(it item, dims [3]int, radii [3]int) []Finding {
	problems, err := detection.CheckPoints(dims, t.points, detection.MaskOptions{Radii: radii, Classes: 1})
	if err != nil {
		return nil // sizes and radii have been checked
	}
	problems = slices.DeleteFunc(problems, func(p detection.PointProblem) bool { return p.Kind.Fault() })
	if len(problems) == 0 {
		return nil
	}
	first, second := t.lines[problems[0].IDs[0]-1], t.lines[problems[0].IDs[1]-1]
	shown := fmt.Sprint(radii)
	if dims[0] == 1 {
		shown = fmt.Sprint(radii[1:])
	}
	return []Finding{{Severity: Warning, Kind: KindTouching, File: it.points, Line: second, Message: fmt.Sprintf(
		"%s of points painted with radii %s touch and are learnt as one object, first the points of lines %d and %d: smaller radii help",
		count(len(problems), "pair"), shown, first, second)}}
}

// count is "1 pair", "2 pairs".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
