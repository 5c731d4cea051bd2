package gallery

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/widgets"
)

// widgets are one of each kind that package widgets makes.
func (s *scene) widgets() ([]widgets.Widget, error) {
	var list []widgets.Widget
	for _, make := range []func() (widgets.Widget, error){s.explorer, s.viewer, s.stepper, s.compare} {
		w, err := make()
		if err != nil {
			return nil, fmt.Errorf("gallery: %w", err)
		}
		list = append(list, w)
	}
	return list, nil
}

func (s *scene) explorer() (widgets.Widget, error) {
	o := widgets.DefaultExplorerOptions()
	o.Detect, o.Match = s.detect, s.match
	return widgets.NewExplorer(s.image[0], s.prob[0], s.truth[0], o)
}

func (s *scene) viewer() (widgets.Widget, error) {
	o := widgets.DefaultViewerOptions()
	o.Title, o.Prob, o.Found, o.Truth, o.Match = "Viewer", s.prob[0], s.found[0], s.truth[0], s.match
	o.Opacity = 0.3
	return widgets.NewViewer(s.image[0], o)
}

func (s *scene) stepper() (widgets.Widget, error) {
	o := widgets.DefaultStepperOptions()
	o.Detect, o.Match = s.detect, s.match
	return widgets.NewStepper(s.image[0], s.prob[0], s.truth[0], o)
}

// compare shows points on voxels at a low threshold beside those of a higher one,
// before and after a filter of the image.
func (s *scene) compare() (widgets.Widget, error) {
	smooth, err := detection.GaussianFilter(s.image[1], [3]float64{0, 1.5, 1.5})
	if err != nil {
		return nil, err
	}
	high := s.detect
	high.Peaks.Threshold = 0.6
	sure, err := detection.Detect(s.prob[1], high)
	if err != nil {
		return nil, err
	}
	o := widgets.DefaultCompareOptions()
	o.Match, o.Truth = s.match, s.truth[1]
	return widgets.NewCompare(
		widgets.Version{Name: "as it is, threshold 0.3", Image: s.image[1], Points: s.found[1]},
		widgets.Version{Name: "smoothed, threshold 0.6", Image: smooth, Points: sure}, o)
}
