package imageio

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// resolution is the size of a pixel by the tags XResolution and YResolution, NaN
// or infinite when unknown, and ResolutionUnit: 1 none, 2 inch, 3 cm.
type resolution struct {
	x, y float64
	unit uint64
}

// resolution reads the three tags.
func (f *tiffFile) resolution(dir directory) (res resolution, err error) {
	if res.x, err = f.pixelSize(dir, tagXResolution); err != nil {
		return res, err
	}
	if res.y, err = f.pixelSize(dir, tagYResolution); err != nil {
		return res, err
	}
	res.unit, err = f.one(dir, tagResolutionUnit, 2)
	return res, err
}

// pixelSize is the inverse of a resolution, which counts pixels per unit.
func (f *tiffFile) pixelSize(dir directory, tag uint16) (float64, error) {
	num, den, err := f.rational(dir, tag)
	return float64(den) / float64(num), err
}

// parseImageJ understands the description that ImageJ writes: lines of
// key=value, the first being ImageJ=version.
//
// images= counts the planes, channels=, slices= and frames= arrange them with
// the channel running fastest, then z, then time. When the three do not
// multiply to images, all planes are z, as in ImageJ. spacing= is the step in z
// and unit= the unit of all axes, unless yunit= or zunit= differ. The size of a
// pixel is the inverse of the resolution tags.
//
// Source: ij.io.TiffDecoder and ij.io.FileOpener of ImageJ 1.
func parseImageJ(text string, res resolution) (*metadata, error) {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "="); ok {
			if _, twice := fields[key]; !twice {
				fields[key] = value
			}
		}
	}
	number := func(key string) (int, error) {
		s, ok := fields[key]
		if !ok {
			return 1, nil
		}
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > math.MaxInt32 {
			return 0, fmt.Errorf("ImageJ's description says %s=%s, want a whole number from 1 on", key, s)
		}
		return n, nil
	}
	var counts [4]int
	for i, key := range []string{"images", "frames", "slices", "channels"} {
		n, err := number(key)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	images, frames, slices, channels := counts[0], counts[1], counts[2], counts[3]
	if satMul(int64(frames), int64(slices), int64(channels)) != int64(images) {
		frames, slices, channels = 1, images, 1
	}
	meta := &metadata{
		source:     "ImageJ's description",
		axes:       []axis{{'T', frames}, {'Z', slices}, {'C', channels}},
		contiguous: true,
	}
	var err error
	meta.spacing, meta.unit, err = imageJSpacing(fields, res)
	return meta, err
}

// imageJSpacing is the voxel size. ImageJ's default of 72 pixels per inch, the
// screen's, is no size.
func imageJSpacing(fields map[string]string, res resolution) (detection.Spacing, string, error) {
	z := 1.0
	if s, ok := fields["spacing"]; ok {
		v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil {
			return detection.UnitSpacing, "", fmt.Errorf("ImageJ's description says spacing=%s, want a number", s)
		}
		z = v
	}
	unit, named := fields["unit"]
	if !named {
		switch {
		case math.IsNaN(res.x):
		case res.unit == 2 && res.x == 1.0/72:
			res.x, res.y = 1, 1
		case res.unit == 2:
			unit = "inch"
		case res.unit == 3:
			unit = "cm"
		}
	}
	units := [3]string{unit, unit, unit}
	for i, key := range []string{"zunit", "yunit"} {
		if s, ok := fields[key]; ok {
			units[i] = s
		}
	}
	return inOneUnit(detection.Spacing{step(z), step(res.y), step(res.x)}, units)
}
