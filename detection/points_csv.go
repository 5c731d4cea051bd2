package detection

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// ReadPointsOptions configures [ReadPoints]. The zero value is invalid; start
// from [DefaultReadPointsOptions].
type ReadPointsOptions struct {
	// NDim is 2 for columns axis-0, axis-1 (y, x), 3 for axis-0 to axis-2
	// (z, y, x), and 0 to go by Dims or, without Dims, by the header.
	// Default 0.
	NDim int
	// Dims is the size of the image in voxels, (z, y, x); every point must
	// lie in it. All zeros is an image of unknown size: then coordinates need
	// only round to 0 or more. Default all zeros.
	Dims [3]int
	// Classes is the number k of classes. Above 1 the column class is
	// required and holds 1 to k; at 1 a column class is ignored; at 0 a column
	// class, if there is one, must hold every id from 1 to its largest.
	// Default 0.
	Classes int
	// AllowUnclassed accepts a file without the column class where Classes is
	// above 1: its points have class 0. Default false.
	AllowUnclassed bool
	// AllowRepeated accepts several points in one voxel, which dense
	// sub-voxel spots and predictions may have. Default false.
	AllowRepeated bool
	// AllowOutside accepts points outside the image. Default false.
	AllowOutside bool
	// MaxPoints bounds the number of rows, and with it memory (up to 150
	// bytes a row). Lower, and the neurons of a whole mouse brain (some 70 million)
	// need the option; higher, and a wrong file can fill the memory of a
	// workstation before it is refused. Default 50 million.
	MaxPoints int
}

// DefaultReadPointsOptions accepts a file of either dimension for an image of
// unknown size.
func DefaultReadPointsOptions() ReadPointsOptions {
	return ReadPointsOptions{MaxPoints: 50_000_000}
}

// Validate reports every invalid field at once, each by name and value.
func (o ReadPointsOptions) Validate() error {
	var errs []error
	if o.NDim != 0 && o.NDim != 2 && o.NDim != 3 {
		errs = append(errs, fmt.Errorf("NDim %d: want 0, 2 or 3", o.NDim))
	}
	if o.Dims != [3]int{} && (o.Dims[0] < 1 || o.Dims[1] < 1 || o.Dims[2] < 1) {
		errs = append(errs, fmt.Errorf("Dims %v: want all zeros or all at least 1", o.Dims))
	}
	if o.NDim == 2 && o.Dims[0] > 1 {
		errs = append(errs, fmt.Errorf("NDim 2 with Dims %v: want one plane", o.Dims))
	}
	if o.Classes < 0 {
		errs = append(errs, fmt.Errorf("Classes %d: want 0 or more", o.Classes))
	}
	if o.MaxPoints < 1 {
		errs = append(errs, fmt.Errorf("MaxPoints %d: want 1 or more", o.MaxPoints))
	}
	return errors.Join(errs...)
}

// maxLine bounds one line of a points file in bytes: far above any table of
// points, far below what a binary file without line breaks would take.
const maxLine = 1 << 20

// maxCoordinate bounds the coordinates of an image of unknown size, so that a
// voxel always fits an int.
const maxCoordinate = math.MaxInt32

// ReadPoints reads the points of one image from a CSV file as napari writes
// it; name is the file's name in errors.
//
// The first line is the header. The first column can have any name but those
// below and any content, and is ignored; it must be there. The columns axis-0
// and axis-1 are (y, x), axis-0 to axis-2 are (z, y, x), in voxels with voxel
// centres at whole numbers. A column class holds class ids (see
// [ReadPointsOptions.Classes]), a column probability values in [0, 1]; other
// columns are ignored. Names are trimmed and compared exactly. Fields are
// separated by commas, with quotes where needed, but no field runs over a
// line break. A UTF-8 byte order mark, CRLF and blank lines are accepted.
//
// Points come in the order of the file, ids 1 to n; z is 0 in 2D, Prob is 1
// without a column probability, Class is 0 without classes. A file with only
// a header gives no points and no error.
//
// Every fault is an error of type [*PointsError], all of them joined in the
// order of their lines, the first 20 in words and the rest as a number: a
// missing, repeated or surplus column, a wrong number of fields, a value that
// is not a finite number, a point outside the image (its voxel, rounded half
// away from zero, is not one of the image), a point in the voxel of an
// earlier one, a class that is not allowed. With any fault there are no
// points.
//
// Source: the points file of BiaPy's detection workflow. Differs: BiaPy drops
// rows with NaN, truncates coordinates and passes over repeated points and
// points outside the image in silence.
func ReadPoints(r io.Reader, name string, opts ReadPointsOptions) ([]Point, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("detection: read points: %w", err)
	}
	p := &pointsReader{opts: opts, faults: faultList{file: name}}
	if err := p.readLines(r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !p.stopped {
		p.checkFile()
	}
	if err := p.faults.join(); err != nil {
		return nil, err
	}
	Renumber(p.points)
	return p.points, nil
}

// pointsReader is the state of one call of ReadPoints.
type pointsReader struct {
	opts    ReadPointsOptions
	faults  faultList
	columns pointColumns
	points  []Point
	lines   []int       // lines[i] is the line of points[i]
	classes map[int]int // class id -> line where it is first seen
	rows    int         // rows met, good or bad
	stopped bool        // the rest of the file could not be made sense of
}

// readLines reads the header and the rows. Its error is one of reading only;
// faults of the content go to p.faults.
func (p *pointsReader) readLines(r io.Reader) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	line, hasHeader := 0, false
	for scanner.Scan() && !p.stopped {
		line++
		text := scanner.Text()
		if line == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		switch {
		case strings.TrimSpace(text) == "":
		case !hasHeader:
			hasHeader = true
			p.readHeader(line, text)
		default:
			p.readRow(line, text)
		}
	}
	switch err := scanner.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		p.stop(line+1, "", "line is longer than %d bytes: want a CSV file of points", maxLine)
	case err != nil:
		return err
	case !hasHeader:
		p.stop(0, "", "file is empty: want a header such as index,axis-0,axis-1")
	}
	return nil
}

// stop adds a fault after which nothing more can be said about the file.
func (p *pointsReader) stop(line int, column, format string, args ...any) {
	p.faults.add(line, column, format, args...)
	p.stopped = true
}

// splitCSV cuts one line into its fields, trimmed.
func splitCSV(text string) ([]string, error) {
	var fields []string
	if strings.Contains(text, `"`) {
		r := csv.NewReader(strings.NewReader(text))
		r.TrimLeadingSpace = true
		var err error
		if fields, err = r.Read(); err != nil {
			return nil, errors.New("quotes do not pair up within the line")
		}
	} else {
		fields = strings.Split(text, ",")
	}
	for i, f := range fields {
		fields[i] = strings.TrimSpace(f)
	}
	return fields, nil
}

func (p *pointsReader) readRow(line int, text string) {
	if p.rows++; p.rows > p.opts.MaxPoints {
		p.stop(line, "", "file has more than %d points: raise MaxPoints if that is meant", p.opts.MaxPoints)
		return
	}
	fields, err := splitCSV(text)
	if err != nil {
		p.faults.add(line, "", "%v: want plain comma-separated fields", err)
		return
	}
	if len(fields) != p.columns.count {
		p.faults.add(line, "", "row has %d fields: want %d as in the header", len(fields), p.columns.count)
		return
	}
	point := Point{Prob: 1}
	placed := true
	for k, column := range p.columns.axis {
		axis := 3 - p.columns.ndim + k
		v, ok := p.number(line, "axis-"+strconv.Itoa(k), fields[column])
		if !ok || !p.inside(line, k, axis, v) {
			placed = false
		}
		point.Pos[axis] = v
	}
	if c := p.columns.probability; c > 0 {
		if v, ok := p.number(line, "probability", fields[c]); ok {
			if point.Prob = v; !(v >= 0 && v <= 1) {
				p.faults.add(line, "probability", "probability is %v: want 0 to 1", v)
			}
		}
	}
	if c := p.columns.class; c > 0 {
		point.Class = p.class(line, fields[c])
	}
	if placed {
		p.points = append(p.points, point)
		p.lines = append(p.lines, line)
	}
}

// number parses a field as a finite decimal number.
func (p *pointsReader) number(line int, column, field string) (float64, bool) {
	v, err := strconv.ParseFloat(field, 64)
	switch {
	case field == "":
		p.faults.add(line, column, "%s is empty: want a number", column)
	case errors.Is(err, strconv.ErrSyntax) || strings.ContainsAny(field, "xX"): // no hexadecimal
		p.faults.add(line, column, "%s is %q: want a number", column, shorten(field))
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		p.faults.add(line, column, "%s is %q: want a finite number", column, shorten(field))
	default:
		return v, true
	}
	return 0, false
}

// inside says whether coordinate v of column axis-k can be that of a point,
// and adds a fault when it cannot.
func (p *pointsReader) inside(line, k, axis int, v float64) bool {
	column := "axis-" + strconv.Itoa(k)
	voxel := math.Round(v)
	switch n := p.opts.Dims[axis]; {
	case math.Abs(voxel) > maxCoordinate:
		p.faults.add(line, column, "%s is %v: want at most %d voxels", column, v, maxCoordinate)
	case p.opts.AllowOutside:
		return true
	case n > 0 && !(voxel >= 0 && voxel < float64(n)):
		p.faults.add(line, column, "%s is %v: the image has voxels 0 to %d along %s", column, v, n-1, AxisNames[axis])
	case !(voxel >= 0):
		p.faults.add(line, column, "%s is %v: want a voxel inside the image, 0 or more", column, v)
	default:
		return true
	}
	return false
}

// class parses a class id. Whole numbers written as 2.0 are accepted: tables
// that once had a gap in an integer column are saved like that.
func (p *pointsReader) class(line int, field string) int {
	v, ok := p.number(line, "class", field)
	if !ok {
		return 0
	}
	switch k := p.opts.Classes; {
	case v != math.Trunc(v) || v < 1 || v > maxCoordinate:
		p.faults.add(line, "class", "class is %q: want a whole number from 1", shorten(field))
		return 0
	case k > 0 && v > float64(k):
		p.faults.add(line, "class", "class is %v: want 1 to %d", v, k)
		return 0
	}
	if p.classes == nil {
		p.classes = make(map[int]int)
	}
	if _, seen := p.classes[int(v)]; !seen {
		p.classes[int(v)] = line
	}
	return int(v)
}

// WritePointsOptions configures [WritePoints].
type WritePointsOptions struct {
	// NDim is 2 for columns axis-0, axis-1 (y, x) and 3 for axis-0 to axis-2
	// (z, y, x). Default 2.
	NDim int
	// Class adds the column class. Default false.
	Class bool
	// Probability adds the column probability. Default false.
	Probability bool
}

// DefaultWritePointsOptions writes the coordinates of 2D points alone.
func DefaultWritePointsOptions() WritePointsOptions { return WritePointsOptions{NDim: 2} }

// Validate reports every invalid field at once, each by name and value.
func (o WritePointsOptions) Validate() error {
	if o.NDim != 2 && o.NDim != 3 {
		return fmt.Errorf("NDim %d: want 2 or 3", o.NDim)
	}
	return nil
}

// WritePoints writes points as a CSV file that napari opens and [ReadPoints]
// reads: a header, then one row per point in the order of the slice. The
// columns are index (from 0), axis-0 and axis-1 (y, x) or axis-0 to axis-2
// (z, y, x) in voxels, then class and probability as chosen. Numbers have the
// fewest digits that read back as the same float64, so nothing is rounded.
//
// No points give a file with only a header. A coordinate that is not finite,
// a 2D point with z other than 0, and where the column is asked for a class
// below 1 or a probability outside [0, 1] are errors that give the point's
// place in the slice; nothing is written then.
func WritePoints(w io.Writer, points []Point, opts WritePointsOptions) error {
	if err := opts.Validate(); err != nil {
		return fmt.Errorf("detection: write points: %w", err)
	}
	for i, p := range points {
		if err := p.writable(opts); err != nil {
			return fmt.Errorf("detection: write points: point at index %d: %w", i, err)
		}
	}
	out := bufio.NewWriter(w)
	out.WriteString("index,axis-0,axis-1") // errors are kept until Flush
	if opts.NDim == 3 {
		out.WriteString(",axis-2")
	}
	if opts.Class {
		out.WriteString(",class")
	}
	if opts.Probability {
		out.WriteString(",probability")
	}
	out.WriteByte('\n')
	var row []byte
	for i, p := range points {
		row = strconv.AppendInt(row[:0], int64(i), 10)
		for _, v := range p.Pos[3-opts.NDim:] {
			row = strconv.AppendFloat(append(row, ','), v, 'g', -1, 64)
		}
		if opts.Class {
			row = strconv.AppendInt(append(row, ','), int64(p.Class), 10)
		}
		if opts.Probability {
			row = strconv.AppendFloat(append(row, ','), p.Prob, 'g', -1, 64)
		}
		out.Write(append(row, '\n'))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("detection: write points: %w", err)
	}
	return nil
}

// writable reports what would not read back as it was.
func (p Point) writable(opts WritePointsOptions) error {
	for axis, v := range p.Pos {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s is %v: want a finite number", AxisNames[axis], v)
		}
	}
	switch {
	case opts.NDim == 2 && p.Pos[0] != 0:
		return fmt.Errorf("z is %v: want 0 in a 2D file", p.Pos[0])
	case opts.Class && p.Class < 1:
		return fmt.Errorf("class is %d: want 1 or more", p.Class)
	case opts.Probability && !(p.Prob >= 0 && p.Prob <= 1):
		return fmt.Errorf("probability is %v: want 0 to 1", p.Prob)
	}
	return nil
}
