package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/puncta-bio/puncta/detection"
)

const (
	// triesPerSpot is how often a place is drawn for a spot before the image
	// counts as full.
	triesPerSpot = 2000
	// spotTruncate is where a spot ends, in standard deviations: less than a
	// millionth of its light lies beyond on each axis.
	spotTruncate = 5
	// white16 is the highest grey level of a camera of 16 bits.
	white16 = 65535
)

// Spots makes an image of spots that are smaller than the optics resolve, such
// as single molecules of RNA, and the list of their centres.
//
// image has opts.Dims, one channel and opts.Spacing; its values are whole
// numbers from 0 to 65535. points are the centres of the spots in voxels, not
// rounded, in raster order of z, y and x, with ids 1..n, Prob 1 and no class.
// [detection.Point.Voxel] of each lies inside the image. As with [Nuclei] each
// part of the image draws its random numbers from a stream of its own, and the
// same options give the same result on one kind of processor.
//
// The light of a spot in a voxel is the integral of a Gaussian over the voxel,
// so that all voxels together hold all of it, and their centroid is its centre.
//
// Errors: those of [SpotsOptions.Validate]; more spots than the image has room
// for.
//
// Source: the model of a spot is that of C. S. Smith, N. Joseph, B. Rieger, K.
// A. Lidke, "Fast, single-molecule localization that achieves theoretically
// minimum uncertainty", Nature Methods 7 (2010) 373-375.
func Spots(opts SpotsOptions) (image *detection.Volume, points []detection.Point, err error) {
	if err := opts.Validate(); err != nil {
		return nil, nil, fmt.Errorf("simulate: spots: %w", err)
	}
	centres, err := opts.scatter()
	if err != nil {
		return nil, nil, fmt.Errorf("simulate: spots: %w", err)
	}
	image = detection.NewVolume(opts.Dims, 1)
	image.Spacing = opts.Spacing
	for i := range image.Data {
		image.Data[i] = float32(opts.Background)
	}
	looks := opts.stream(streamLooks)
	for _, c := range centres {
		drawSpot(image, c, opts.PSF, logUniform(looks, opts.Light))
	}
	drawBlobs(image, opts.stream(streamHaze), opts.Haze, opts.HazeRadius, opts.HazeLight)
	drawBlobs(image, opts.stream(streamDebris), opts.Debris, opts.DebrisRadius, opts.DebrisLight)
	opts.record(image)
	return image, toPoints(centres, opts.Spacing), nil
}

func (o SpotsOptions) stream(part uint64) *rand.Rand {
	return rand.New(rand.NewPCG(o.Seed, part))
}

// scatter draws the centres of all spots.
func (o SpotsOptions) scatter() ([]vector, error) {
	rng := o.stream(streamPlaces)
	lo, hi := vector{}, vector{}
	for a, n := range o.Dims {
		hi[a] = float64(n-1) * o.Spacing[a]
		if a > 0 {
			lo[a] += o.Margin
			hi[a] -= o.Margin
		}
	}
	n := between(rng, o.Count)
	centres := make([]vector, 0, n)
	near := newNeighbourhood(o.MinSeparation)
	for len(centres) < n {
		for try := 0; ; try++ {
			if try == triesPerSpot {
				return nil, fmt.Errorf("no place for spot %d of %d in an image of %v voxels: want fewer, or a lower MinSeparation", len(centres)+1, n, o.Dims)
			}
			var c vector
			for a := range c {
				c[a] = lo[a] + rng.Float64()*(hi[a]-lo[a])
			}
			if near.add(c) {
				centres = append(centres, c)
				break
			}
		}
	}
	return centres, nil
}

// neighbourhood holds places in boxes as large as the distance that they keep,
// so that the neighbours of a place are in its box or one beside it.
type neighbourhood struct {
	distance float64
	boxes    map[vector][]vector // by the number of the box along each axis
}

func newNeighbourhood(distance float64) neighbourhood {
	return neighbourhood{distance, map[vector][]vector{}}
}

// add takes a place, unless it is too close to one that is there.
func (n neighbourhood) add(c vector) bool {
	if n.distance == 0 {
		return true
	}
	var box vector
	for a, p := range c {
		box[a] = math.Floor(p / n.distance)
	}
	for i := range 27 {
		beside := vector{box[0] + float64(i/9-1), box[1] + float64(i/3%3-1), box[2] + float64(i%3-1)}
		for _, other := range n.boxes[beside] {
			if c.minus(other).length() < n.distance {
				return false
			}
		}
	}
	n.boxes[box] = append(n.boxes[box], c)
	return true
}

// drawSpot adds the photons of a spot to the voxels around its centre.
func drawSpot(image *detection.Volume, centre vector, psf [3]float64, light float64) {
	var first [3]int
	var shares [3][]float64
	for a, n := range image.Dims {
		if a == 0 && n == 1 {
			shares[a] = []float64{1} // a plane has all of it
			continue
		}
		c, s := centre[a]/image.Spacing[a], psf[a]/image.Spacing[a]
		first[a] = int(max(math.Ceil(c-spotTruncate*s-0.5), 0))
		last := int(min(math.Floor(c+spotTruncate*s+0.5), float64(n-1)))
		for i := first[a]; i <= last; i++ {
			shares[a] = append(shares[a], gaussianShare(float64(i)-c, s))
		}
	}
	for z, sz := range shares[0] {
		for y, sy := range shares[1] {
			row := image.Index(first[0]+z, first[1]+y, first[2])
			for x, sx := range shares[2] {
				image.Data[row+x] += float32(light * sz * sy * sx)
			}
		}
	}
}

// gaussianShare is the part of a Gaussian of standard deviation s that lies
// from d-1/2 to d+1/2.
func gaussianShare(d, s float64) float64 {
	return (math.Erf((d+0.5)/(s*math.Sqrt2)) - math.Erf((d-0.5)/(s*math.Sqrt2))) / 2
}

// record turns the photons to be expected into what the camera stores: shot
// noise, read noise, gain, offset, and rounding to 0 to 65535.
func (o SpotsOptions) record(image *detection.Volume) {
	source := rand.NewPCG(o.Seed, streamCamera)
	rng := rand.New(source)
	for i, v := range image.Data {
		photons := float64(v)
		if o.ShotNoise {
			photons = distuv.Poisson{Lambda: photons, Src: source}.Rand()
		}
		photons += o.ReadNoise * rng.NormFloat64()
		image.Data[i] = float32(math.Round(min(max(photons*o.Gain+o.Offset, 0), white16)))
	}
}

// toPoints turns places into points, in raster order.
func toPoints(places []vector, spacing detection.Spacing) []detection.Point {
	points := make([]detection.Point, len(places))
	for i, c := range places {
		for a, p := range c {
			points[i].Pos[a] = p / spacing[a]
		}
		points[i].Prob = 1
	}
	slices.SortFunc(points, func(a, b detection.Point) int { return slices.Compare(a.Pos[:], b.Pos[:]) })
	detection.Renumber(points)
	return points
}
