//go:build peer

package widgets

import (
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestStepperLooks(t *testing.T) {
	s := newSample(t, [3]int{1, 200, 260}, 60, 1, 3)
	s.image.Spacing, s.image.Unit = detection.Spacing{1, 0.65, 0.65}, "um"
	looks(t, "stepper", page(t, newStepper(t, s, func(o *StepperOptions) { o.Detect.Refine, o.Detect.Prune.Radius = detection.RefinePeak, 14 })))
}
