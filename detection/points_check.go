package detection

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// PointsError is one fault of a points file.
type PointsError struct {
	// File is the name of the file.
	File string
	// Line counts from 1; 0 when the fault is of the file as a whole.
	Line int
	// Column is the column by its name in the header; "" when the fault is
	// not of one column.
	Column string
	// Msg says what was found and what is expected.
	Msg string
}

// Error is one sentence, such as
//
//	points.csv:7: axis-1 is "abc": want a number
func (e *PointsError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
}

// maxListed is the number of faults of one kind of input given in words; a
// person mends no more at a time, and the list still fits a screen.
const maxListed = 20

// faultList collects the faults of one file. It keeps the first maxListed of
// each run of lines in ascending order, which is enough for the first
// maxListed of all, and counts the others.
type faultList struct {
	file  string
	kept  []*PointsError
	total int
	run   int // faults kept since newRun
}

// newRun is called before lines start again from the top.
func (l *faultList) newRun() { l.run = 0 }

func (l *faultList) add(line int, column, format string, args ...any) {
	l.total++
	if l.run >= maxListed {
		return
	}
	l.run++
	l.kept = append(l.kept, &PointsError{File: l.file, Line: line, Column: column, Msg: fmt.Sprintf(format, args...)})
}

// join is nil without faults.
func (l *faultList) join() error {
	slices.SortStableFunc(l.kept, func(a, b *PointsError) int { return cmp.Compare(a.Line, b.Line) })
	kept := l.kept[:min(len(l.kept), maxListed)]
	errs := make([]error, 0, len(kept)+1)
	for _, e := range kept {
		errs = append(errs, e)
	}
	if more := l.total - len(kept); more > 0 {
		errs = append(errs, &PointsError{File: l.file, Msg: fmt.Sprintf("and %d more", more)})
	}
	return errors.Join(errs...)
}

// shorten keeps a quoted piece of a file within a sentence.
func shorten(s string) string {
	const limit = 60
	if len(s) <= limit {
		return s
	}
	return s[:limit] + "..."
}

// pointColumns says where in a row the columns are.
type pointColumns struct {
	ndim        int
	axis        []int // axis[k] is the place of column axis-k
	class       int   // 0: not used
	probability int   // 0: not there
	count       int   // fields of a row
}

// readHeader finds the columns. After a fault in the header the rows could
// not be read as what they are, so it ends the reading.
func (p *pointsReader) readHeader(line int, text string) {
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		p.stop(line, "", "file is UTF-16 text: save it as UTF-8")
		return
	}
	if !strings.Contains(text, ",") {
		for _, s := range []string{";", "\t"} {
			if strings.Contains(text, s) {
				p.stop(line, "", "fields are separated by %q: want commas", s)
				return
			}
		}
	}
	names, err := splitCSV(text)
	if err != nil {
		p.stop(line, "", "%v: want a header such as index,axis-0,axis-1", err)
		return
	}
	before := p.faults.total
	place := make(map[string]int)
	for i, name := range names {
		switch name {
		case "axis-0", "axis-1", "axis-2", "axis-3", "class", "probability":
		default:
			continue
		}
		if i == 0 {
			p.faults.add(line, name, "first column is %s: want an index column before it, as in index,axis-0,axis-1", name)
		} else if first, ok := place[name]; ok {
			p.faults.add(line, name, "columns %d and %d are both %s: want one", first+1, i+1, name)
			continue
		}
		place[name] = i
	}
	p.findAxes(line, text, place)
	p.columns.count = len(names)
	p.columns.probability = place["probability"]
	if p.opts.Classes != 1 {
		p.columns.class = place["class"]
	}
	if _, ok := place["class"]; !ok && p.opts.Classes > 1 && !p.opts.AllowUnclassed {
		p.faults.add(line, "class", "column class is missing: want it, with values 1 to %d; the header is %q", p.opts.Classes, shorten(text))
	}
	p.stopped = p.faults.total > before
}

// findAxes settles the dimension of the file and its coordinate columns.
func (p *pointsReader) findAxes(line int, text string, place map[string]int) {
	_, has2 := place["axis-2"]
	if _, ok := place["axis-3"]; ok {
		p.faults.add(line, "axis-3", "column axis-3 makes this a file of 4 dimensions: want (y, x) or (z, y, x)")
	}
	ndim := p.opts.NDim
	switch {
	case ndim != 0:
	case p.opts.Dims[0] == 1:
		ndim = 2
	case p.opts.Dims[0] > 1 || has2:
		ndim = 3
	default:
		ndim = 2
	}
	if ndim == 2 && has2 {
		p.faults.add(line, "axis-2", "file is 3D (it has a column axis-2) and the image is 2D: want axis-0, axis-1 alone (y, x)")
	}
	p.columns.ndim = ndim
	p.columns.axis = make([]int, ndim)
	for k := range ndim {
		name := "axis-" + strconv.Itoa(k)
		i, ok := place[name]
		_, has1 := place["axis-1"]
		switch {
		case ok:
			p.columns.axis[k] = i
		case k == 2 && has1:
			p.faults.add(line, name, "file is 2D (it has no column axis-2) and the image is 3D: want axis-0, axis-1, axis-2 (z, y, x)")
		default:
			p.faults.add(line, name, "column %s is missing: the header is %q", name, shorten(text))
		}
	}
}

// checkFile looks for the faults that concern several rows.
func (p *pointsReader) checkFile() {
	p.faults.newRun()
	if p.opts.Classes == 0 {
		if missing := missingClasses(p.classes, 0); len(missing) > 0 {
			top := slices.Max(slices.Collect(maps.Keys(p.classes)))
			p.faults.add(p.classes[top], "class", "class is %d but no point has class %s: want 1 to k without gaps", top, joinInts(missing))
		}
	}
	if p.opts.AllowRepeated {
		return
	}
	p.faults.newRun()
	for _, r := range repeatedPoints(p.points) {
		p.faults.add(p.lines[r[1]], "", "point is in the same voxel %v as that of line %d: want each object once",
			voxelText(p.points[r[1]].Voxel(), p.columns.ndim), p.lines[r[0]])
	}
}

// repeatedPoints pairs every point that lies in the voxel of an earlier one
// with the first point of that voxel: indices (first, later), by later.
func repeatedPoints(points []Point) [][2]int {
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		u, v := points[a].Voxel(), points[b].Voxel()
		return slices.Compare(u[:], v[:])
	})
	var pairs [][2]int
	first := 0
	for i, at := range order {
		if i > 0 && points[at].Voxel() == points[order[first]].Voxel() {
			pairs = append(pairs, [2]int{order[first], at})
			continue
		}
		first = i
	}
	slices.SortFunc(pairs, func(a, b [2]int) int { return cmp.Compare(a[1], b[1]) })
	return pairs
}

// PointsFile is the points of one image with the name of their file.
type PointsFile struct {
	Name   string
	Points []Point
}

// CheckClasses reports classes that are not 1 to k without gaps over a whole
// set of files, of which a single one may lack some. classes is k; at 0, k is
// the largest id met. The errors, joined: each file with a point of a class
// outside 1 to k, a set in which some points have a class and some have none,
// and the classes of which the set has no point. A set without any class is
// in order when classes is 0 or 1.
//
// It is meant for training sets, where a network could not learn a class
// without points; a test set may lack one.
func CheckClasses(files []PointsFile, classes int) error {
	var errs []error
	upTo := "k"
	if classes > 0 {
		upTo = strconv.Itoa(classes)
	}
	seen := make(map[int]int)
	var top int                 // largest class
	var topFile, without string // a file with it, a file with class-less points
	for _, f := range files {
		outside := -1
		for i, p := range f.Points {
			switch {
			case p.Class == 0:
				without = f.Name
			case p.Class < 0 || classes > 0 && p.Class > classes:
				if outside < 0 {
					outside = i
				}
			default:
				seen[p.Class]++
				if p.Class > top {
					top, topFile = p.Class, f.Name
				}
			}
		}
		if outside >= 0 {
			errs = append(errs, fmt.Errorf("%s: class of point %d is %d: want 1 to %s",
				f.Name, outside+1, f.Points[outside].Class, upTo))
		}
	}
	switch {
	case without != "" && (top > 0 || classes > 1):
		errs = append(errs, fmt.Errorf("%s: has points without a class: want a class for every point of the set", without))
	case top == 0 && classes < 2:
	default:
		if missing := missingClasses(seen, classes); len(missing) > 0 {
			found := "there are no points"
			if top > 0 {
				found = fmt.Sprintf("the largest is %d in %s", top, topFile)
			}
			errs = append(errs, fmt.Errorf("no point of %d files has class %s, %s: want 1 to k without gaps",
				len(files), joinInts(missing), found))
		}
	}
	return errors.Join(errs...)
}

// missingClasses lists the ids from 1 to k, at most ten of them, that are not
// in seen; k is the largest key when 0.
func missingClasses(seen map[int]int, k int) []int {
	if k == 0 {
		for id := range seen {
			k = max(k, id)
		}
	}
	var missing []int
	for id := 1; id <= k && len(missing) < 10; id++ {
		if _, ok := seen[id]; !ok {
			missing = append(missing, id)
		}
	}
	return missing
}

// joinInts is "2", "2 or 3", "2, 3 or 4".
func joinInts(ids []int) string {
	var b strings.Builder
	for i, id := range ids {
		switch {
		case i == 0:
		case i == len(ids)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(id))
	}
	return b.String()
}

// voxelText is (y, x) in 2D and (z, y, x) in 3D.
func voxelText(v [3]int, ndim int) string {
	if ndim == 2 {
		return fmt.Sprintf("(%d, %d)", v[1], v[2])
	}
	return fmt.Sprintf("(%d, %d, %d)", v[0], v[1], v[2])
}
