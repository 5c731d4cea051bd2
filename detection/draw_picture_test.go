package detection_test

import (
	"errors"
	"image/color"
	"math"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestPicture(t *testing.T) {
	grey := detection.NewVolume([3]int{2, 2, 3}, 1)
	copy(grey.Data[6:], []float32{-5, 0.5, 254.4, 254.5, 300, float32(math.NaN())})
	m, err := detection.Picture(grey, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []uint8{0, 1, 254, 255, 255, 0} {
		if got := m.At(i%3, i/3); got != (color.Gray{Y: want}) {
			t.Errorf("value %v is %v, want %d", grey.Data[6+i], got, want)
		}
	}
	rgb := detection.NewVolume([3]int{1, 1, 2}, 3)
	copy(rgb.Data, []float32{1, 2, 3, 4, 5, 6})
	if m, err = detection.Picture(rgb, 0); err != nil || m.At(1, 0) != (color.RGBA{4, 5, 6, 255}) {
		t.Errorf("colours: %v, %v", m, err)
	}
	for name, do := range map[string]func() error{
		"a plane that is not there": func() error { _, err := detection.Picture(grey, 2); return err },
		"two channels":              func() error { _, err := detection.Picture(detection.NewVolume([3]int{1, 2, 2}, 2), 0); return err },
	} {
		if err := do(); !errors.Is(err, detection.ErrShape) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
