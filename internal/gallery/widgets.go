package gallery

import (
	"fmt"
	"math/rand/v2"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/widgets"
)

// widgets are one of each kind that package widgets makes.
func (s *scene) widgets() ([]widgets.Widget, error) {
	var list []widgets.Widget
	for _, make := range []func() (widgets.Widget, error){s.explorer, s.viewer, s.stepper, s.compare, s.editor, s.errors, s.masks, s.patches} {
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

func (s *scene) editor() (widgets.Widget, error) {
	o := widgets.DefaultEditorOptions()
	o.Classes, o.Suggestions = widgets.Classes(classNames...), s.found[1]
	return widgets.NewEditor(s.image[1], s.truth[1][:len(s.truth[1])/2], o)
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

func (s *scene) errors() (widgets.Widget, error) {
	o := widgets.DefaultErrorBrowserOptions()
	o.Match = s.match
	var list []widgets.ErrorImage
	for i := range s.image {
		list = append(list, widgets.ErrorImage{Name: fmt.Sprintf("nuclei-%d.tif", i+1), Image: s.image[i], Map: s.prob[i], Truth: s.truth[i], Found: s.found[i]})
	}
	return widgets.NewErrorBrowser(list, o)
}

func (s *scene) masks() (widgets.Widget, error) {
	return widgets.NewMaskPreview(s.image[0], s.truth[0], widgets.DefaultMaskPreviewOptions())
}

// patches shows patches that are moved at random as a training moves them.
func (s *scene) patches() (widgets.Widget, error) {
	geometry, disks := detection.DefaultGeometryOptions(), detection.DefaultMaskOptions()
	geometry.FlipX, geometry.Rotate, geometry.Zoom = 0.5, 0.7, 0.7
	disks.Radii, disks.Check = [3]int{4, 4, 4}, false
	r := rand.New(rand.NewPCG(6, 6))
	size := [3]int{1, 96, 96}
	var list []detection.PatchPreview
	for k := range 12 {
		i := k % images
		centre := [3]float64{0, 50 + 140*r.Float64(), 50 + 220*r.Float64()}
		cut := func(w detection.Warp) (image *detection.Volume, points []detection.Point, err error) {
			if image, err = w.Image(s.image[i]); err == nil {
				points, err = w.Points(s.truth[i], s.image[i].Dims, 0)
			}
			return image, points, err
		}
		w, err := detection.RandomWarp(size, centre, geometry, r)
		if err != nil {
			return nil, err
		}
		p := detection.PatchPreview{Name: fmt.Sprintf("nuclei-%d.tif", i+1), Position: k, Applied: []string{"moved"}}
		if p.Image, p.Points, err = cut(w); err != nil {
			return nil, err
		}
		if p.Original, p.OriginalPoints, err = cut(detection.NewWarp(size, centre)); err != nil {
			return nil, err
		}
		if p.Target, err = detection.PointMask(size, p.Points, disks); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return widgets.NewAugmentPreview(list, widgets.DefaultAugmentPreviewOptions())
}
