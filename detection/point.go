package detection

import "math"

// Point is the centre of an object.
type Point struct {
	// ID numbers the points of one image from 1, by descending probability;
	// true points are numbered in the order of their file. 0 is not yet
	// numbered.
	ID int
	// Pos is (z, y, x) in voxels, voxel centres at whole numbers; z is 0 in 2D.
	Pos [3]float64
	// Prob is the detection probability, [0, 1]. True points have 1.
	Prob float64
	// Class is 1..k; 0 when the data has no classes.
	Class int
}

// Voxel is the voxel that holds the point: each coordinate rounded half away
// from zero.
func (p Point) Voxel() [3]int {
	return [3]int{int(math.Round(p.Pos[0])), int(math.Round(p.Pos[1])), int(math.Round(p.Pos[2]))}
}

// Distance is the Euclidean distance between a and b in the physical units
// of spacing; with [UnitSpacing], in voxels.
func Distance(a, b Point, spacing Spacing) float64 {
	var sum float64
	for i := range a.Pos {
		d := (a.Pos[i] - b.Pos[i]) * spacing[i]
		sum += d * d
	}
	return math.Sqrt(sum)
}

// Renumber sets the ids of points to 1..n in the order of the slice.
func Renumber(points []Point) {
	for i := range points {
		points[i].ID = i + 1
	}
}
