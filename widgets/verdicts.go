package widgets

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// Verdicts that an [ErrorBrowser] offers by default, and that [Relabel] knows.
const (
	// VerdictLabelMissing says of a false point that there is an object, which the
	// true points lack.
	VerdictLabelMissing = "label missing"
	// VerdictLabelWrong says of a missed point that there is no object.
	VerdictLabelWrong = "label wrong"
	// VerdictReallyWrong says that the label is right and the detection is not.
	VerdictReallyWrong = "really wrong"
	// VerdictUnsure is left to somebody else.
	VerdictUnsure = "unsure"
)

// Verdict is what a reader of an [ErrorBrowser] said of a mistake: a row of its
// CSV file.
type Verdict struct {
	// Image is the name of the image.
	Image string
	// Missed says that it is a missed point, and not a false one.
	Missed bool
	// Point is where: as Truth or Found of the image had it, its class too. Its
	// probability is 1, as that of a true point.
	Point detection.Point
	// Value is that of [Mistake]; NaN when the file leaves it empty.
	Value float64
	// Text is the verdict; "" when none was given.
	Text string
}

// verdictColumns are those of the file, with axis-2 after axis-1 where an image is
// a volume, and class after the axes where there are classes.
var verdictColumns = []string{"index", "axis-0", "axis-1", "axis-2", "class", "value", "image", "kind", "verdict"}

// The words of the column kind.
const kindFalse, kindMissed = "false", "missed"

// ReadVerdicts reads the CSV file that an [ErrorBrowser] has written: the columns
// index, axis-0 and axis-1 (y, x) or axis-0 to axis-2 (z, y, x) in voxels, class
// where there are classes, value, image, kind ("false" or "missed") and verdict.
// They are found by name. [detection.ReadPoints] reads such a file too, as points
// of all images. name is the file's name in errors.
//
// Errors: a header without one of the columns, a row with another number of
// fields, numbers that are not, another kind; each with file and line.
func ReadVerdicts(r io.Reader, name string) ([]Verdict, error) {
	in := csv.NewReader(r)
	head, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: file is empty: want the header %s", name, strings.Join(verdictColumns, ","))
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	place := map[string]int{}
	for i, column := range head {
		place[strings.TrimSpace(column)] = i
	}
	var missing []string
	for _, column := range verdictColumns {
		if _, there := place[column]; !there && column != "index" && column != "axis-2" && column != "class" {
			missing = append(missing, column)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s:1: no column %s: want the header %s", name, strings.Join(missing, ", "), strings.Join(verdictColumns, ","))
	}
	var list []Verdict
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err) // says the line itself
		}
		line, _ := in.FieldPos(0)
		v, err := verdictOf(row, place)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		list = append(list, v)
	}
}

// verdictOf reads a row.
func verdictOf(row []string, place map[string]int) (v Verdict, err error) {
	number := func(column string) float64 {
		n, e := strconv.ParseFloat(row[place[column]], 64)
		if e != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			err = errors.Join(err, fmt.Errorf("%s is %q: want a finite number", column, row[place[column]]))
		}
		return n
	}
	v = Verdict{Image: row[place["image"]], Text: row[place["verdict"]], Value: math.NaN(), Point: detection.Point{Prob: 1}}
	axes := []string{"axis-0", "axis-1"}
	if _, volume := place["axis-2"]; volume {
		axes = append(axes, "axis-2")
	}
	for k, column := range axes {
		v.Point.Pos[3-len(axes)+k] = number(column)
	}
	if _, classes := place["class"]; classes {
		c := number("class")
		if v.Point.Class = int(c); float64(v.Point.Class) != c || c < 0 {
			err = errors.Join(err, fmt.Errorf("class is %v: want a whole number from 0", c))
		}
	}
	if row[place["value"]] != "" {
		v.Value = number("value")
	}
	switch kind := row[place["kind"]]; kind {
	case kindFalse, kindMissed:
		v.Missed = kind == kindMissed
	default:
		err = errors.Join(err, fmt.Errorf("kind is %q: want %q or %q", kind, kindFalse, kindMissed))
	}
	return v, err
}

// Relabel mends the true points of the image of a name by what was said: false
// points with [VerdictLabelMissing] are added at the end, in the order of verdicts,
// and missed points with [VerdictLabelWrong] are taken out. Other verdicts, and
// those of other images, change nothing. The points are numbered anew; truth is not
// changed.
//
// Errors: a point to be taken out that is not there, with exactly its coordinates
// and its class, or one to be added that is there already: the verdicts are of
// other points.
func Relabel(image string, truth []detection.Point, verdicts []Verdict) ([]detection.Point, error) {
	out := slices.Clone(truth)
	for _, v := range verdicts {
		if v.Image != image {
			continue
		}
		at := slices.IndexFunc(out, func(p detection.Point) bool { return p.Pos == v.Point.Pos && p.Class == v.Point.Class })
		switch {
		case v.Missed && v.Text == VerdictLabelWrong:
			if at < 0 {
				return nil, fmt.Errorf("widgets: relabel %s: no true point at %v of class %d: want the points that the browser was given", image, v.Point.Pos, v.Point.Class)
			}
			out = slices.Delete(out, at, at+1)
		case !v.Missed && v.Text == VerdictLabelMissing:
			if at >= 0 {
				return nil, fmt.Errorf("widgets: relabel %s: there is a true point at %v already: the verdict has been taken in before", image, v.Point.Pos)
			}
			out = append(out, v.Point)
		}
	}
	detection.Renumber(out)
	return out, nil
}
