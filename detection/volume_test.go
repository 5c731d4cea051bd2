package detection_test

import (
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestGrey(t *testing.T) {
	v := detection.NewVolume([3]int{1, 1, 2}, 3)
	copy(v.Data, []float32{1, 2, 6, 0, -3, 0})
	v.Spacing, v.Unit = detection.Spacing{3, 2, 1}, "um"
	g := v.Grey()
	if !slices.Equal(g.Data, []float32{3, -1}) || g.Channels != 1 || g.Dims != v.Dims || g.Spacing != v.Spacing || g.Unit != "um" {
		t.Errorf("grey is %+v", g)
	}
	if g.Grey() != g {
		t.Error("one channel is not its own mean")
	}
}
