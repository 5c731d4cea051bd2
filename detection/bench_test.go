package detection_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// benchMap is a probability map of size x size with cells blobs of different
// heights on faint noise, and the places of the blobs.
func benchMap(size, cells int) (*detection.Volume, []detection.Point) {
	r := rand.New(rand.NewPCG(7, 7))
	prob := detection.NewVolume([3]int{1, size, size}, 1)
	for i := range prob.Data {
		prob.Data[i] = max(0, float32(0.005*r.NormFloat64()))
	}
	points := crowd(r, cells, float64(size))
	for k := range points {
		p := &points[k]
		p.Pos[0], p.Prob = 0, 0.3+0.7*r.Float64()
		for y := max(int(p.Pos[1])-8, 0); y < min(int(p.Pos[1])+9, size); y++ {
			for x := max(int(p.Pos[2])-8, 0); x < min(int(p.Pos[2])+9, size); x++ {
				dy, dx := float64(y)-p.Pos[1], float64(x)-p.Pos[2]
				i := prob.Index(0, y, x)
				prob.Data[i] = max(prob.Data[i], float32(p.Prob*math.Exp(-(dy*dy+dx*dx)/18)))
			}
		}
	}
	return prob, points
}

func BenchmarkPeaks4096(b *testing.B) {
	prob, _ := benchMap(4096, 10_000)
	for _, d := range []int{1, 5} {
		b.Run(fmt.Sprintf("d=%d", d), func(b *testing.B) {
			opts := detection.DefaultPeakOptions()
			opts.MinDistance = [3]int{d, d, d}
			b.SetBytes(int64(4 * len(prob.Data)))
			for b.Loop() {
				if points, err := detection.Peaks(prob, opts); err != nil || len(points) < 7000 {
					b.Fatal(len(points), err)
				}
			}
		})
	}
}

func BenchmarkRemoveClose(b *testing.B) {
	_, points := benchMap(4096, 10_000)
	opts := detection.DefaultPruneOptions()
	for b.Loop() {
		if _, _, err := detection.RemoveClosePoints(points, opts); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	cases := []struct {
		name      string
		n         int
		size      float64
		tolerance float64
	}{
		{"2000", 2000, 1800, 10},
		{"10000", 10_000, 4096, 10},
		{"2000/crowded", 2000, 1800, 60}, // some 7 candidates each, one component
		{"1000/dense", 1000, 500, 1000},  // everything is within the tolerance
	}
	for _, c := range cases {
		b.Run(c.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(3, 3))
			truth, pred := crowd(r, c.n, c.size), crowd(r, c.n/20, c.size)
			for _, p := range truth[:c.n*19/20] {
				for a := range p.Pos {
					p.Pos[a] += 1.5 * r.NormFloat64()
				}
				pred = append(pred, p)
			}
			for _, points := range [][]detection.Point{truth, pred} {
				for i := range points {
					points[i].Pos[0] = 0
				}
			}
			opts := detection.DefaultMatchOptions()
			opts.Tolerance = c.tolerance
			for b.Loop() {
				if _, err := detection.Match(truth, pred, opts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWatershed(b *testing.B) {
	const size = 1024
	prob, points := benchMap(size, 625)
	image, mask, markers := detection.NewLike(prob, 1), detection.NewLike(prob, 1), detection.NewLabels(prob.Dims)
	for i, v := range prob.Data {
		image.Data[i] = -v
		if v > 0.05 {
			mask.Data[i] = 1
		}
	}
	for k, p := range points {
		v := p.Voxel()
		if prob.Contains(v) {
			markers.Data[prob.Index(v[0], v[1], v[2])] = int32(k + 1)
		}
	}
	for _, c := range []struct {
		name string
		mask *detection.Volume
	}{{"masked", mask}, {"whole", nil}} {
		b.Run(c.name, func(b *testing.B) {
			opts := detection.WatershedOptions{Connectivity: detection.Face, Mask: c.mask}
			b.SetBytes(int64(4 * len(prob.Data)))
			for b.Loop() {
				if _, err := detection.Watershed(image, markers, opts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
