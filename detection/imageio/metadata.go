package imageio

import (
	"math"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// metadata is what the description of a TIFF says about its pages.
type metadata struct {
	source  string // who says so, for messages
	axes    []axis // of the pages, outermost first
	spacing detection.Spacing
	unit    string
	// contiguous allows one directory to stand for all planes.
	contiguous bool
}

// describe understands the description of the first page. One that nobody here
// wrote says nothing: the pages are then one unnamed axis.
func (f *tiffFile) describe(dir directory, pages []*page) (*metadata, error) {
	text, err := f.text(dir, tagDescription)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasPrefix(text, "ImageJ="):
		res, err := f.resolution(dir)
		if err != nil {
			return nil, err
		}
		return parseImageJ(text, res)
	case isOME(text):
		return parseOME(text, len(pages[0].keep))
	case strings.HasPrefix(text, "{"):
		if meta := parseShaped(text, pages[0], len(pages)); meta != nil {
			return meta, nil
		}
	}
	return &metadata{
		axes:    []axis{{unnamed, len(pages)}},
		spacing: detection.UnitSpacing,
	}, nil
}

// step turns a number of a file into a spacing. Zero, NaN and infinity mean
// that it is not known, which is 1; a negative one only says that the axis
// runs the other way.
func step(v float64) float64 {
	v = math.Abs(v)
	if !(v > 0) || math.IsInf(v, 0) {
		return 1
	}
	return v
}
