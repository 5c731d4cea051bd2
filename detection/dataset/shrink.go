package dataset

import "github.com/puncta-bio/puncta/detection"

// shrink returns plane v as h x w values by averaging over the area that each
// covers, with fractions of voxels at its borders; sizes above those of v give
// an image with larger steps. v has one plane. Turning and mirroring v turns
// and mirrors the result, for the areas are symmetrical.
func shrink(v *detection.Volume, h, w int) *detection.Volume {
	out := detection.NewVolume([3]int{1, h, w}, v.Channels)
	rows, columns := areas(v.Dims[1], h), areas(v.Dims[2], w)
	sum := make([]float64, v.Channels)
	for y, ry := range rows {
		for x, rx := range columns {
			clear(sum)
			for i, wy := range ry.weights {
				for j, wx := range rx.weights {
					at := v.Index(0, ry.first+i, rx.first+j)
					for c := range sum {
						sum[c] += wy * wx * float64(v.Data[at+c])
					}
				}
			}
			for c, s := range sum {
				out.Set(0, y, x, c, float32(s))
			}
		}
	}
	return out
}

// area is the part of an axis that one value of the result covers.
type area struct {
	first   int
	weights []float64 // of first, first+1 and so on; their sum is 1
}

// areas cuts an axis of n voxels into parts of equal length.
func areas(n, parts int) []area {
	out := make([]area, parts)
	for k := range out {
		// Part k covers n*k/parts to n*(k+1)/parts; in units of 1/parts these
		// are whole numbers, so that nothing is rounded at a voxel's border.
		lo, hi := n*k, n*(k+1)
		first, last := lo/parts, (hi-1)/parts
		out[k].first = first
		for i := first; i <= last; i++ {
			covered := min(hi, (i+1)*parts) - max(lo, i*parts)
			out[k].weights = append(out[k].weights, float64(covered)/float64(n))
		}
	}
	return out
}

// flatten is the mean of v along z, as one plane.
func flatten(v *detection.Volume) *detection.Volume {
	if v.Dims[0] == 1 {
		return v
	}
	plane := v.Dims[1] * v.Dims[2] * v.Channels
	sum := make([]float64, plane)
	for i, x := range v.Data {
		sum[i%plane] += float64(x)
	}
	out := detection.NewVolume([3]int{1, v.Dims[1], v.Dims[2]}, v.Channels)
	for i, s := range sum {
		out.Data[i] = float32(s / float64(v.Dims[0]))
	}
	return out
}
