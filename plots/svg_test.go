package plots

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func ramp(width, height int) image.Image {
	m := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetGray(x, y, color.Gray{Y: uint8(255 * (x + y) / (width + height))})
		}
	}
	return m
}

func countsChart() Scatter {
	return Scatter{
		Title: "Counts", XLabel: "true objects", YLabel: "counted objects",
		Dots: []Dot{{X: 10, Y: 11, Name: "a"}, {X: 40, Y: 36, Name: "<b> & 'c'"}, {X: 0, Y: 0}},
	}
}

func mistakes() Overlay {
	return Overlay{
		Title: "a.tif: 1 right", Image: ramp(40, 20),
		Marks: []Mark{{Kind: Hit, X: 5, Y: 5, Note: "0.9"}, {Kind: Missed, X: 20, Y: 10, Note: "y 10, x 20"}, {Kind: False, X: 30, Y: 4}, {Kind: Found, X: 39, Y: 19}},
	}
}

// TestSVGGolden compares the text of every kind of chart with a file made by
// -regen and looked at in a browser.
func TestSVGGolden(t *testing.T) {
	for name, write := range map[string]func(io.Writer) error{
		"curves.svg": lossChart().WriteSVG, "scatter.svg": countsChart().WriteSVG, "overlay.svg": mistakes().WriteSVG, "sample.svg": False.WriteSample,
	} {
		t.Run(name, func(t *testing.T) {
			var b, again bytes.Buffer
			if err := errors.Join(write(&b), write(&again)); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b.Bytes(), again.Bytes()) {
				t.Error("two drawings of the same data differ")
			}
			golden := filepath.Join("testdata", name)
			if *regen {
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(want) {
				t.Errorf("differs from the golden file:\n%s", b.String())
			}
			parseSVG(t, b.String())
		})
	}
}

// parseSVG reads all elements; text that is not well formed fails the test.
func parseSVG(t *testing.T, text string) (elements []xml.StartElement, characters string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return elements, characters
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements = append(elements, token.Copy())
		case xml.CharData:
			characters += string(token)
		}
	}
}

// TestSVGEscapes puts markup into every text and finds it again as text.
func TestSVGEscapes(t *testing.T) {
	const bad = "</title><script>alert('1')</script>&\"\x01\xff"
	const want = "</title><script>alert('1')</script>&\"\ufffd\ufffd"
	for name, write := range map[string]func(io.Writer) error{
		"curves":  Curves{Title: bad, XLabel: bad, YLabel: bad, MarkLabel: bad, Mark: 1, Lines: []Curve{{Name: bad, X: []float64{1, 2}, Y: []float64{1, 2}}}}.WriteSVG,
		"scatter": Scatter{Title: bad, XLabel: bad, YLabel: bad, Dots: []Dot{{Name: bad}}}.WriteSVG,
		"overlay": Overlay{Title: bad, Image: ramp(2, 2), Marks: []Mark{{Kind: Missed, Note: bad}}}.WriteSVG,
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		elements, characters := parseSVG(t, b.String())
		for _, e := range elements {
			if e.Name.Local == "script" {
				t.Errorf("%s: a text became an element", name)
			}
		}
		if !strings.Contains(characters, want) {
			t.Errorf("%s: the text is %q, want it to hold %q", name, characters, want)
		}
	}
}

// TestCurvesSVGPlaces computes the place of one point of a fixed frame by
// hand: the frame is 558 wide from 64, and 270 high from 328 upwards.
func TestCurvesSVGPlaces(t *testing.T) {
	var b bytes.Buffer
	c := Curves{
		Title: "t", XRange: [2]float64{0, 2}, YRange: [2]float64{0, 1}, Mark: math.NaN(),
		Lines: []Curve{{Name: "a", X: []float64{0, 0.5, 1, 2}, Y: []float64{0, 0.5, math.NaN(), 1}}},
	}
	if err := c.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	if want := `d="M64 328L203.5 193M622 58"`; !strings.Contains(b.String(), want) { // broken at NaN
		t.Errorf("no line %s in\n%s", want, b.String())
	}
}

func TestTicks(t *testing.T) {
	for _, tt := range []struct {
		axis axis
		want string
	}{
		{axis{lo: 0, hi: 1}, "0 0.2 0.4 0.6 0.8 1.0"},
		{axis{lo: 0.35, hi: 14.65, whole: true}, "2 4 6 8 10 12 14"},
		{axis{lo: 0.9, hi: 2.1, whole: true}, "1 2"},
		{axis{lo: 0.0045, hi: 0.0055}, "0.0046 0.0048 0.0050 0.0052 0.0054"},
		{axis{lo: -2.2, hi: -1.8}, "-2.2 -2.1 -2.0 -1.9 -1.8"},
		{axis{lo: -0.5, hi: 0.5}, "-0.4 -0.2 0 0.2 0.4"},
		{axis{lo: 9e-8, hi: 3e-7}, "1e-07 1.5e-07 2e-07 2.5e-07 3e-07"},
		{axis{lo: 0, hi: 7.2e6}, "0 1e+06 2e+06 3e+06 4e+06 5e+06 6e+06 7e+06"},
	} {
		var labels []string
		for _, k := range tt.axis.ticks() {
			labels = append(labels, k.label)
		}
		if got := strings.Join(labels, " "); got != tt.want {
			t.Errorf("%v to %v: %s, want %s", tt.axis.lo, tt.axis.hi, got, tt.want)
		}
	}
}

// TestAxisRoom: a constant keeps its size, and what cannot be negative does
// not look so.
func TestAxisRoom(t *testing.T) {
	for _, tt := range []struct{ lo, hi, wantLo, wantHi float64 }{
		{0.005, 0.005, 0.0045, 0.0055}, {0, 0, 0, 0.5}, {10, 30, 9, 31}, {0.5, 20.5, 0, 21.5}, {-1, 1, -1.1, 1.1},
	} {
		a := newAxis(tt.lo, tt.hi, [2]float64{}, false)
		if math.Abs(a.lo-tt.wantLo) > 1e-12 || math.Abs(a.hi-tt.wantHi) > 1e-12 {
			t.Errorf("values %v to %v: axis %v to %v, want %v to %v", tt.lo, tt.hi, a.lo, a.hi, tt.wantLo, tt.wantHi)
		}
	}
}

// Long numbers of the y axis do not run into its name: the frame begins farther
// to the right, for a learning rate, say.
func TestSVGLongNumbers(t *testing.T) {
	for _, tt := range []struct {
		y         []float64
		wantStart float64
	}{{[]float64{0.2, 0.8}, marginLeft}, {[]float64{0.00048, 0.00052}, 22 + 9 + math.Ceil((0.64*6+0.32)*14)}, {[]float64{0, 7.2e6}, 22 + 9 + math.Ceil((0.64*4+0.84)*14)}} { // such as 0.00049 and 1e+06
		c := Curves{YLabel: "learning rate", Mark: math.NaN(), Lines: []Curve{{Name: "a", X: []float64{1, 2}, Y: tt.y}}}
		x, y, _, err := c.axes()
		if err != nil {
			t.Fatal(err)
		}
		if f := newFrame(x, y); f.x.start != tt.wantStart {
			t.Errorf("values %v: the frame begins at %v, want %v", tt.y, f.x.start, tt.wantStart)
		}
	}
}

func TestSVGErrors(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		write func(io.Writer) error
		want  string
	}{
		{Scatter{}.WriteSVG, "plots: a scatter chart needs at least one dot"},
		{Scatter{Dots: []Dot{{X: -1, Name: "a"}}}.WriteSVG, `plots: dot "a" at (-1, 0): want finite numbers of at least 0`},
		{Scatter{Dots: []Dot{{Y: inf}}}.WriteSVG, `plots: dot "" at (0, +Inf): want finite numbers of at least 0`},
		{Overlay{}.WriteSVG, "plots: an overlay needs an image"},
		{Overlay{Image: ramp(2, 2), Marks: []Mark{{Kind: 4}}}.WriteSVG, "plots: mark {Kind:4 X:0 Y:0 Note:}: want a known kind and finite numbers"},
		{Overlay{Image: ramp(2, 2), Marks: []Mark{{X: inf}}}.WriteSVG, "plots: mark {Kind:0 X:+Inf Y:0 Note:}: want a known kind and finite numbers"},
		{Kind(-1).WriteSample, "plots: kind -1: want a known one"},
	} {
		if err := tt.write(io.Discard); err == nil || err.Error() != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
	for _, write := range []func(io.Writer) error{countsChart().WriteSVG, mistakes().WriteSVG, Hit.WriteSample} {
		if err := write(failingWriter{}); !errors.Is(err, errDisk) {
			t.Errorf("error %v, want %v", err, errDisk)
		}
	}
}

// TestCurvesSVGWithoutValues draws an empty frame, as the first epoch of a
// training without validation may need.
func TestCurvesSVGWithoutValues(t *testing.T) {
	for _, ys := range [][]float64{{math.NaN()}, {3}, {0}, {-2}} {
		var b bytes.Buffer
		if err := (Curves{Mark: 1, Lines: []Curve{{Name: "a", X: []float64{1}, Y: ys}}}).WriteSVG(&b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf") {
			t.Errorf("values %v: %s", ys, b.String())
		}
	}
}
