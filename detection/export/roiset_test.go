package export_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/export"
)

// cloud is n points in a volume of 30 planes of 2000 x 3000 pixels, some of them on
// whole and half pixels, of classes 0 to classes.
func cloud(seed uint64, n, ndim, classes int) []detection.Point {
	r := rand.New(rand.NewPCG(seed, 1))
	points := make([]detection.Point, n)
	for i := range points {
		p := detection.Point{Prob: r.Float64(), Class: r.IntN(classes + 1)}
		for axis, size := range [3]float64{29, 2000, 3000} {
			if p.Pos[axis] = r.Float64() * size; i%5 == 0 {
				p.Pos[axis] = math.Floor(p.Pos[axis]*2) / 2
			}
		}
		if ndim == 2 {
			p.Pos[0] = 0
		}
		points[i] = p
	}
	detection.Renumber(points)
	return points
}

func roiSet(t *testing.T, points []detection.Point, opts export.ROISetOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := export.WriteROISet(&b, points, opts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// expected is what is left of points after a ROI set: float32 for x and y,
// planes and no probability in a multi-point ROI, which also sorts by class.
func expected(points []detection.Point, opts export.ROISetOptions) []detection.Point {
	want := slices.Clone(points)
	for i := range want {
		p := &want[i]
		p.Pos[1], p.Pos[2] = float64(float32(p.Pos[1])), float64(float32(p.Pos[2]))
		if opts.Kind == export.MultiPoint {
			p.Pos[0] = math.Round(p.Pos[0])
		}
		if opts.Kind == export.MultiPoint || !opts.Probability {
			p.Prob = 1
		}
	}
	if opts.Kind == export.MultiPoint {
		slices.SortStableFunc(want, func(a, b detection.Point) int { return a.Class - b.Class })
	}
	detection.Renumber(want)
	return want
}

func TestROISetRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 2, 300} {
		for _, ndim := range []int{2, 3} {
			for _, channels := range []int{1, 3} {
				for _, kind := range []export.ROIKind{export.MultiPoint, export.SinglePoint} {
					for _, classes := range []int{0, 3} {
						opts := export.ROISetOptions{NDim: ndim, Channels: channels, Kind: kind, Probability: n != 2}
						points := cloud(uint64(n), n, ndim, classes)
						name := fmt.Sprintf("%d points, %+v, %d classes", n, opts, classes)
						read := export.DefaultReadROISetOptions()
						read.Channels = channels
						got, err := export.ReadROISet(roiSet(t, points, opts), "x.zip", read)
						if err != nil {
							t.Fatalf("%s: %v", name, err)
						}
						if want := expected(points, opts); !slices.Equal(got, want) {
							t.Errorf("%s: read %v, want %v", name, got, want)
						}
					}
				}
			}
		}
	}
}

// More points than the format's field for their number holds, and the number
// that people will have.
func TestROISetManyPoints(t *testing.T) {
	for _, n := range []int{10_000, 65_535, 65_536, 70_001} {
		opts := export.DefaultROISetOptions()
		opts.NDim = 3
		points := cloud(3, n, 3, 0)
		data := roiSet(t, points, opts)
		got, err := export.ReadROISet(data, "x.zip", export.DefaultReadROISetOptions())
		if err != nil || !slices.Equal(got, expected(points, opts)) {
			t.Errorf("%d points came back as %d, %v", n, len(got), err)
		}
	}
}

func TestROISetSameBytes(t *testing.T) {
	points := cloud(1, 50, 3, 2)
	opts := export.DefaultROISetOptions()
	opts.NDim, opts.Kind = 3, export.SinglePoint
	if !bytes.Equal(roiSet(t, points, opts), roiSet(t, points, opts)) {
		t.Error("the same points gave other bytes")
	}
}

// files lists the names in an archive.
func files(t *testing.T, data []byte) []string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, f := range r.File {
		names = append(names, f.Name)
	}
	return names
}

func TestROISetNames(t *testing.T) {
	p := func(class int) detection.Point { return detection.Point{Class: class, Prob: 1} }
	tests := []struct {
		name    string
		points  []detection.Point
		classes []string
		kind    export.ROIKind
		want    []string
	}{
		{"none", nil, nil, export.MultiPoint, []string{}},
		{"no classes", []detection.Point{p(0), p(0)}, nil, export.MultiPoint, []string{"points.roi"}},
		{"ascending classes, a gap", []detection.Point{p(3), p(1), p(3)}, nil, export.MultiPoint, []string{"class 1.roi", "class 3.roi"}},
		{"some without a class", []detection.Point{p(2), p(0)}, nil, export.MultiPoint, []string{"no class.roi", "class 2.roi"}},
		{"class names", []detection.Point{p(2), p(1)}, []string{"νευρών 神経", "a/b: 1"}, export.MultiPoint, []string{"νευρών 神経.roi", "a_b_ 1.roi"}},
		{"names that become the same", []detection.Point{p(1), p(2), p(3), p(4)}, []string{"a/b", "a:b", "a_b-1", "a*b"}, export.MultiPoint,
			[]string{"a_b.roi", "a_b-1.roi", "a_b-1-1.roi", "a_b-2.roi"}},
		{"a way out of the folder", []detection.Point{p(1)}, []string{"../../x"}, export.MultiPoint, []string{".._.._x.roi"}},
		{"single points", []detection.Point{p(2), p(0)}, []string{"a", "b"}, export.SinglePoint, []string{"0001 b.roi", "0002.roi"}},
	}
	for _, test := range tests {
		opts := export.DefaultROISetOptions()
		opts.ClassNames, opts.Kind = test.classes, test.kind
		if got := files(t, roiSet(t, test.points, opts)); !slices.Equal(got, test.want) {
			t.Errorf("%s: files %q, want %q", test.name, got, test.want)
		}
	}
	many := make([]detection.Point, 10_000)
	opts := export.DefaultROISetOptions()
	opts.Kind = export.SinglePoint
	if got := files(t, roiSet(t, many, opts)); got[0] != "00001.roi" || got[9_999] != "10000.roi" {
		t.Errorf("10,000 points: %q to %q", got[0], got[9_999])
	}
}

func TestROISetRefuses(t *testing.T) {
	ok := export.DefaultROISetOptions()
	ok.NDim = 3
	tests := []struct {
		name string
		p    detection.Point
		mod  func(*export.ROISetOptions)
		want string
	}{
		{"options", detection.Point{}, func(o *export.ROISetOptions) {
			*o = export.ROISetOptions{NDim: 4, Kind: "circle", ClassNames: []string{"a", " b", "", "a", "c\x07d", "\xff"}}
		}, `export: write ROI set: NDim 4: want 2 or 3
Channels 0: want 1 to 1000
Kind "circle": want "multipoint" or "point"
ClassNames[1] is " b": want a name without blanks around it
ClassNames[2] is "": want a name without blanks around it
ClassNames[3] is "a" like ClassNames[0]: want each name once
ClassNames[4] is "c\ad": want UTF-8 without control characters
ClassNames[5] is "\xff": want UTF-8 without control characters`},
		{"too many names", detection.Point{}, func(o *export.ROISetOptions) { o.ClassNames = strings.Fields(strings.Repeat("x ", 256)) }, "ClassNames has 256 names: want at most 255"},
		{"NaN", detection.Point{Pos: [3]float64{0, math.NaN(), 0}}, nil, "point at index 1: y is NaN: want a number"},
		{"infinite", detection.Point{Pos: [3]float64{0, 0, math.Inf(-1)}}, nil, "x is -Inf: want a number"},
		{"above the stack", detection.Point{Pos: [3]float64{-0.51, 0, 0}}, nil, "z is -0.51: want a plane of the stack"},
		{"too deep", detection.Point{Pos: [3]float64{1 << 23, 0, 0}}, nil, "want a plane of the stack, 0 to 8388606"},
		{"z in 2D", detection.Point{Pos: [3]float64{1, 0, 0}}, func(o *export.ROISetOptions) { o.NDim = 2 }, "z is 1: want 0 in 2D"},
		{"class", detection.Point{Class: -1}, nil, "class is -1: want 0 or more"},
		{"class too large", detection.Point{Class: 256}, nil, "class is 256: want at most 255"},
		{"class without a name", detection.Point{Class: 2}, func(o *export.ROISetOptions) { o.ClassNames = []string{"a"} }, "class is 2: ClassNames has 1 names"},
		{"probability", detection.Point{Prob: 1.5}, nil, "probability is 1.5: want 0 to 1"},
		{"no probability", detection.Point{Prob: math.NaN()}, nil, "probability is NaN"},
	}
	for _, test := range tests {
		opts := ok
		if test.mod != nil {
			test.mod(&opts)
		}
		var b bytes.Buffer
		err := export.WriteROISet(&b, []detection.Point{{}, test.p}, opts)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %s", test.name, err, test.want)
		}
		if b.Len() > 0 {
			t.Errorf("%s: %d bytes were written", test.name, b.Len())
		}
	}
	ok.Channels = 3
	if err := export.WriteROISet(&bytes.Buffer{}, []detection.Point{{Pos: [3]float64{1<<23 - 2, 0, 0}}}, ok); err == nil || !strings.Contains(err.Error(), "0 to 2796202") {
		t.Errorf("a place beyond the format's 23 bits: %v", err) // (2^23 - 2) / 3
	}
	ok.Channels = 1
	last := detection.Point{Pos: [3]float64{1<<23 - 2, 0, 0}, Class: 255}
	got, err := export.ReadROISet(roiSet(t, []detection.Point{last}, ok), "x.zip", export.DefaultReadROISetOptions())
	if err != nil || got[0].Pos != last.Pos || got[0].Class != 255 {
		t.Errorf("the last plane and class: %v, %v", got, err)
	}
}
