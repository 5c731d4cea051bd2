package detection

// laplaceOfGaussian is the sum over the axes of weight times the second
// derivative of v along that axis, after smoothing by a Gaussian of the
// standard deviations sigma, (z, y, x) in voxels. v has one channel and is not
// modified. An axis of one voxel adds nothing; one with a sigma of 0 is
// neither smoothed nor derived.
//
// Both kernels end at round(4 sigma) voxels. The smoothing one is that of
// [GaussianFilter], g; the other is its second derivative,
// (k^2/sigma^4 - 1/sigma^2) g(k). Beyond a face the volume is mirrored, the
// last voxel repeated. With weights of 1 this is scipy.ndimage.gaussian_laplace,
// but for axes with a sigma below coarseSigma.
//
// The axes are treated one after the other, with two arrays: what is smooth
// along the axes so far, and the sum of the derivatives along them.
func laplaceOfGaussian(v *Volume, sigma, weight [3]float64) *Volume {
	out := NewLike(v, 1)
	pass := laplacePass{source: v.Data, smooth: make([]float32, len(v.Data)), curved: out.Data}
	stride := len(v.Data)
	for a, n := range v.Dims {
		stride /= n
		if n > 1 && sigma[a] > 0 {
			pass.run(n, stride, newCurvature(sigma[a], weight[a]))
		}
	}
	return out
}

// curvature holds the kernels of one axis, from their centres outwards.
type curvature struct {
	smooth, curved []float64
}

// coarseSigma is the sigma, in voxels, below which a Gaussian is sampled so
// coarsely that its second derivative no longer sums to zero, and so answers
// to brightness itself: times sigma^2, by 0.02 at 0.6, by 0.14 at 0.5 and by 0.8
// at 0.33, which is what a stack with thick planes has along z. From there on
// the sum is below 0.0011 times the brightness at any sigma.
const coarseSigma = 0.75

func newCurvature(sigma, weight float64) curvature {
	c := curvature{smooth: gaussianKernel(sigma)}
	variance := sigma * sigma
	sum := 0.0
	for k, g := range c.smooth {
		x := float64(k)
		d := weight * (x*x/variance - 1) / variance * g
		c.curved = append(c.curved, d)
		sum += d
		if k > 0 {
			sum += d
		}
	}
	if sigma < coarseSigma {
		for k, g := range c.smooth {
			c.curved[k] -= sum * g
		}
	}
	return c
}

// laplacePass treats one axis: smooth becomes the source smoothed along it,
// and curved itself smoothed plus the source derived.
type laplacePass struct {
	source, smooth, curved []float32
	// later says that curved holds the derivatives along earlier axes.
	later bool
}

// run treats the lines of n values that lie stride apart. From the second axis
// on the source is smooth itself: a line is read as a whole before it is
// written.
func (p *laplacePass) run(n, stride int, c curvature) {
	lines := len(p.source) / n
	groups := (lines + lanes - 1) / lanes
	inParallel(groups, func(_, lo, hi int) {
		radius := len(c.smooth) - 1
		source := make([][lanes]float64, n+2*radius)
		curved := source // a stand-in of the right length on the first axis
		if p.later {
			curved = make([][lanes]float64, n+2*radius)
		}
		var starts [lanes]int
		for g := lo; g < hi; g++ {
			width := min(lanes, lines-g*lanes)
			for j := range width {
				line := g*lanes + j
				starts[j] = line/stride*n*stride + line%stride
			}
			gather(source, p.source, starts[:width], n, stride, radius)
			if p.later {
				gather(curved, p.curved, starts[:width], n, stride, radius)
			}
			for i := range n {
				smooth, sums := c.at(source[i:i+2*radius+1], curved[i:i+2*radius+1], p.later)
				for j, start := range starts[:width] {
					p.smooth[start+i*stride] = float32(smooth[j])
					p.curved[start+i*stride] = float32(sums[j])
				}
			}
		}
	})
	p.source, p.later = p.smooth, true
}

// gather reads the lines of data that begin at starts into padded, which
// continues them by radius mirrored values at both ends.
func gather(padded [][lanes]float64, data []float32, starts []int, n, stride, radius int) {
	for i := range n {
		row := &padded[radius+i]
		for j, start := range starts {
			row[j] = float64(data[start+i*stride])
		}
	}
	for k := range radius {
		padded[k] = padded[radius+mirror(k-radius, n)]
		padded[radius+n+k] = padded[radius+mirror(n+k, n)]
	}
}

// at applies the kernels to windows as long as they are.
func (c curvature) at(source, curved [][lanes]float64, later bool) (smooth, sums [lanes]float64) {
	radius := len(c.smooth) - 1
	for j, v := range source[radius] {
		smooth[j] = c.smooth[0] * v
		sums[j] = c.curved[0] * v
	}
	for k := 1; k <= radius; k++ {
		left, right := &source[radius-k], &source[radius+k]
		g, d := c.smooth[k], c.curved[k]
		for j := range lanes {
			both := left[j] + right[j]
			smooth[j] += g * both
			sums[j] += d * both
		}
	}
	if !later {
		return smooth, sums
	}
	for j, v := range curved[radius] {
		sums[j] += c.smooth[0] * v
	}
	for k := 1; k <= radius; k++ {
		left, right := &curved[radius-k], &curved[radius+k]
		g := c.smooth[k]
		for j := range lanes {
			sums[j] += g * (left[j] + right[j])
		}
	}
	return smooth, sums
}
