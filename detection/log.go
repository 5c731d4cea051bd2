package detection

import (
	"errors"
	"fmt"
)

// LoGOptions configures [LoG] and [DetectLoG]. Start from
// [DefaultLoGOptions]. The scales are given by Sigma or by Sigmas, not both.
type LoGOptions struct {
	// Sigma is one scale as the standard deviations of the Gaussian, (z, y, x)
	// in voxels, each finite and at least 0; 0 leaves an axis out, so that
	// {0, 2, 2} treats the planes of a stack one by one. In 2D the entry for z
	// has no effect. Zeros where Sigmas are set.
	Sigma [3]float64
	// Sigmas are scales in physical units, the same along all axes, each finite
	// and above 0; [Spacing] turns them into voxels, so that a ball is a ball
	// in an anisotropic volume. With more than one, each voxel takes its highest
	// response. The scale that answers best to a Gaussian spot of standard
	// deviation s is s in 2D and 0.82 s in 3D; to a disk of radius r, 0.71 r; to
	// a ball, 0.58 r. Default {2}. Smaller scales answer to noise and texture,
	// larger ones melt neighbours together.
	Sigmas []float64
	// Spacing is the voxel size that turns Sigmas into voxels; [UnitSpacing],
	// the default, makes them voxels. Not used with Sigma.
	Spacing Spacing
	// DarkBlobs looks for dark objects on a bright ground, by the negative
	// response. Default false.
	DarkBlobs bool
	// Threshold is what the response of a peak must exceed (strictly). Finite, at
	// least 0 and, where it is relative, below 1. Default 0.2, relative. Lower
	// takes in texture and noise, higher loses dim objects.
	Threshold float64
	// Relative makes Threshold a share of the highest response of the image.
	// Otherwise it is a response itself, in the units of the image. Default
	// true: a share means the same for another exposure, offset or bit depth,
	// and it holds from one half of a field to the other where the noise level,
	// as the unit, moves with how much of the image is empty. It hangs on the
	// brightest object, though: an image with one very bright speck, or with no
	// object at all, needs an absolute threshold, and images taken alike share
	// one that fits them better.
	Relative bool
	// MinDistance is (z, y, x) in voxels, each at least 1, as in [PeakOptions].
	// Default {1, 1, 1}: the filter has already joined what is closer than
	// about a scale.
	MinDistance [3]int
	// ExcludeBorder drops peaks in the outer voxels of an axis, (z, y, x), each
	// at least 0, as in [PeakOptions]. Default {0, 0, 0}.
	ExcludeBorder [3]int
	// Refine moves the peaks between the voxels with [RefineSubpixel]. Default
	// true.
	Refine bool
	// RemoveClose runs [RemoveClosePoints] with Prune on the peaks, after their
	// refinement. Default false.
	RemoveClose bool
	Prune       PruneOptions
}

// DefaultLoGOptions returns settings for round bright objects of about 6
// voxels across. [TuneLoG] finds better ones.
func DefaultLoGOptions() LoGOptions {
	return LoGOptions{
		Sigmas:      []float64{2},
		Spacing:     UnitSpacing,
		Threshold:   0.2,
		Relative:    true,
		MinDistance: [3]int{1, 1, 1},
		Refine:      true,
		Prune:       DefaultPruneOptions(),
	}
}

// Validate reports every invalid field, each by name and value.
func (o LoGOptions) Validate() error {
	var errs []error
	for a, s := range o.Sigma {
		errs = append(errs, checkLength("Sigma along "+AxisNames[a], s))
	}
	switch isSet := o.Sigma != [3]float64{}; {
	case isSet && len(o.Sigmas) > 0:
		errs = append(errs, fmt.Errorf("Sigma is %v and Sigmas are %v: want one of the two", o.Sigma, o.Sigmas))
	case !isSet && len(o.Sigmas) == 0:
		errs = append(errs, errors.New("Sigma is zero and Sigmas are empty: want one of the two"))
	}
	for i, s := range o.Sigmas {
		errs = append(errs, checkScale(fmt.Sprintf("Sigmas[%d]", i), s))
	}
	if err := o.Spacing.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("Spacing: %w", err))
	}
	errs = append(errs, checkThreshold("Threshold", o.Threshold, o.Relative), o.peakOptions(0).Validate())
	if o.RemoveClose {
		errs = append(errs, o.Prune.Validate())
	}
	return errors.Join(errs...)
}

// checkScale accepts finite numbers above 0.
func checkScale(name string, v float64) error {
	if !(v > 0) || !isFinite(v) {
		return fmt.Errorf("%s is %v: want a finite number above 0", name, v)
	}
	return nil
}

// checkThreshold accepts finite numbers from 0, and shares below 1.
func checkThreshold(name string, t float64, relative bool) error {
	if relative && !(t >= 0 && t < 1) {
		return fmt.Errorf("%s is %v, relative: want at least 0 and less than 1", name, t)
	}
	return checkLength(name, t)
}

// peakOptions are those of [Peaks] on a response.
func (o LoGOptions) peakOptions(threshold float64) PeakOptions {
	p := DefaultPeakOptions()
	p.Threshold, p.MinDistance, p.ExcludeBorder = threshold, o.MinDistance, o.ExcludeBorder
	return p
}

// scales are the standard deviations in voxels, one entry for each scale.
func (o LoGOptions) scales() [][3]float64 {
	if len(o.Sigmas) == 0 {
		return [][3]float64{o.Sigma}
	}
	var scales [][3]float64
	for _, s := range o.Sigmas {
		scales = append(scales, inVoxels(s, o.Spacing))
	}
	return scales
}

// LoG is the negative Laplacian of Gaussian of image, normalised for scale:
// minus the sum over the axes of sigma^2 times the second derivative of the
// smoothed image along the axis, sigma in voxels. Bright blobs about as wide
// as the Gaussian give high peaks, in the units of the image: a Gaussian spot
// of height h and standard deviation sigma one of h/2 in 2D and 0.53 h in 3D.
// Dark blobs give them with DarkBlobs. With more than one scale each voxel
// holds its highest response.
//
// image has one channel and any range of values; it is not modified. The
// response has its shape, spacing and unit. An axis of one voxel adds nothing.
// Of the options only the scales, Spacing and DarkBlobs matter.
//
// The darkest value of the image is taken off first. A constant more or less
// then changes nothing, and neither an offset of the camera nor rounding gets
// into the response: the kernels end at round(4 sigma) voxels, which gives a
// constant ground of value c a response of up to 0.0011 c per axis. Beyond a
// face the image is mirrored, the last voxel repeated.
//
// Errors: those of [LoGOptions.Validate] and [Volume.Validate]; more than one
// channel; NaN or infinite values.
//
// Source: T. Lindeberg, Feature detection with automatic scale selection,
// International Journal of Computer Vision 30 (1998) 79-116. For one scale that
// is the same along all axes it is -sigma^2 times scipy.ndimage.gaussian_laplace
// with its defaults, which blob_log of scikit-image uses, of the image less its
// smallest value. That kernel answers to brightness itself below a sigma of 0.75
// voxels, by 14 % of it at 0.5; here it does not.
func LoG(image *Volume, opts LoGOptions) (response *Volume, err error) {
	if err := errors.Join(checkMap(image), opts.Validate()); err != nil {
		return nil, fmt.Errorf("detection: LoG: %w", err)
	}
	lifted := image.Clone()
	darkest, _ := image.Range()
	for i, v := range image.Data {
		if v-v != 0 {
			at := unravel(image.Dims, i)
			return nil, fmt.Errorf("detection: LoG: voxel (z, y, x) = (%d, %d, %d) is %v: want finite numbers", at[0], at[1], at[2], v)
		}
		lifted.Data[i] = v - darkest
	}
	for _, sigma := range opts.scales() {
		var weight [3]float64
		for a, s := range sigma {
			weight[a] = -s * s
			if opts.DarkBlobs {
				weight[a] = s * s
			}
		}
		next := laplaceOfGaussian(lifted, sigma, weight)
		if response == nil {
			response = next
			continue
		}
		for i, v := range next.Data {
			response.Data[i] = max(response.Data[i], v)
		}
	}
	return response, nil
}

// DetectLoG finds blobs of about one size, or of a range of sizes, without any
// training: spots, and nuclei that are rounder and more even than the ground
// between them. The steps are
//
//	LoG -> peaks above the threshold -> between the voxels -> close points
//
// each of them a stage of this package ([LoG], [Peaks], [RefineSubpixel],
// [RemoveClosePoints]). Of the peaks of different scales within one blob only
// the highest is left when the response falls off from it on all sides. The
// points are then among those of blob_log of scikit-image without its pruning,
// which compares neighbouring scales only and so can keep a blob on a much
// larger one as two.
//
// The points are in voxels, (z, y, x), by descending response, ties in raster
// order, with ids 1..n and no class. Prob is no probability but the response of
// the voxel as a share of the highest of the image, (0, 1], which is also what a
// relative Threshold is compared with. It orders the points of one image;
// between images it does not compare. A constant image has no points.
//
// Errors: those of [LoG].
func DetectLoG(image *Volume, opts LoGOptions) ([]Point, error) {
	volume, err := LoG(image, opts)
	if err != nil {
		return nil, err
	}
	response := newLoGResponse(volume, opts.Relative)
	points, err := response.peaks(opts)
	if err != nil {
		return nil, err
	}
	for i := range points {
		points[i].Prob /= response.highest
	}
	if !opts.RemoveClose {
		return points, nil
	}
	kept, _, err := RemoveClosePoints(points, opts.Prune)
	return kept, err
}

// logResponse is a response with its scale of thresholds.
type logResponse struct {
	volume  *Volume
	highest float64 // at least 0
	unit    float64 // of a threshold
}

func newLoGResponse(volume *Volume, relative bool) logResponse {
	_, highest := volume.Range()
	r := logResponse{volume: volume, highest: max(float64(highest), 0), unit: 1}
	if relative {
		r.unit = r.highest
	}
	return r
}

// threshold is t as a response.
func (r logResponse) threshold(t float64) float64 { return t * r.unit }

// peaks have the response as their Prob.
func (r logResponse) peaks(opts LoGOptions) ([]Point, error) {
	points, err := Peaks(r.volume, opts.peakOptions(r.threshold(opts.Threshold)))
	if err != nil || !opts.Refine {
		return points, err
	}
	return RefineSubpixel(r.volume, points)
}
