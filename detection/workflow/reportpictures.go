package workflow

import (
	"fmt"
	"image"
	"math"
	"path/filepath"

	"golang.org/x/image/draw"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/workflow/report"
	"github.com/puncta-bio/puncta/plots"
)

const (
	// mostPictures is the number of images that a report shows.
	mostPictures = 6
	// pictureSide bounds the longer side of a picture, pixels: larger images are
	// made smaller.
	pictureSide = 800
)

// reportPictures draws the worst images with their mistakes, or the first
// images when the truth is not known.
func (j *Job) reportPictures(points [][]detection.Point) ([]report.Picture, error) {
	var order []int
	if j.Evaluation == nil {
		for i := range min(len(j.Test), mostPictures) {
			order = append(order, i)
		}
	} else {
		index := map[string]int{}
		var images []report.Image
		for i, it := range j.Test {
			if m := j.Evaluation.Images[i]; m.FP+m.FN > 0 {
				index[filepath.Base(it.Path)] = i
				images = append(images, report.Image{Name: filepath.Base(it.Path), Metrics: m})
			}
		}
		report.WorstFirst(images)
		for _, i := range images[:min(len(images), mostPictures)] {
			order = append(order, index[i.Name])
		}
	}
	var pictures []report.Picture
	for _, i := range order {
		p, err := j.reportPicture(i, points[i])
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, p)
	}
	return pictures, nil
}

// reportPicture draws one test image with its points.
func (j *Job) reportPicture(i int, points []detection.Point) (report.Picture, error) {
	it := j.Test[i]
	loaded, err := it.load()
	if err != nil {
		return report.Picture{}, err
	}
	shown, scale, err := displayImage(loaded.Volume)
	if err != nil {
		return report.Picture{}, fmt.Errorf("%s: %w", it.Path, err)
	}
	p := report.Picture{Name: filepath.Base(it.Path), Overlay: plots.Overlay{Image: shown}}
	mark := func(kind plots.Kind, point detection.Point, note string) {
		p.Overlay.Marks = append(p.Overlay.Marks, plots.Mark{
			Kind: kind, X: (point.Pos[2]+0.5)*scale - 0.5, Y: (point.Pos[1]+0.5)*scale - 0.5, Note: note,
		})
	}
	if j.Evaluation == nil {
		p.Caption = fmt.Sprintf("%d found", len(points))
		for _, point := range points {
			mark(plots.Found, point, place(point)+fmt.Sprintf(", probability %.2f", point.Prob))
		}
	} else {
		m := j.Evaluation.Matchings[i]
		s := m.Score()
		p.Caption = fmt.Sprintf("F1 %.3f: %d found, %d missed, %d false", s.F1(), s.TP, s.FN, s.FP)
		for _, pair := range m.Pairs {
			mark(plots.Hit, points[pair.Pred], "")
		}
		for _, t := range m.UnmatchedTruth {
			mark(plots.Missed, it.Truth[t], "missed at "+place(it.Truth[t]))
		}
		for _, f := range m.UnmatchedPred {
			mark(plots.False, points[f], fmt.Sprintf("false at %s, probability %.2f", place(points[f]), points[f].Prob))
		}
	}
	if planes := loaded.Dims[0]; planes > 1 {
		p.Caption += fmt.Sprintf("; the brightest of %d planes, marks of all", planes)
	}
	return p, nil
}

// place is a point in words, with its class if it has one.
func place(p detection.Point) string {
	text := fmt.Sprintf("y %.4g, x %.4g", p.Pos[1], p.Pos[2])
	if p.Pos[0] != 0 {
		text = fmt.Sprintf("z %.4g, ", p.Pos[0]) + text
	}
	if p.Class > 0 {
		text += fmt.Sprintf(", class %d", p.Class)
	}
	return text
}

// displayImage makes an image of a volume: the brightest of its planes, three
// channels as red, green and blue and otherwise the first alone, stretched to
// percentiles, and made smaller where it is large. scale is the size of the
// image over that of the volume.
func displayImage(v *detection.Volume) (shown image.Image, scale float64, err error) {
	if v.Channels != 3 {
		v = v.Channel(0)
	}
	opts := detection.DefaultDrawOptions()
	opts.Level = 255
	stretched, err := detection.DrawPoints(brightestPlanes(v), nil, opts)
	if err != nil {
		return nil, 0, err
	}
	whole, err := detection.Picture(stretched, 0)
	if err != nil {
		return nil, 0, err
	}
	scale = min(1, pictureSide/float64(max(v.Dims[1], v.Dims[2])))
	if scale == 1 {
		return whole, 1, nil
	}
	target := image.Rect(0, 0, max(int(float64(v.Dims[2])*scale+0.5), 1), max(int(float64(v.Dims[1])*scale+0.5), 1))
	var small draw.Image = image.NewGray(target)
	if v.Channels > 1 {
		small = image.NewRGBA(target)
	}
	draw.BiLinear.Scale(small, target, whole, whole.Bounds(), draw.Src, nil)
	return small, scale, nil
}

// brightestPlanes is the largest value along z at every place; NaN is passed
// over.
func brightestPlanes(v *detection.Volume) *detection.Volume {
	if v.Dims[0] == 1 {
		return v
	}
	n := v.Dims[1] * v.Dims[2] * v.Channels
	out := detection.NewVolume([3]int{1, v.Dims[1], v.Dims[2]}, v.Channels)
	copy(out.Data, v.Data[:n])
	for i, value := range v.Data[n:] {
		if at := &out.Data[i%n]; value > *at || math.IsNaN(float64(*at)) {
			*at = value
		}
	}
	return out
}
