package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// Names of the files of [StageInput] in their folder.
const (
	probFile  = "prob.npy"
	truthFile = "gt.csv"
	predFile  = "pred.csv"
)

// StageInput is what [Stages] works on. Both sides read it from the same
// files.
type StageInput struct {
	// Dir holds prob.npy, a probability map of one plane as float32, and gt.csv
	// and pred.csv, true and predicted points as napari writes them.
	Dir         string
	Prob        *detection.Volume
	Truth, Pred []detection.Point
}

// ReadStageInput reads the files in dir.
func ReadStageInput(dir string) (*StageInput, error) {
	in := &StageInput{Dir: dir}
	image, err := imageio.Read(filepath.Join(dir, probFile))
	if err != nil {
		return nil, err
	}
	in.Prob = image.Volume
	if in.Prob.NDim() != 2 || in.Prob.Channels != 1 || image.Kind != imageio.Float32 {
		return nil, fmt.Errorf("%s: %v of size %v with %d channels: want a float32 map of one plane and one channel",
			filepath.Join(dir, probFile), image.Kind, in.Prob.Dims, in.Prob.Channels)
	}
	if in.Truth, err = readPoints(filepath.Join(dir, truthFile)); err != nil {
		return nil, err
	}
	if in.Pred, err = readPoints(filepath.Join(dir, predFile)); err != nil {
		return nil, err
	}
	return in, nil
}

// readPoints reads 2D points that may lie anywhere: noise has moved them.
func readPoints(path string) ([]detection.Point, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	opts := detection.DefaultReadPointsOptions()
	opts.NDim, opts.AllowRepeated, opts.AllowOutside = 2, true, true
	points, err := detection.ReadPoints(f, path, opts)
	if err == nil && len(points) == 0 {
		err = fmt.Errorf("%s: no points: want at least one", path)
	}
	return points, err
}

// FieldOptions says what [WriteStageInput] generates. Start from
// [DefaultFieldOptions].
type FieldOptions struct {
	// Size is the side of the map in pixels, at least 64. Default 4096.
	Size int
	// Cells is about how many true points there are, at least 1, and few enough
	// that they are 8 pixels apart or more. Default 10,000.
	Cells int
	// Seed determines everything.
	Seed uint64
}

// DefaultFieldOptions returns the defaults named at each field.
func DefaultFieldOptions() FieldOptions { return FieldOptions{Size: 4096, Cells: 10_000, Seed: 7} }

// Validate reports every invalid field, each by name and value.
func (o FieldOptions) Validate() error {
	var errs []error
	if o.Size < 64 {
		errs = append(errs, fmt.Errorf("Size is %d: want at least 64", o.Size))
	}
	if most := (o.Size / 8) * (o.Size / 8); o.Cells < 1 || o.Cells > most {
		errs = append(errs, fmt.Errorf("Cells is %d: want 1 to %d for a size of %d", o.Cells, most, o.Size))
	}
	return errors.Join(errs...)
}

// blobReach is how far the blob of a predicted point is painted, in pixels.
const blobReach = 8

// WriteStageInput generates a field of cells and writes prob.npy, gt.csv and
// pred.csv into dir, which exists.
//
// True points stand on a square grid, each moved by up to a quarter of its
// step. Predicted points are those, moved by a normal deviate of 1.5 pixels;
// one in twenty is missing, and a twentieth more lies anywhere. The map has a
// Gaussian blob of standard deviation 3 and height 0.3 to 1 at each predicted
// point, the higher where two meet, and normal noise of 0.005, cut to [0, 1].
//
// Errors: those of [FieldOptions.Validate] and of writing.
func WriteStageInput(dir string, opts FieldOptions) error {
	if err := opts.Validate(); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	rng := rand.New(rand.NewPCG(opts.Seed, 0))
	size := float64(opts.Size)
	truth, pred := fieldPoints(rng, int(math.Sqrt(float64(opts.Cells))), size)
	prob := detection.NewVolume([3]int{1, opts.Size, opts.Size}, 1)
	for _, p := range pred {
		paintBlob(prob, p.Voxel(), 0.3+0.7*rng.Float64())
	}
	for i, v := range prob.Data {
		prob.Data[i] = min(max(v+float32(0.005*rng.NormFloat64()), 0), 1)
	}
	err := atomicfile.Write(filepath.Join(dir, probFile), func(w io.Writer) error { return imageio.WriteNPY(w, prob) })
	for name, points := range map[string][]detection.Point{truthFile: truth, predFile: pred} {
		err = errors.Join(err, atomicfile.Write(filepath.Join(dir, name), func(w io.Writer) error { return writePoints(w, points) }))
	}
	return err
}

// fieldPoints are n*n true points on an area of size*size, and predicted ones.
func fieldPoints(rng *rand.Rand, n int, size float64) (truth, pred []detection.Point) {
	step := size / float64(n)
	at := func(y, x float64) detection.Point { return detection.Point{Pos: [3]float64{0, y, x}} }
	jitter := func() float64 { return step * (rng.Float64() - 0.5) / 2 }
	for i := range n * n {
		p := at((float64(i/n)+0.5)*step+jitter(), (float64(i%n)+0.5)*step+jitter())
		truth = append(truth, p)
		q := at(p.Pos[1]+1.5*rng.NormFloat64(), p.Pos[2]+1.5*rng.NormFloat64())
		if rng.Float64() >= 0.05 {
			pred = append(pred, q)
		}
	}
	for range n * n / 20 {
		pred = append(pred, at((size-1)*rng.Float64(), (size-1)*rng.Float64()))
	}
	return truth, pred
}

// paintBlob raises the map to a blob around a pixel; one that does not fit
// into the map is left out.
func paintBlob(prob *detection.Volume, at [3]int, height float64) {
	for _, a := range []int{1, 2} {
		if at[a] < blobReach || at[a] >= prob.Dims[a]-blobReach {
			return
		}
	}
	for dy := -blobReach; dy <= blobReach; dy++ {
		for dx := -blobReach; dx <= blobReach; dx++ {
			v := &prob.Data[prob.Index(0, at[1]+dy, at[2]+dx)]
			*v = max(*v, float32(height*math.Exp(-float64(dy*dy+dx*dx)/18)))
		}
	}
}

// writePoints writes coordinates with four decimals, which both sides read as
// the same numbers.
func writePoints(w io.Writer, points []detection.Point) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "index,axis-0,axis-1")
	for i, p := range points {
		fmt.Fprintf(b, "%d,%.4f,%.4f\n", i, p.Pos[1], p.Pos[2])
	}
	return b.Flush()
}
