package imageio

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// omeDocument is the part of OME-XML that is read. Source: the OME data model,
// schema 2016-06.
type omeDocument struct {
	Images []struct {
		Pixels struct {
			DimensionOrder string    `xml:"DimensionOrder,attr"`
			SizeZ          int       `xml:"SizeZ,attr"`
			SizeC          int       `xml:"SizeC,attr"`
			SizeT          int       `xml:"SizeT,attr"`
			X              *float64  `xml:"PhysicalSizeX,attr"`
			Y              *float64  `xml:"PhysicalSizeY,attr"`
			Z              *float64  `xml:"PhysicalSizeZ,attr"`
			XUnit          string    `xml:"PhysicalSizeXUnit,attr"`
			YUnit          string    `xml:"PhysicalSizeYUnit,attr"`
			ZUnit          string    `xml:"PhysicalSizeZUnit,attr"`
			TiffData       []omeData `xml:"TiffData"`
		} `xml:"Pixels"`
	} `xml:"Image"`
}

// omeData says that planes from (FirstZ, FirstC, FirstT) on are in the
// directories from IFD on.
type omeData struct {
	IFD    int `xml:"IFD,attr"`
	FirstZ int `xml:"FirstZ,attr"`
	FirstC int `xml:"FirstC,attr"`
	FirstT int `xml:"FirstT,attr"`
}

// isOME says whether a description is OME-XML, as opposed to the XML of
// some microscope.
func isOME(text string) bool {
	text = strings.TrimLeft(text, "\ufeff \t\r\n")
	return (strings.HasPrefix(text, "<?xml") || strings.HasPrefix(text, "<OME")) && strings.Contains(text, "<OME")
}

// parseOME understands OME-XML that describes one image whose planes are all
// in this file, in the order that DimensionOrder gives. samples is the number
// of samples of a pixel, which OME counts as channels.
func parseOME(text string, samples int) (*metadata, error) {
	var doc omeDocument
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, fmt.Errorf("OME-XML: %w", err)
	}
	if len(doc.Images) != 1 {
		return nil, fmt.Errorf("OME-XML describes %d images, want 1: save each as a file of its own", len(doc.Images))
	}
	px := doc.Images[0].Pixels
	sizes := map[byte]int{'Z': px.SizeZ, 'C': px.SizeC, 'T': px.SizeT}
	for _, name := range []byte("ZCT") {
		if size := sizes[name]; size < 1 || size > math.MaxInt32 {
			return nil, fmt.Errorf("OME-XML says Size%c=%d, want 1 to %d", name, size, math.MaxInt32)
		}
	}
	if px.SizeC%samples != 0 {
		return nil, fmt.Errorf("OME-XML says SizeC=%d, want a multiple of the %d samples of a pixel", px.SizeC, samples)
	}
	sizes['C'] /= samples
	order := px.DimensionOrder
	if len(order) != 5 || order[:2] != "XY" || strings.Trim(order[2:], "ZCT") != "" ||
		order[2] == order[3] || order[3] == order[4] || order[2] == order[4] {
		return nil, fmt.Errorf("OME-XML says DimensionOrder=%q, want XY followed by Z, C and T in some order", order)
	}
	meta := &metadata{source: "OME-XML"}
	for i := 4; i >= 2; i-- { // OME lists the fastest axis first
		meta.axes = append(meta.axes, axis{order[i], sizes[order[i]]})
	}
	for _, data := range px.TiffData {
		first := map[byte]int{'Z': data.FirstZ, 'C': data.FirstC / samples, 'T': data.FirstT}
		plane := 0
		for _, a := range meta.axes {
			plane = plane*a.size + first[a.name]
		}
		if plane != data.IFD {
			return nil, fmt.Errorf("OME-XML puts plane z=%d c=%d t=%d in directory %d, want %d, where DimensionOrder %s has it",
				data.FirstZ, data.FirstC, data.FirstT, data.IFD, plane, order)
		}
	}
	var err error
	meta.spacing, meta.unit, err = omeSpacing(
		[3]*float64{px.Z, px.Y, px.X}, [3]string{px.ZUnit, px.YUnit, px.XUnit})
	return meta, err
}

// omeSpacing is the voxel size. OME's default unit is the micrometre; an axis
// without a size gets 1 in the unit of x.
func omeSpacing(sizes [3]*float64, units [3]string) (detection.Spacing, string, error) {
	spacing := detection.UnitSpacing
	known := false
	for i, size := range sizes {
		if size != nil {
			spacing[i] = step(*size)
			known = true
			if units[i] == "" {
				units[i] = "um"
			}
		}
	}
	if !known {
		return spacing, "", nil
	}
	for i, size := range sizes {
		if size == nil {
			units[i] = units[2]
			if sizes[2] == nil {
				units[i] = "um"
			}
		}
	}
	return inOneUnit(spacing, units)
}
