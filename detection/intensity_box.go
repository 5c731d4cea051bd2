package detection

import (
	"math"
	"math/rand/v2"
)

// Box is a cuboid of voxels (z, y, x), from Lo to Hi, Hi left out.
type Box struct {
	Lo, Hi [3]int
}

// Contains says whether the voxel lies in the box; that of a point is
// [Point.Voxel].
func (b Box) Contains(voxel [3]int) bool {
	for a, p := range voxel {
		if p < b.Lo[a] || p >= b.Hi[a] {
			return false
		}
	}
	return true
}

// wholeBox is all of an image.
func wholeBox(dims [3]int) Box { return Box{Hi: dims} }

// drawBox draws a share of size, and a box inside dims that has this share of
// each side, rounded to whole voxels, at least one, at a random place.
func drawBox(rng *rand.Rand, dims [3]int, size [2]float64) (b Box) {
	share := drawUniform(rng, size)
	for a, n := range dims {
		side := min(max(int(math.Round(share*float64(n))), 1), n)
		b.Lo[a] = rng.IntN(n - side + 1)
		b.Hi[a] = b.Lo[a] + side
	}
	return b
}

// eachRow calls do for every row of the box with the place of its first value
// in v.Data and its values, all channels.
func (b Box) eachRow(v *Volume, do func(start int, row []float32)) {
	for z := b.Lo[0]; z < b.Hi[0]; z++ {
		for y := b.Lo[1]; y < b.Hi[1]; y++ {
			start, end := v.Index(z, y, b.Lo[2]), v.Index(z, y, b.Hi[2])
			do(start, v.Data[start:end])
		}
	}
}

// checkBoxSize accepts shares of a side.
func checkBoxSize(size [2]float64) error {
	return checkDrawRange("Size", size, "both above 0 and at most 1", size[0] > 0 && size[1] <= 1)
}

// maxBoxes bounds the number of boxes drawn in one image; more than a hundred
// leave nothing to see.
const maxBoxes = 100
