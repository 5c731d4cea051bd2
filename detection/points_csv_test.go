package detection_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/fuzzkit"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

// at2D and at3D are true points as ReadPoints gives them.
func at2D(id int, y, x float64) detection.Point {
	return detection.Point{ID: id, Pos: [3]float64{0, y, x}, Prob: 1}
}

func at3D(id int, z, y, x float64) detection.Point {
	return detection.Point{ID: id, Pos: [3]float64{z, y, x}, Prob: 1}
}

func TestReadPoints(t *testing.T) {
	type points = []detection.Point
	tests := []struct {
		name, csv string
		mod       func(*detection.ReadPointsOptions)
		want      points
	}{
		{name: "2D", csv: "index,axis-0,axis-1\n0,3.5,4\n1,1e1,-0.4\n", want: points{at2D(1, 3.5, 4), at2D(2, 10, -0.4)}},
		{name: "3D", csv: "index,axis-0,axis-1,axis-2\n0,1,2,3\n", want: points{at3D(1, 1, 2, 3)}},
		{name: "header alone", csv: "index,axis-0,axis-1\n"},
		{name: "header without line end", csv: "index,axis-0,axis-1"},
		{name: "first column is free", csv: "何,axis-0,axis-1\nabc,1,2\n,3,4\n", want: points{at2D(1, 1, 2), at2D(2, 3, 4)}},
		{name: "no name and no number in the first column", csv: ",axis-0,axis-1\n7,1,2\n", want: points{at2D(1, 1, 2)}},
		{name: "columns in any order", csv: "i,axis-1,note,axis-0\n0,4,\"a, b\",3\n", want: points{at2D(1, 3, 4)}},
		{name: "names and numbers are trimmed", csv: "i, axis-0 ,\taxis-1\n0, 3 , 4\n", want: points{at2D(1, 3, 4)}},
		{name: "byte order mark, CRLF, blank lines", csv: "\ufeffi,axis-0,axis-1\r\n\r\n0,3,4\r\n  \r\n", want: points{at2D(1, 3, 4)}},
		{name: "quotes", csv: "\"i\",\"axis-0\",\"axis-1\"\n\"0\",\"3\", \"4\"\n", want: points{at2D(1, 3, 4)}},
		{name: "class and probability", csv: "i,axis-0,axis-1,class,probability\n0,1,2,2,0.25\n1,3,4,1.0,1\n",
			want: points{{ID: 1, Pos: [3]float64{0, 1, 2}, Prob: 0.25, Class: 2}, {ID: 2, Pos: [3]float64{0, 3, 4}, Prob: 1, Class: 1}}},
		{name: "a class absent from one image", csv: "i,axis-0,axis-1,class\n0,1,2,3\n",
			mod:  func(o *detection.ReadPointsOptions) { o.Classes = 3 },
			want: points{{ID: 1, Pos: [3]float64{0, 1, 2}, Prob: 1, Class: 3}}},
		{name: "one class: the column is ignored", csv: "i,axis-0,axis-1,class\n0,1,2,red\n",
			mod:  func(o *detection.ReadPointsOptions) { o.Classes = 1 },
			want: points{at2D(1, 1, 2)}},
		{name: "the edges of the image belong to it, half a voxel out does not", csv: "i,axis-0,axis-1\n0,-0.49,7.49\n",
			mod:  func(o *detection.ReadPointsOptions) { o.Dims = [3]int{1, 5, 8} },
			want: points{at2D(1, -0.49, 7.49)}},
		{name: "a stack of one plane", csv: "i,axis-0,axis-1,axis-2\n0,0,2,3\n",
			mod:  func(o *detection.ReadPointsOptions) { o.NDim, o.Dims = 3, [3]int{1, 5, 8} },
			want: points{at3D(1, 0, 2, 3)}},
		{name: "repeated points by choice", csv: "i,axis-0,axis-1\n0,1,2\n1,1.2,2\n",
			mod:  func(o *detection.ReadPointsOptions) { o.AllowRepeated = true },
			want: points{at2D(1, 1, 2), at2D(2, 1.2, 2)}},
		{name: "points outside by choice", csv: "i,axis-0,axis-1\n0,-7,99\n",
			mod:  func(o *detection.ReadPointsOptions) { o.AllowOutside, o.Dims = true, [3]int{1, 5, 8} },
			want: points{at2D(1, -7, 99)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultReadPointsOptions()
			if tt.mod != nil {
				tt.mod(&opts)
			}
			got, err := detection.ReadPoints(strings.NewReader(tt.csv), "f.csv", opts)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("ReadPoints = %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestReadPointsFaults(t *testing.T) {
	const h2, h3 = "i,axis-0,axis-1\n", "i,axis-0,axis-1,axis-2\n"
	in2D := func(o *detection.ReadPointsOptions) { o.Dims = [3]int{1, 10, 20} }
	in3D := func(o *detection.ReadPointsOptions) { o.Dims = [3]int{5, 10, 20} }
	tests := []struct {
		name, csv string
		mod       func(*detection.ReadPointsOptions)
		want      string
	}{
		{"empty", "", nil, `f.csv: file is empty: want a header such as index,axis-0,axis-1`},
		{"blank", "\ufeff\n \n", nil, `f.csv: file is empty: want a header such as index,axis-0,axis-1`},
		{"semicolons", "i;axis-0;axis-1\n0;1;2\n", nil, `f.csv:1: fields are separated by ";": want commas`},
		{"tabs", "i\taxis-0\taxis-1\n", nil, `f.csv:1: fields are separated by "\t": want commas`},
		{"UTF-16", "\xff\xfei\x00,\x00", nil, `f.csv:1: file is UTF-16 text: save it as UTF-8`},
		{"wrong names", "i,y,Axis-1\n0,1,2\n", nil, `f.csv:1: column axis-0 is missing: the header is "i,y,Axis-1"
f.csv:1: column axis-1 is missing: the header is "i,y,Axis-1"`},
		{"no index column", "axis-0,axis-1\n1,2\n", nil,
			`f.csv:1: first column is axis-0: want an index column before it, as in index,axis-0,axis-1`},
		{"a column twice", "i,axis-0,axis-1,axis-0\n", nil, `f.csv:1: columns 2 and 4 are both axis-0: want one`},
		{"time series", "i,axis-0,axis-1,axis-2,axis-3\n", nil,
			`f.csv:1: column axis-3 makes this a file of 4 dimensions: want (y, x) or (z, y, x)`},
		{"2D file, 3D image", h2 + "0,1,2\n", in3D,
			`f.csv:1: file is 2D (it has no column axis-2) and the image is 3D: want axis-0, axis-1, axis-2 (z, y, x)`},
		{"3D file, 2D image", h3 + "0,1,2,3\n", in2D,
			`f.csv:1: file is 3D (it has a column axis-2) and the image is 2D: want axis-0, axis-1 alone (y, x)`},
		{"3D file, NDim 2", h3, func(o *detection.ReadPointsOptions) { o.NDim = 2 },
			`f.csv:1: file is 3D (it has a column axis-2) and the image is 2D: want axis-0, axis-1 alone (y, x)`},
		{"class column missing", h2, func(o *detection.ReadPointsOptions) { o.Classes = 2 },
			`f.csv:1: column class is missing: want it, with values 1 to 2; the header is "i,axis-0,axis-1"`},
		{"numbers", h2 + "0,abc,2\n\n1,,1\n2,NaN,-inf\n3,1e999,0x1p3\n", nil, `f.csv:2: axis-0 is "abc": want a number
f.csv:4: axis-0 is empty: want a number
f.csv:5: axis-0 is "NaN": want a finite number
f.csv:5: axis-1 is "-inf": want a finite number
f.csv:6: axis-0 is "1e999": want a finite number
f.csv:6: axis-1 is "0x1p3": want a number`},
		{"decimal commas", h2 + "0,1,5,2,5\n", nil, `f.csv:2: row has 5 fields: want 3 as in the header`},
		{"short row", h2 + "0,1\n", nil, `f.csv:2: row has 2 fields: want 3 as in the header`},
		{"open quote", h2 + "0,\"1,2\n1,3,4\n", nil, `f.csv:2: quotes do not pair up within the line: want plain comma-separated fields`},
		{"outside", h2 + "0,9.5,0\n1,-0.5,20\n2,9.49,19\n", in2D, `f.csv:2: axis-0 is 9.5: the image has voxels 0 to 9 along y
f.csv:3: axis-0 is -0.5: the image has voxels 0 to 9 along y
f.csv:3: axis-1 is 20: the image has voxels 0 to 19 along x`},
		{"outside in z", h3 + "0,5,1,1\n", in3D, `f.csv:2: axis-0 is 5: the image has voxels 0 to 4 along z`},
		{"outside any image", h2 + "0,-3,3e9\n", nil, `f.csv:2: axis-0 is -3: want a voxel inside the image, 0 or more
f.csv:2: axis-1 is 3e+09: want at most 2147483647 voxels`},
		{"too far to be an index", h2 + "0,1e300,1\n", func(o *detection.ReadPointsOptions) { o.AllowOutside = true },
			`f.csv:2: axis-0 is 1e+300: want at most 2147483647 voxels`},
		{"repeated after rounding", h2 + "0,2.5,3\n1,7,7\n2,3.4,2.5\n3,3,3\n", nil,
			`f.csv:4: point is in the same voxel (3, 3) as that of line 2: want each object once
f.csv:5: point is in the same voxel (3, 3) as that of line 2: want each object once`},
		{"classes", "i,axis-0,axis-1,class\n0,1,1,0\n1,2,2,1.5\n2,3,3,red\n3,4,4,3\n4,5,5,2\n",
			func(o *detection.ReadPointsOptions) { o.Classes = 2 }, `f.csv:2: class is "0": want a whole number from 1
f.csv:3: class is "1.5": want a whole number from 1
f.csv:4: class is "red": want a number
f.csv:5: class is 3: want 1 to 2`},
		{"a class beyond reason", "i,axis-0,axis-1,class\n0,1,1,3e9\n", nil, `f.csv:2: class is "3e9": want a whole number from 1`},
		{"class gaps", "i,axis-0,axis-1,class\n0,1,1,1\n1,2,2,4\n2,3,3,8\n", nil,
			`f.csv:4: class is 8 but no point has class 2, 3, 5, 6 or 7: want 1 to k without gaps`},
		{"probability", "i,axis-0,axis-1,probability\n0,1,1,1.5\n1,2,2,nan\n", nil, `f.csv:2: probability is 1.5: want 0 to 1
f.csv:3: probability is "nan": want a finite number`},
		{"faults of all kinds, by line", h2 + "0,1,1\n1,1,1\n2,x,1\n3,1,1\n", nil,
			`f.csv:3: point is in the same voxel (1, 1) as that of line 2: want each object once
f.csv:4: axis-0 is "x": want a number
f.csv:5: point is in the same voxel (1, 1) as that of line 2: want each object once`},
		{"too many points", h2 + "0,1,1\n1,2,2\n2,3,3\n", func(o *detection.ReadPointsOptions) { o.MaxPoints = 2 },
			`f.csv:4: file has more than 2 points: raise MaxPoints if that is meant`},
		{"not a text file", h2 + strings.Repeat("x", 1<<21), nil, `f.csv:2: line is longer than 1048576 bytes: want a CSV file of points`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultReadPointsOptions()
			if tt.mod != nil {
				tt.mod(&opts)
			}
			got, err := detection.ReadPoints(strings.NewReader(tt.csv), "f.csv", opts)
			if err == nil || err.Error() != tt.want || got != nil {
				t.Errorf("ReadPoints = %v, error\n%v\nwant\n%s", got, err, tt.want)
			}
		})
	}
}

func TestReadPointsManyFaults(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("i,axis-0,axis-1\n0,5,5\n")
	for i := range 30 {
		fmt.Fprintf(&csv, "%d,5,5\n%d,x,5\n", i, i) // repeated on odd lines, no number on even ones
	}
	_, err := detection.ReadPoints(strings.NewReader(csv.String()), "f.csv", detection.DefaultReadPointsOptions())
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 21 {
		t.Fatalf("error %v: want 20 faults and a number", err)
	}
	for i, e := range joined.Unwrap()[:20] {
		var fault *detection.PointsError
		if !errors.As(e, &fault) || fault.File != "f.csv" || fault.Line != i+3 || (fault.Column == "axis-0") != (i%2 == 1) {
			t.Errorf("fault %d is %+v, want one of line %d", i, fault, i+3)
		}
	}
	if got, want := joined.Unwrap()[20].Error(), "f.csv: and 40 more"; got != want {
		t.Errorf("last: %q, want %q", got, want)
	}
}

// Faults found after the last row keep their place among more than 20 others.
func TestReadPointsManyFaultsOrder(t *testing.T) {
	csv := "i,axis-0,axis-1,class\n0,9,9,3\n1,1,1,1\n2,1,1,1\n3,9,9,1\n" + strings.Repeat("4,x,5,1\n", 30)
	_, err := detection.ReadPoints(strings.NewReader(csv), "f.csv", detection.DefaultReadPointsOptions())
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	for i, want := range []string{"f.csv:2: class is 3", "f.csv:4: point is in the same voxel (1, 1)", "f.csv:5: point is in the same voxel (9, 9)", "f.csv:6: axis-0"} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("fault %d: %q, want %q", i, lines[i], want)
		}
	}
	if last := lines[len(lines)-1]; len(lines) != 21 || last != "f.csv: and 13 more" {
		t.Errorf("%d lines, the last %q", len(lines), last)
	}
}

func TestReadPointsReaderError(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := detection.ReadPoints(iotest.ErrReader(broken), "f.csv", detection.DefaultReadPointsOptions())
	if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "f.csv: ") {
		t.Errorf("error %v: want the reader's, with the file", err)
	}
}

// A file that has no classes yet is read where that is allowed; one that has is as
// strict as ever.
func TestReadPointsUnclassed(t *testing.T) {
	opts := detection.DefaultReadPointsOptions()
	opts.Classes, opts.AllowUnclassed = 3, true
	got, err := detection.ReadPoints(strings.NewReader("i,axis-0,axis-1\n0,1,2\n"), "f.csv", opts)
	if err != nil || len(got) != 1 || got[0].Class != 0 {
		t.Errorf("%v, %v: want a point of class 0", got, err)
	}
	if _, err := detection.ReadPoints(strings.NewReader("i,axis-0,axis-1,class\n0,1,2,4\n"), "f.csv", opts); err == nil || err.Error() != "f.csv:2: class is 4: want 1 to 3" {
		t.Errorf("a class that is not there: %v", err)
	}
}

func TestReadPointsOptions(t *testing.T) {
	bad := detection.ReadPointsOptions{NDim: 4, Dims: [3]int{1, 0, 5}, Classes: -1}
	_, err := detection.ReadPoints(strings.NewReader(""), "f.csv", bad)
	for _, field := range []string{"NDim 4", "Dims [1 0 5]", "Classes -1", "MaxPoints 0"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("error %v does not name %s", err, field)
		}
	}
	stack := detection.DefaultReadPointsOptions()
	stack.NDim, stack.Dims = 2, [3]int{2, 3, 3}
	if stack.Validate() == nil {
		t.Error("NDim 2 for a stack is accepted")
	}
	const want = "{NDim:0 Dims:[0 0 0] Classes:0 AllowUnclassed:false AllowRepeated:false AllowOutside:false MaxPoints:50000000}"
	if got := fmt.Sprintf("%+v", detection.DefaultReadPointsOptions()); got != want {
		t.Errorf("defaults are %s, want %s", got, want)
	}
}

func TestWritePoints(t *testing.T) {
	points := []detection.Point{
		{ID: 1, Pos: [3]float64{0, 1.5, 1.0 / 3}, Prob: 0.875, Class: 2},
		{ID: 2, Pos: [3]float64{0, 1e21, 20}, Prob: 1, Class: 1},
	}
	tests := []struct {
		name string
		opts detection.WritePointsOptions
		want string
	}{
		{"2D", detection.DefaultWritePointsOptions(), "index,axis-0,axis-1\n0,1.5,0.3333333333333333\n1,1e+21,20\n"},
		{"3D", detection.WritePointsOptions{NDim: 3}, "index,axis-0,axis-1,axis-2\n0,0,1.5,0.3333333333333333\n1,0,1e+21,20\n"},
		{"all columns", detection.WritePointsOptions{NDim: 2, Class: true, Probability: true},
			"index,axis-0,axis-1,class,probability\n0,1.5,0.3333333333333333,2,0.875\n1,1e+21,20,1,1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := detection.WritePoints(&b, points, tt.opts); err != nil || b.String() != tt.want {
				t.Errorf("WritePoints: %v\n%s\nwant\n%s", err, &b, tt.want)
			}
		})
	}
}

func TestWritePointsErrors(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	all := detection.WritePointsOptions{NDim: 2, Class: true, Probability: true}
	tests := []struct {
		point detection.Point
		opts  detection.WritePointsOptions
		want  string
	}{
		{detection.Point{Pos: [3]float64{0, nan, 0}}, detection.WritePointsOptions{NDim: 3}, "y is NaN"},
		{detection.Point{Pos: [3]float64{0, 0, inf}}, detection.WritePointsOptions{NDim: 3}, "x is +Inf"},
		{detection.Point{Pos: [3]float64{2, 0, 0}}, detection.DefaultWritePointsOptions(), "z is 2"},
		{detection.Point{Prob: 1}, all, "class is 0"},
		{detection.Point{Class: 1, Prob: nan}, all, "probability is NaN"},
		{detection.Point{Class: 1, Prob: 1.1}, all, "probability is 1.1"},
		{detection.Point{}, detection.WritePointsOptions{}, "NDim 0"},
	}
	for _, tt := range tests {
		var b bytes.Buffer
		good := detection.Point{Prob: 1, Class: 1}
		err := detection.WritePoints(&b, []detection.Point{good, tt.point}, tt.opts)
		if err == nil || !strings.Contains(err.Error(), tt.want) || b.Len() > 0 {
			t.Errorf("%+v: error %v, %d bytes; want %q and nothing written", tt.point, err, b.Len(), tt.want)
		}
		if tt.opts.NDim != 0 && err != nil && !strings.Contains(err.Error(), "index 1") {
			t.Errorf("error %v does not say which point", err)
		}
	}
	if err := detection.WritePoints(fullDisk{}, nil, detection.DefaultWritePointsOptions()); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("error of the writer: %v", err)
	}
}

// fullDisk is a writer that takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, fs.ErrInvalid }

// Random points of any size come back bit for bit.
func TestPointsRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		ndim := 2 + rng.IntN(2)
		points := make([]detection.Point, rng.IntN(30))
		for i := range points {
			p := detection.Point{ID: i + 1, Prob: rng.Float64(), Class: 1 + rng.IntN(3)}
			for axis := 3 - ndim; axis < 3; axis++ {
				p.Pos[axis] = math.Exp(rng.Float64()*40 - 20) // 2e-9 to 5e8
			}
			points[i] = p
		}
		var b bytes.Buffer
		if err := detection.WritePoints(&b, points, detection.WritePointsOptions{NDim: ndim, Class: true, Probability: true}); err != nil {
			t.Fatal(err)
		}
		opts := detection.DefaultReadPointsOptions()
		opts.Classes, opts.AllowRepeated = 3, true
		got, err := detection.ReadPoints(&b, "f.csv", opts)
		if err != nil || !slices.Equal(got, points) {
			t.Fatalf("read back %v, %v; want %v", got, err, points)
		}
	}
}

// Whatever ReadPoints accepts, WritePoints writes and ReadPoints reads back
// as it was.
func FuzzReadPoints(f *testing.F) {
	for _, csv := range []string{
		"index,axis-0,axis-1\n0,3.5,4\n", "i,axis-0,axis-1,axis-2\r\n0,1,2,3\r\n", "\ufeffi,axis-1,x,axis-0\n0,\"1\",,2\n",
		"i,axis-0,axis-1,class,probability\n0,1,2,1,0.5\n1,-0.3,7e2,2,1\n", "i;axis-0;axis-1\n", "i,axis-0,axis-1\n0,nan,1e999\n0,\"\n",
		"i,axis-0,axis-1,class\n0,1,1,9999999999\n", "",
	} {
		f.Add(csv, 0)
		f.Add(csv, 2)
	}
	f.Fuzz(func(t *testing.T, csv string, classes int) {
		fuzzkit.Bounded(t, []byte(csv), 64<<20, func() { checkReadPoints(t, csv, classes&3) })
	})
}

func checkReadPoints(t *testing.T, csv string, classes int) {
	opts := detection.DefaultReadPointsOptions()
	opts.Classes = classes
	points, err := detection.ReadPoints(strings.NewReader(csv), "f.csv", opts)
	if err != nil {
		if points != nil || !strings.HasPrefix(err.Error(), "f.csv") {
			t.Fatalf("%d points with error %v", len(points), err)
		}
		return
	}
	write := detection.WritePointsOptions{NDim: 3, Class: len(points) > 0 && points[0].Class > 0, Probability: true}
	if opts.Classes > 1 {
		write.Class = true
	}
	var b bytes.Buffer
	if err := detection.WritePoints(&b, points, write); err != nil {
		t.Fatalf("accepted, but not written: %v", err)
	}
	again, err := detection.ReadPoints(&b, "f.csv", opts)
	if err != nil || !slices.Equal(again, points) {
		t.Fatalf("read back %v, %v; want %v", again, err, points)
	}
}

// Every points file of the real data is read, and holds the numbers of
// objects that the data's README states. Three files of the blood smears list
// objects twice, as their source does.
func TestReadPointsRealData(t *testing.T) {
	root := shareddata.Path(t)
	tests := []struct {
		glob    string
		classes int
		want    int
		faulty  int // files with repeated points
	}{
		{"nuclei2d/train/y/*.csv", 0, 3172, 0},
		{"nuclei2d/val/y/*.csv", 0, 421, 0},
		{"nuclei2d/test/y/*.csv", 0, 1186, 0},
		{"blood/test/y/*.csv", 3, 155 + 2456 + 76, 3},
		{"nuclei3d/train/y/*.csv", 0, 49, 0},
		{"nuclei3d/test/y/*.csv", 0, 28, 0},
	}
	for _, tt := range tests {
		files, err := filepath.Glob(filepath.Join(root, tt.glob))
		if err != nil || len(files) == 0 {
			t.Errorf("%s: no files", tt.glob)
		}
		var set []detection.PointsFile
		total, faulty := 0, 0
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			opts := detection.DefaultReadPointsOptions()
			opts.Classes = tt.classes
			if _, err := detection.ReadPoints(bytes.NewReader(data), name, opts); err != nil {
				faulty++
			}
			opts.AllowRepeated = true
			points, err := detection.ReadPoints(bytes.NewReader(data), name, opts)
			if err != nil {
				t.Error(err)
			}
			total += len(points)
			set = append(set, detection.PointsFile{Name: name, Points: points})
		}
		if total != tt.want || faulty != tt.faulty {
			t.Errorf("%s: %d points and %d faulty files, want %d and %d", tt.glob, total, faulty, tt.want, tt.faulty)
		}
		if err := detection.CheckClasses(set, tt.classes); err != nil {
			t.Error(err)
		}
	}
}

// All faults of a file are told at once.
func ExampleReadPoints() {
	csv := "index,axis-0,axis-1\n0,12.5,40\n1,abc,7\n2,13.1,39.8\n3,80,300\n"
	opts := detection.DefaultReadPointsOptions()
	opts.Dims = [3]int{1, 256, 256}
	_, err := detection.ReadPoints(strings.NewReader(csv), "cells.csv", opts)
	fmt.Println(err)
	// Output:
	// cells.csv:3: axis-0 is "abc": want a number
	// cells.csv:4: point is in the same voxel (13, 40) as that of line 2: want each object once
	// cells.csv:5: axis-1 is 300: the image has voxels 0 to 255 along x
}
