// Package counts makes tables of how many points images have: one row per
// image, and one row per condition with mean, standard deviation and median
// over its images.
//
//	table := counts.Table{Factors: []string{"condition"}, NDim: 2, Unit: "um"}
//	for _, im := range images {
//		row := counts.Of(im.Name, im.Points, im.Condition)
//		row.Size = counts.Size(im.Dims, im.Spacing, 2)
//		table.Images = append(table.Images, row)
//	}
//	conditions, err := table.Conditions()
//
// The unit of the statistics is the image: a mean is over images, whatever
// their size. Densities are per image, too; [Summary.Pooled] weighs images by
// their size.
package counts

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// Image is the number of points of an image.
type Image struct {
	// Name names the image in tables.
	Name string
	// Levels says which condition the image belongs to: the level of each
	// factor of the table, such as "treated" or "10 uM".
	Levels []string
	// Total is the number of points of any class, those without one included.
	Total int
	// Classes is the number of points of each class, from 1, that has some; nil
	// when no point has a class.
	Classes map[int]int
	// Size is the area (2D) or volume (3D) of the image in the table's
	// unit; 0 when it is unknown.
	Size float64
}

// Of counts the points of an image.
func Of(name string, points []detection.Point, levels ...string) Image {
	im := Image{Name: name, Levels: levels, Total: len(points)}
	for _, p := range points {
		if p.Class < 1 {
			continue
		}
		if im.Classes == nil {
			im.Classes = map[int]int{}
		}
		im.Classes[p.Class]++
	}
	return im
}

// Size is the area of an image of dims voxels (z, y, x) in 2D, and its volume
// in 3D, in the physical units of spacing.
func Size(dims [3]int, spacing detection.Spacing, ndim int) float64 {
	size := 1.0
	for axis := 3 - ndim; axis < 3; axis++ {
		size *= float64(dims[axis]) * spacing[axis]
	}
	return size
}

// Table is the counts of a set of images.
type Table struct {
	// Factors names the columns that tell conditions apart, such as
	// "condition", or "treatment" and "dose".
	Factors []string
	// Images are the rows; conditions come in the order in which they are first
	// met here.
	Images []Image
	// NDim is 2 when the sizes of images are areas and 3 when they are volumes.
	NDim int
	// Unit is the unit of length in the sizes of images: with "um" densities
	// are per square or cubic millimetre, with anything else per unit.
	Unit string
}

// Validate reports what keeps the table from being written: NDim, the names of
// factors ([CheckFactors]), an image whose levels are not one per factor, sizes known for some images only, a size
// that is no number above 0.
func (t Table) Validate() error {
	var errs []error
	if t.NDim != 2 && t.NDim != 3 {
		errs = append(errs, fmt.Errorf("NDim %d: want 2 or 3", t.NDim))
	}
	if err := CheckFactors(t.Factors); err != nil {
		errs = append(errs, err)
	}
	for _, im := range t.Images {
		if len(im.Levels) != len(t.Factors) {
			errs = append(errs, fmt.Errorf("image %q has %d levels: want one for each of %d factors", im.Name, len(im.Levels), len(t.Factors)))
		}
		if !(im.Size >= 0) || math.IsInf(im.Size, 0) {
			errs = append(errs, fmt.Errorf("image %q has the size %v: want a number above 0, or 0 when it is unknown", im.Name, im.Size))
		}
		if (im.Size > 0) != t.sized() {
			errs = append(errs, fmt.Errorf("image %q has the size %v and %q has %v: want all known or none", im.Name, im.Size, t.Images[0].Name, t.Images[0].Size))
		}
	}
	return errors.Join(errs...)
}

// sized says whether there are densities.
func (t Table) sized() bool { return len(t.Images) > 0 && t.Images[0].Size > 0 }

// perUnit is how many of the table's unit of size a density is for.
func (t Table) perUnit() float64 {
	if t.Unit == "um" {
		return math.Pow(1000, float64(t.NDim))
	}
	return 1
}

// classes lists the classes of the table, ascending.
func (t Table) classes() []int {
	seen := map[int]bool{}
	for _, im := range t.Images {
		for class := range im.Classes {
			seen[class] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// of is the number of points of a class, 0 for all of them.
func (im Image) of(class int) int {
	if class == 0 {
		return im.Total
	}
	return im.Classes[class]
}
