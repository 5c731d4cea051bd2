package workflow

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// gridLines is how many cells of the grid fit into the longer side of a patch:
// with more, a bent line is hidden by its neighbours.
const gridLines = 8

// gridStep is how many voxels lie between the lines of the grid.
func (j *Job) gridStep() int {
	patch, _ := j.Config.Patch()
	return max(max(patch[1], patch[2])/gridLines, 2)
}

// writeAugmented writes the first patches of the first epoch, for people to see
// what training sees:
//
//	<n>_<image>_x.tif     the patch, grey values normalised, float32
//	<n>_<image>_y.tif     its target, 8-bit, or float32 if Gaussian
//	<n>_<image>_grid.tif  the patch with a grid drawn before it was changed
//
// n counts from 1 in the order of training. Samples of an earlier run of the
// job are removed.
func (j *Job) writeAugmented(l *training.Loader) error {
	dir, a := j.Layout.Augmented(), j.Config.Augmentor
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if !a.Enable || !a.AugSamples {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	every := 0
	if a.DrawGrid {
		every = j.gridStep()
	}
	target := imageio.DefaultTIFFOptions()
	if j.Config.Puncta.Target != targetGaussian {
		target.Kind = imageio.Uint8
	}
	n := min(a.AugNumSamples, l.Patches())
	digits := len(fmt.Sprint(n))
	for i := range n {
		p, err := l.Preview(0, i, every)
		if err != nil {
			return err
		}
		for _, file := range []struct {
			what  string
			image *detection.Volume
			opts  imageio.TIFFOptions
		}{{"x", p.Image, imageio.DefaultTIFFOptions()}, {"y", p.Target, target}, {"grid", p.Grid, imageio.DefaultTIFFOptions()}} {
			if file.image == nil {
				continue
			}
			name := fmt.Sprintf("%0*d_%s_%s.tif", digits, i+1, filesys.Stem(p.Name), file.what)
			if err := imageio.WriteFile(filepath.Join(dir, name), file.image, file.opts); err != nil {
				return err
			}
		}
	}
	return nil
}
