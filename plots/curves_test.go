package plots

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

var regen = flag.Bool("regen", false, "write the golden pictures anew")

func lossChart() Curves {
	return Curves{
		Title: "Loss", XLabel: "epoch", YLabel: "loss", Mark: 3, MarkLabel: "best",
		Lines: []Curve{
			{Name: "train", X: []float64{1, 2, 3, 4}, Y: []float64{0.9, 0.5, 0.4, 0.35}},
			{Name: "val", X: []float64{1, 2, 3, 4}, Y: []float64{0.8, math.NaN(), 0.45, 0.5}},
		},
	}
}

func TestCurvesGolden(t *testing.T) {
	var b, again bytes.Buffer
	if err := lossChart().WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	if err := lossChart().WritePNG(&again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("two drawings of the same data differ")
	}
	checkGolden(t, "curves_golden.png", b.Bytes())
}

// checkGolden compares a picture with the one kept in testdata.
func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	golden := filepath.Join("testdata", name)
	if *regen {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	samePicture(t, got, want)
}

// A line without ups and downs, such as a constant learning rate, is in the
// middle of a range of its own size.
func TestConstantCurve(t *testing.T) {
	c := Curves{Title: "Learning rate", Mark: math.NaN(), Lines: []Curve{{Name: "training", X: []float64{1, 2, 3}, Y: []float64{1e-3, 1e-3, 1e-3}}}}
	var b bytes.Buffer
	if err := c.WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "constant_golden.png", b.Bytes())
}

// samePicture compares pixels and lets anti-aliasing differ a little between
// architectures.
func samePicture(t *testing.T, got, want []byte) {
	t.Helper()
	a, err := png.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	b, err := png.Decode(bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	if a.Bounds() != b.Bounds() {
		t.Fatalf("picture is %v, want %v", a.Bounds(), b.Bounds())
	}
	differ := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if max(r1, r2)-min(r1, r2) > 0x1000 || max(g1, g2)-min(g1, g2) > 0x1000 || max(b1, b2)-min(b1, b2) > 0x1000 {
				differ++
			}
		}
	}
	if differ > 50 {
		t.Errorf("%d pixels differ from the golden picture", differ)
	}
}

func TestCurvesErrors(t *testing.T) {
	tests := []struct {
		name  string
		chart Curves
		want  string
	}{
		{"no line", Curves{}, "plots: a chart needs at least one line"},
		{"no point", Curves{Lines: []Curve{{Name: "a"}}}, `plots: line "a" has 0 x and 0 y: want the same number, at least one`},
		{"x", Curves{Lines: []Curve{{Name: "a", X: []float64{math.NaN()}, Y: []float64{1}}}}, `plots: X[0] of line "a" is NaN: want a finite number`},
		{"large", Curves{Lines: []Curve{{Name: "a", X: []float64{1}, Y: []float64{-2e100}}}}, `plots: point 0 of line "a" is -2e+100: want 0, or a size from 1e-100 to 1e+100`},
		{"mark", Curves{Mark: math.Inf(1), Lines: []Curve{{Name: "a", X: []float64{1}, Y: []float64{1}}}}, "plots: Mark is +Inf: want a finite number"},
		{"range", Curves{YRange: [2]float64{0, math.Inf(1)}, Lines: []Curve{{Name: "a", X: []float64{1}, Y: []float64{1}}}}, "plots: an end of YRange is +Inf: want a finite number"},
		{"small range", Curves{XRange: [2]float64{0, 1e-200}, Lines: []Curve{{Name: "a", X: []float64{1}, Y: []float64{1}}}}, "plots: an end of XRange is 1e-200: want 0, or a size from 1e-100 to 1e+100"},
		{"lengths", Curves{Lines: []Curve{{Name: "a", X: []float64{1, 2}, Y: []float64{1}}}}, `plots: line "a" has 2 x and 1 y: want the same number, at least one`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, err := range []error{tt.chart.WritePNG(&bytes.Buffer{}), tt.chart.WriteSVG(&bytes.Buffer{})} {
				if err == nil || err.Error() != tt.want {
					t.Errorf("error %v, want %s", err, tt.want)
				}
			}
		})
	}
	for _, err := range []error{lossChart().WritePNG(failingWriter{}), lossChart().WriteSVG(failingWriter{})} {
		if !errors.Is(err, errDisk) {
			t.Errorf("error %v, want %v", err, errDisk)
		}
	}
}

// TestCurvesRange fixes an axis, which moves the picture and only that.
func TestCurvesRange(t *testing.T) {
	draw := func(write func(Curves, *bytes.Buffer) error, change func(*Curves)) string {
		var b bytes.Buffer
		c := lossChart()
		change(&c)
		if err := write(c, &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for name, write := range map[string]func(Curves, *bytes.Buffer) error{
		"png": func(c Curves, b *bytes.Buffer) error { return c.WritePNG(b) },
		"svg": func(c Curves, b *bytes.Buffer) error { return c.WriteSVG(b) },
	} {
		free := draw(write, func(*Curves) {})
		if draw(write, func(c *Curves) { c.XRange = [2]float64{0, 9} }) == free {
			t.Errorf("%s: XRange changes nothing", name)
		}
		if draw(write, func(c *Curves) { c.YRange = [2]float64{0, 2} }) == free {
			t.Errorf("%s: YRange changes nothing", name)
		}
	}
}

// The legend stands above the plot, in rows that make the picture higher and
// leave the lines free.
func TestLegendLeavesLinesFree(t *testing.T) {
	draw := func(lines int) image.Image {
		c := Curves{Mark: math.NaN()}
		for i := range lines {
			c.Lines = append(c.Lines, Curve{Name: "a line with a name of some length", X: []float64{1, 2}, Y: []float64{0, float64(i)}})
		}
		var b bytes.Buffer
		if err := c.WritePNG(&b); err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	text := func(m image.Image, r image.Rectangle) bool { // nothing else is as dark
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				if r, g, b, _ := m.At(x, y).RGBA(); max(r, g, b) < 0x4000 {
					return true
				}
			}
		}
		return false
	}
	one, ten := draw(2), draw(10)
	rows := (ten.Bounds().Dy() - one.Bounds().Dy()) / int(keyRow)
	if one.Bounds().Dy() != pictureHeight || rows < 2 {
		t.Fatalf("heights %v and %v", one.Bounds(), ten.Bounds())
	}
	for _, m := range []image.Image{one, ten} {
		bottom := 48 + m.Bounds().Dy() - pictureHeight // of the legend
		if !text(m, image.Rect(0, bottom-24, 800, bottom)) || text(m, image.Rect(0, bottom+1, 800, m.Bounds().Dy())) {
			t.Errorf("%v: the names are not above %d", m.Bounds(), bottom)
		}
	}
}

var errDisk = errors.New("disk full")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errDisk }
