package counts

import (
	"fmt"
	"math"
	"slices"
)

// Stats describes numbers, one per image.
type Stats struct {
	// Mean is the arithmetic mean.
	Mean float64
	// SD is the standard deviation of a sample, with n - 1; NaN for one image.
	SD float64
	// Median is the middle number, or the mean of the two in the middle.
	Median float64
}

// StatsOf describes values; without any, all is NaN.
func StatsOf(values []float64) Stats {
	if len(values) == 0 {
		return Stats{math.NaN(), math.NaN(), math.NaN()}
	}
	n := float64(len(values))
	var sum, squares float64
	for _, v := range values {
		sum += v
	}
	mean := sum / n
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	sorted := slices.Sorted(slices.Values(values))
	return Stats{Mean: mean, SD: math.Sqrt(squares / (n - 1)), Median: (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2}
}

// Summary is what the images of one condition have together.
type Summary struct {
	// Levels is the level of each factor.
	Levels []string
	// Class is the class that was counted; 0 is all points.
	Class int
	// Images is the number of images, those without points included.
	Images int
	// Total is the number of points in all of them.
	Total int
	// Count describes the numbers of points of the images.
	Count Stats
	// Size is the area or volume of all images together, 0 when it is unknown.
	Size float64
	// Density describes the densities of the images, per square (2D) or cubic
	// (3D) millimetre where the table's unit is "um", otherwise per unit; only
	// where sizes are known.
	Density Stats
	// Pooled is Total over Size, in the unit of Density.
	Pooled float64
}

// Conditions summarises the images of each condition: all points first, and
// then, where the table has classes, each class, ascending, also where the condition
// has none of it. Conditions come in the order in which they are first met.
// Errors: those of [Table.Validate].
func (t Table) Conditions() ([]Summary, error) {
	if err := t.Validate(); err != nil {
		return nil, fmt.Errorf("counts: %w", err)
	}
	var groups [][]Image
	for _, im := range t.Images {
		at := slices.IndexFunc(groups, func(g []Image) bool { return slices.Equal(g[0].Levels, im.Levels) })
		if at < 0 {
			groups = append(groups, []Image{im})
			continue
		}
		groups[at] = append(groups[at], im)
	}
	classes := append([]int{0}, t.classes()...)
	var out []Summary
	for _, group := range groups {
		for _, class := range classes {
			out = append(out, t.summarise(group, class))
		}
	}
	return out, nil
}

// summarise is the summary of the images of one condition.
func (t Table) summarise(images []Image, class int) Summary {
	s := Summary{Levels: images[0].Levels, Class: class, Images: len(images)}
	counts, densities := make([]float64, len(images)), make([]float64, len(images))
	for i, im := range images {
		s.Total += im.of(class)
		s.Size += im.Size
		counts[i] = float64(im.of(class))
		densities[i] = t.density(im, class)
	}
	s.Count = StatsOf(counts)
	if t.sized() {
		s.Density = StatsOf(densities)
		s.Pooled = float64(s.Total) / s.Size * t.perUnit()
	}
	return s
}

// density is the number of points of a class over the size of the image.
func (t Table) density(im Image, class int) float64 {
	return float64(im.of(class)) / im.Size * t.perUnit()
}
