package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// fingerprintSide is the number of rows and columns of a fingerprint.
const fingerprintSide = 32

// highPass is the half width of the window whose mean is taken off a
// fingerprint, so that shading that all images of a microscope share does not
// make them alike.
const highPass = 2

// fingerprint recognises an image: exactly, and when its brightness was
// changed or it was turned or mirrored.
type fingerprint struct {
	// exact is a hash of size and values.
	exact [sha256.Size]byte
	// coarse holds the structure: side*side values of mean 0 and length 1.
	// nil for an image without structure, which is like no other.
	coarse []float32
}

// newFingerprint takes the fingerprint of v. A volume is seen from above, as
// its mean along z; colours count by their mean.
//
// The coarse part is the image shrunk to 32 x 32 by averaging, less the mean
// of a window of up to 5 x 5, shifted to mean 0 and scaled to length 1. Adding
// a constant and multiplying by one changes nothing in it. Averaging by area
// makes it turn with the image.
func newFingerprint(v *detection.Volume) fingerprint {
	f := fingerprint{exact: hashValues(v)}
	small := shrink(flatten(v.Grey()), fingerprintSide, fingerprintSide)
	high := make([]float64, len(small.Data))
	var mean, length, size float64
	for y := range fingerprintSide {
		for x := range fingerprintSide {
			// The window stays symmetrical at the border, so that a slope in the
			// brightness leaves nothing anywhere.
			ry := min(highPass, y, fingerprintSide-1-y)
			rx := min(highPass, x, fingerprintSide-1-x)
			var sum float64
			for yy := y - ry; yy <= y+ry; yy++ {
				for xx := x - rx; xx <= x+rx; xx++ {
					sum += float64(small.At(0, yy, xx, 0))
				}
			}
			value := float64(small.At(0, y, x, 0))
			d := value - sum/float64((2*ry+1)*(2*rx+1))
			high[y*fingerprintSide+x] = d
			mean += d / float64(len(high))
			size += value * value
		}
	}
	for i := range high {
		high[i] -= mean
		length += high[i] * high[i]
	}
	// Differences that are only rounding are no structure; NaN is none either.
	if !(length > 1e-12*size) || math.IsInf(size, 0) {
		return f
	}
	f.coarse = make([]float32, len(high))
	for i, d := range high {
		f.coarse[i] = float32(d / math.Sqrt(length))
	}
	return f
}

// hashValues is a SHA-256 of size, channels and values. The type of the
// samples and the format of the file have no part in it.
func hashValues(v *detection.Volume) (sum [sha256.Size]byte) {
	h := sha256.New()
	buf := make([]byte, 0, 1<<16)
	for _, n := range []int{v.Dims[0], v.Dims[1], v.Dims[2], v.Channels} {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(n))
	}
	for _, x := range v.Data {
		if len(buf) > cap(buf)-4 {
			h.Write(buf)
			buf = buf[:0]
		}
		buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(x+0)) // -0 becomes 0
	}
	h.Write(buf)
	h.Sum(sum[:0])
	return sum
}

// turned returns the eight symmetries of the coarse part, none without
// structure.
func (f fingerprint) turned() [][]float32 {
	if f.coarse == nil {
		return nil
	}
	src := &detection.Volume{Dims: [3]int{1, fingerprintSide, fingerprintSide}, Channels: 1,
		Data: f.coarse, Spacing: detection.UnitSpacing}
	var all [][]float32
	for _, s := range detection.Symmetries(2) {
		dst := detection.NewLike(src, 1)
		if err := s.Apply(dst, src); err != nil {
			panic(err) // a square fits all its symmetries
		}
		all = append(all, dst.Data)
	}
	return all
}

// likeness is the largest correlation of the structure of f with one of the
// symmetries of another: 1 is the same image, 0 is nothing in common. It is -1
// when one of the two has no structure.
func (f fingerprint) likeness(turned [][]float32) float64 {
	best := -1.0
	if f.coarse != nil {
		for _, t := range turned {
			best = max(best, dot(f.coarse, t))
		}
	}
	return best
}

// dot has four sums, so that an addition need not wait for the one before.
func dot(a, b []float32) float64 {
	var s0, s1, s2, s3 float32
	for i := 0; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
	}
	return float64(s0 + s1 + s2 + s3)
}
