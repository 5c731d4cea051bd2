package export

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// imageJ holds .roi files that ImageJ wrote; testdata/ImageJ.java made it, and
// a peer test makes it again.
//
//go:embed testdata/imagej.txt
var imageJ string

// selections are those of testdata/ImageJ.java.
func selections() map[string]pointROI {
	three := pointROI{x: []float32{10.25, 3.75, 200}, y: []float32{5.5, 7.125, 100}}
	one := pointROI{x: []float32{10.25}, y: []float32{5.5}}
	stack, plane, single, hyperstack := three, three, one, one
	stack.name, stack.slices, stack.group = "class 1", []int{1, 2, 3}, 1
	plane.name, plane.slices = "points", []int{0, 0, 0}
	single.name, single.slices, single.group, single.properties = "0001 α-🔬", []int{4}, 2, "probability: 0.9375\nz: 3.25\n"
	hyperstack.name, hyperstack.slices, hyperstack.hyperstackZ = "0001", []int{0}, 4
	return map[string]pointROI{"stack": stack, "plane": plane, "single": single, "hyperstack": hyperstack,
		"outside": {name: "points", x: []float32{-0.25, 70000.5}, y: []float32{5.5, 3}, slices: []int{0, 0}}}
}

// golden lists the lines of a file of names and bytes.
func golden(t *testing.T, text string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for line := range strings.Lines(text) {
		name, digits, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "#" || name == "LUT" { // a comment; what ImageJ says about a file of colours
			continue
		}
		data, err := hex.DecodeString(digits)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files
}

func TestSameBytesAsImageJ(t *testing.T) {
	sameBytes(t, golden(t, imageJ))
}

func sameBytes(t *testing.T, want map[string][]byte) {
	t.Helper()
	ours := selections()
	if len(want) != len(ours) {
		t.Fatalf("%d files, want %d", len(want), len(ours))
	}
	for name, roi := range ours {
		if got := roi.encode(); !bytes.Equal(got, want[name]) {
			t.Errorf("%s:\n %x, ImageJ writes\n %x", name, got, want[name])
		}
	}
}

// What ImageJ wrote reads as the points that went in.
func TestReadImageJ(t *testing.T) {
	p := func(z, y, x float64, class int) detection.Point {
		return detection.Point{Pos: [3]float64{z, y, x}, Class: class, Prob: 1}
	}
	single := p(3.25, 5.5, 10.25, 2)
	single.Prob = 0.9375
	for name, want := range map[string][]detection.Point{
		"stack":      {p(0, 5.5, 10.25, 1), p(1, 7.125, 3.75, 1), p(2, 100, 200, 1)},
		"plane":      {p(0, 5.5, 10.25, 0), p(0, 7.125, 3.75, 0), p(0, 100, 200, 0)},
		"single":     {single},
		"hyperstack": {p(3, 5.5, 10.25, 0)},
		"outside":    {p(0, 5.5, -0.25, 0), p(0, 3, 70000.5, 0)},
	} {
		got, err := ReadROISet(golden(t, imageJ)[name], name, DefaultReadROISetOptions())
		if err != nil {
			t.Fatal(err)
		}
		detection.Renumber(want)
		same(t, name, got, want)
	}
}

// same compares points exactly.
func same(t *testing.T, name string, got, want []detection.Point) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d points, want %d", name, len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s: point %d is %+v, want %+v", name, i, got[i], want[i])
		}
	}
}

// Selections of the Multi-point tool: whole pixels, counters, no group.
func TestReadByHand(t *testing.T) {
	hand := pointROI{name: "x", x: []float32{10, 4, 7}, y: []float32{6, 6, 9}, slices: []int{1, 6, 0}, counters: []int{0, 2, 1}}
	data := hand.encode()
	data[roiOptions+1] &^= roiSubPixel // the whole coordinates count then: 4+6, 4+0, 4+3 and 6+0, 6+0, 6+3
	want := []detection.Point{
		{ID: 1, Pos: [3]float64{0, 6, 10}, Prob: 1, Class: 1},
		{ID: 2, Pos: [3]float64{2, 6, 4}, Prob: 1, Class: 3}, // place 6 of two channels is plane 3
		{ID: 3, Pos: [3]float64{0, 9, 7}, Prob: 1, Class: 2},
	}
	opts := DefaultReadROISetOptions()
	opts.Channels = 2
	got, err := ReadROISet(data, "hand.roi", opts)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "by hand", got, want)

	hand.group = 9 // a group counts more than counters
	got, err = ReadROISet(hand.encode(), "hand.roi", opts)
	if err != nil || len(got) != 3 || got[1].Class != 9 {
		t.Errorf("with a group: %v, %v", got, err)
	}
}
