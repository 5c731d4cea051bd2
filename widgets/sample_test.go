package widgets

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/simulate"
)

// sample is a generated image with a map such as a network makes of it: a bump
// at most nuclei, of any height and a little beside them, some bumps where
// nothing is, and noise.
type sample struct {
	image, prob *detection.Volume
	truth       []detection.Point
}

// newSample generates an image of about count nuclei. Classes, where there are
// more than one, are dealt out at random, and the map has a channel for each.
func newSample(t testing.TB, dims [3]int, count, classes int, seed uint64) sample {
	t.Helper()
	o := simulate.DefaultNucleiOptions()
	o.Seed, o.Dims, o.Count = seed, dims, [2]int{count, count}
	o.Radius = [2]float64{4, 7}
	image, truth, err := simulate.Nuclei(o)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 9))
	s := sample{image, detection.NewLike(image, classes), truth}
	for i := range truth {
		truth[i].Class = 0
		if classes > 1 {
			truth[i].Class = 1 + r.IntN(classes)
		}
		if r.Float64() < 0.94 {
			p := truth[i]
			for a := 3 - image.NDim(); a < 3; a++ {
				p.Pos[a] += r.NormFloat64() * 1.2
			}
			s.bump(p, 2.2+r.Float64(), min(0.35+0.75*r.Float64(), 1))
		}
	}
	for range count / 3 {
		var p detection.Point
		for a, n := range dims {
			p.Pos[a] = r.Float64() * float64(n-1)
		}
		p.Class = min(1+r.IntN(classes), classes)
		s.bump(p, 1+2*r.Float64(), 0.65*r.Float64())
	}
	s.finish(r)
	return s
}

// newLargeSample is a sample of 5,000 objects on 2048 x 2048 pixels, without
// the light and the crowds of a generated image, which take long.
func newLargeSample() sample {
	const side, count = 2048, 5000
	r := rand.New(rand.NewPCG(8, 9))
	s := sample{detection.NewVolume([3]int{1, side, side}, 1), detection.NewVolume([3]int{1, side, side}, 1), nil}
	for i := range s.image.Data {
		s.image.Data[i] = float32(30 + 6*r.NormFloat64())
	}
	for len(s.truth) < count {
		p := detection.Point{ID: len(s.truth) + 1, Pos: [3]float64{0, r.Float64() * (side - 1), r.Float64() * (side - 1)}, Prob: 1}
		s.truth = append(s.truth, p)
		sample{prob: s.image}.bump(p, 3, 60+120*r.Float64())
		if r.Float64() < 0.94 {
			p.Pos[1], p.Pos[2] = p.Pos[1]+r.NormFloat64(), p.Pos[2]+r.NormFloat64()
			s.bump(p, 2.2+r.Float64(), min(0.35+0.75*r.Float64(), 1))
		}
		if r.IntN(3) == 0 {
			s.bump(detection.Point{Pos: [3]float64{0, r.Float64() * (side - 1), r.Float64() * (side - 1)}}, 1+2*r.Float64(), 0.65*r.Float64())
		}
	}
	s.finish(r)
	return s
}

// finish adds noise.
func (s sample) finish(r *rand.Rand) {
	for i, v := range s.prob.Data {
		s.prob.Data[i] = min(max(v+float32(r.NormFloat64()*0.006), 0), 1)
	}
}

// bump raises the map to a Gaussian around p, in the channel of its class.
func (s sample) bump(p detection.Point, sigma, height float64) {
	v, d := p.Voxel(), s.prob.Dims
	reach := int(3 * sigma)
	for z := max(v[0]-reach, 0); z <= min(v[0]+reach, d[0]-1); z++ {
		for y := max(v[1]-reach, 0); y <= min(v[1]+reach, d[1]-1); y++ {
			for x := max(v[2]-reach, 0); x <= min(v[2]+reach, d[2]-1); x++ {
				at := detection.Point{Pos: [3]float64{float64(z), float64(y), float64(x)}}
				distance := detection.Distance(p, at, detection.UnitSpacing)
				value := height * math.Exp(-distance*distance/(2*sigma*sigma))
				i := s.prob.Index(z, y, x) + max(p.Class-1, 0)
				s.prob.Data[i] = max(s.prob.Data[i], float32(value))
			}
		}
	}
}
