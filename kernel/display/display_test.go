package display

import (
	"errors"
	"image"
	"image/color"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/markup"
)

func TestBarHTML(t *testing.T) {
	tests := []struct {
		name    string
		e       detection.ProgressEvent
		elapsed time.Duration
		want    []string
	}{
		{"begins", detection.ProgressEvent{Task: "predict", Total: 10, Unit: "tiles"}, 0, []string{"predict: 0 of 10 tiles<", `value="0"`}},
		{"half", detection.ProgressEvent{Task: "train", Done: 5, Total: 10, Values: []detection.Measurement{{Name: "loss", Value: 0.123456}}}, 20 * time.Second,
			[]string{"train: 5 of 10 (loss 0.1235, about 20s left)", `value="5"`, `aria-valuenow="5"`}},
		{"ends", detection.ProgressEvent{Task: "train", Done: 10, Total: 10}, 61300 * time.Millisecond, []string{"10 of 10 (1m1.3s)"}},
		{"no total", detection.ProgressEvent{Task: "<read>", Done: 3}, time.Second, []string{"&lt;read&gt;: 3<"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := barHTML(tt.e, tt.elapsed)
			markup.WellFormed(t, got)
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in %s", want, got)
				}
			}
		})
	}
}

func TestTableHTML(t *testing.T) {
	got := tableHTML([]string{"image", "F1"}, [][]string{{"a<b", "0.5"}})
	markup.WellFormed(t, got)
	if want := "<table><thead><tr><th>image</th><th>F1</th></tr></thead><tbody><tr><td>a&lt;b</td><td>0.5</td></tr></tbody></table>"; got != want {
		t.Errorf("got %s", got)
	}
}

// written is what writes itself, or does not.
type written struct{ err error }

func (w written) WriteHTML(io.Writer) error { return w.err }

func TestMustWidget(t *testing.T) {
	panics := func(w written, err error) (got any) {
		defer func() { got = recover() }()
		MustWidget(w, err)
		return nil
	}
	made, shown := errors.New("made"), errors.New("shown")
	for _, tt := range []struct {
		w    written
		err  error
		want any
	}{{written{}, nil, nil}, {written{shown}, nil, shown}, {written{shown}, made, made}} {
		if got := panics(tt.w, tt.err); got != tt.want {
			t.Errorf("%v, %v: panics with %v, want %v", tt.w, tt.err, got, tt.want)
		}
	}
}

func TestPicture(t *testing.T) {
	at := func(m image.Image, x, y int) color.NRGBA { return color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA) }
	v := detection.NewVolume([3]int{2, 3, 4}, 1)
	for i := range v.Data {
		v.Data[i] = float32(i)
	}
	m, err := picture(v, 1, Contrast{12, 23})
	if err != nil {
		t.Fatal(err)
	}
	if b := m.Bounds(); b.Dx() != 4*96 || b.Dy() != 3*96 {
		t.Fatalf("%v, want voxels of 96 pixels", b)
	}
	for _, tt := range []struct {
		y, x int
		want uint8
	}{{0, 0, 0}, {2, 3, 255}, {1, 1, 116}} { // (17-12)/11*255
		for _, corner := range []int{0, 95} {
			if got := at(m, tt.x*96+corner, tt.y*96+corner); got.R != tt.want || got.G != tt.want || got.A != 255 {
				t.Errorf("voxel (%d, %d): %v, want %d", tt.y, tt.x, got, tt.want)
			}
		}
	}
	rgb := detection.NewVolume([3]int{1, 1, 2}, 3)
	copy(rgb.Data, []float32{0, 50, 100, 200, 0, 0})
	if m, err = picture(rgb, 0); err != nil || at(m, 0, 0).B != 128 || at(m, m.Bounds().Dx()-1, 0).R != 255 {
		t.Errorf("colours: %v, %v", at(m, 0, 0), err)
	}
	hot := detection.NewVolume([3]int{1, 100, 100}, 1)
	for i := range hot.Data {
		hot.Data[i] = float32(i % 100)
	}
	hot.Data[5] = 1e9
	if c := rangeOf(hot); c != (Contrast{0, 99}) {
		t.Errorf("beside a hot pixel: %v", c)
	}
	if c := rangeOf(detection.NewVolume([3]int{1, 2, 2}, 1)); c != (Contrast{0, 1}) {
		t.Errorf("one value: %v", c)
	}
	for _, bad := range []func() error{
		func() error { _, err := picture(v, 2); return err },
		func() error { _, err := picture(detection.NewVolume([3]int{1, 2, 2}, 2), 0); return err },
	} {
		if bad() == nil {
			t.Error("no error")
		}
	}
}
