package gallery

import (
	"fmt"
	"math/rand/v2"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/simulate"
)

const (
	images    = 3
	tolerance = 5.0 // pixels
	threshold = 0.3
)

// classNames are those of the generated objects.
var classNames = []string{"round", "long", "bright"}

// scene is a set of generated images with true points, and maps such as a network
// makes of them: most objects have a peak, a little beside their centre, some
// have none, and some peaks stand where nothing is.
type scene struct {
	image, prob  []*detection.Volume
	truth, found [][]detection.Point
	detect       detection.DetectOptions
	match        detection.MatchOptions
	evaluation   detection.Evaluation
}

func newScene() (*scene, error) {
	s := &scene{detect: detection.DefaultDetectOptions(), match: detection.DefaultMatchOptions()}
	s.detect.Peaks.Threshold, s.detect.Refine = threshold, detection.RefinePeak
	s.detect.RemoveClose, s.detect.Prune.Radius = true, 6
	s.match.Tolerance = tolerance
	for i := range images {
		if err := s.add(uint64(i + 1)); err != nil {
			return nil, fmt.Errorf("gallery: %w", err)
		}
	}
	var err error
	s.evaluation, err = detection.ScoreImages(s.truth, s.found, s.match)
	return s, err
}

// add makes one image.
func (s *scene) add(seed uint64) error {
	o := simulate.DefaultNucleiOptions()
	o.Seed, o.Dims, o.Count = seed, [3]int{1, 240, 320}, [2]int{55, 75}
	image, truth, err := simulate.Nuclei(o)
	if err != nil {
		return err
	}
	image.Spacing, image.Unit = detection.Spacing{1, 0.325, 0.325}, "µm"
	r := rand.New(rand.NewPCG(seed, 3))
	var peaks []detection.Point
	for i := range truth {
		truth[i].Class = 1 + i%len(classNames)
		p := truth[i]
		if r.Float64() < 0.1 {
			continue
		}
		for axis := 1; axis < 3; axis++ {
			p.Pos[axis] = min(max(p.Pos[axis]+1.4*r.NormFloat64(), 0), float64(o.Dims[axis]-1))
		}
		if p.Prob = min(0.45+0.6*r.Float64(), 1); r.Float64() < 0.1 {
			p.Class = 1 + (p.Class % len(classNames))
		}
		peaks = append(peaks, p)
		if r.Float64() < 0.15 { // a second peak in the same object
			p.Pos[2] = min(p.Pos[2]+5, float64(o.Dims[2]-1))
			p.Prob *= 0.8
			peaks = append(peaks, p)
		}
	}
	for range 14 {
		at := [3]float64{0, r.Float64() * float64(o.Dims[1]-1), r.Float64() * float64(o.Dims[2]-1)}
		peaks = append(peaks, detection.Point{Pos: at, Prob: 0.2 + 0.4*r.Float64(), Class: 1 + r.IntN(len(classNames))})
	}
	prob, err := blur(image, peaks)
	if err != nil {
		return err
	}
	found, err := detection.Detect(prob, s.detect)
	if err != nil {
		return err
	}
	classify(found, peaks)
	s.image, s.prob = append(s.image, image), append(s.prob, prob)
	s.truth, s.found = append(s.truth, truth), append(s.found, found)
	return nil
}

// blur puts a Gaussian bump as high as its probability at each peak.
func blur(image *detection.Volume, peaks []detection.Point) (*detection.Volume, error) {
	prob := detection.NewLike(image, 1)
	o := detection.DefaultHeatmapOptions()
	o.Sigma = [3]float64{2.5, 2.5, 2.5}
	for _, p := range peaks {
		height := float32(p.Prob)
		p.Class, p.Prob = 0, 1
		bump, err := detection.Heatmap(image.Dims, []detection.Point{p}, o)
		if err != nil {
			return nil, err
		}
		for i, v := range bump.Data {
			prob.Data[i] = max(prob.Data[i], height*v)
		}
	}
	return prob, nil
}

// classify gives each point the class of the nearest peak.
func classify(points, peaks []detection.Point) {
	for i, p := range points {
		nearest := peaks[0]
		for _, q := range peaks[1:] {
			if detection.Distance(p, q, detection.UnitSpacing) < detection.Distance(p, nearest, detection.UnitSpacing) {
				nearest = q
			}
		}
		points[i].Class = nearest.Class
	}
}
