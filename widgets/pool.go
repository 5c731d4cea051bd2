package widgets

import "github.com/puncta-bio/puncta/detection"

// pooling says what one pixel shows of several, where an image is reduced and in
// the pyramid of the script.
type pooling string

const (
	poolMean    pooling = "mean"
	poolLargest pooling = "largest" // what is small and bright stays
	poolFirst   pooling = "first"   // of labels, which have no mean
)

// pooled makes one pixel of factor x factor. What is left over at the far ends
// makes pixels too. Values that are NaN take no part, but in the first.
func pooled(v *detection.Volume, factor int, pool pooling) *detection.Volume {
	if factor == 1 {
		return v
	}
	dims := [3]int{v.Dims[0], (v.Dims[1] + factor - 1) / factor, (v.Dims[2] + factor - 1) / factor}
	out := detection.NewVolume(dims, v.Channels)
	counts := make([]float32, len(out.Data))
	for z := range v.Dims[0] {
		for y := range v.Dims[1] {
			for x := range v.Dims[2] {
				from, to := v.Index(z, y, x), out.Index(z, y/factor, x/factor)
				for c := range v.Channels {
					pool.add(&out.Data[to+c], &counts[to+c], v.Data[from+c])
				}
			}
		}
	}
	if pool == poolMean {
		for i := range out.Data {
			out.Data[i] /= counts[i] // NaN of none
		}
	}
	return out
}

// add takes one value more into what a pixel shows; count is how many it has,
// and NaN in a pixel without is theirs.
func (p pooling) add(pixel, count *float32, value float32) {
	switch {
	case value != value && (p != poolFirst || *count > 0):
		if p == poolLargest && *count == 0 {
			*pixel = value
		}
		return
	case p == poolMean:
		*pixel += value
	case *count == 0 || p == poolLargest && value > *pixel:
		*pixel = value
	}
	*count++
}
