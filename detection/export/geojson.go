package export

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// ObjectKind says what becomes of points in QuPath.
type ObjectKind string

const (
	// Detection is one detection object per point, with its measurements.
	Detection ObjectKind = "detection"
	// Annotation is one points annotation per class and plane, as the Points
	// tool makes them, which can be edited by hand.
	Annotation ObjectKind = "annotation"
)

// Names of measurements in QuPath: that of its own detectors (StarDist), and
// one in the manner of its "Centroid X px".
const (
	probabilityName = "Detection probability"
	planeName       = "Centroid Z px"
)

// GeoJSONOptions configures [WriteGeoJSON]. The zero value is invalid; start
// from [DefaultGeoJSONOptions].
type GeoJSONOptions struct {
	// NDim is 2 for points of an image of one plane and 3 for points of a
	// stack. Default 2.
	NDim int
	// Kind is what becomes of a point. Default Detection, which keeps
	// probabilities.
	Kind ObjectKind
	// ClassNames names the classes, class 1 first; a colon is refused, because QuPath
	// derives classes by it. Default none: "class 1", "class 2" and so on.
	ClassNames []string
	// Probability adds the measurement "Detection probability" to each
	// Detection; an Annotation of many points has no place for it. Default
	// true.
	Probability bool
}

// DefaultGeoJSONOptions returns the defaults named at each field.
func DefaultGeoJSONOptions() GeoJSONOptions {
	return GeoJSONOptions{NDim: 2, Kind: Detection, Probability: true}
}

// Validate reports every invalid field at once, each by name and value.
func (o GeoJSONOptions) Validate() error {
	errs := []error{checkNDim(o.NDim)}
	if o.Kind != Detection && o.Kind != Annotation {
		errs = append(errs, fmt.Errorf("Kind %q: want %q or %q", o.Kind, Detection, Annotation))
	}
	return errors.Join(append(errs, checkClassNames(o.ClassNames, ":")...)...)
}

// classColours are the colours of classes 1 to 6, which then repeat; readers
// who do not tell red from green tell them apart (M. Okabe, K. Ito, "Color
// Universal Design", 2008).
var classColours = [...][3]uint8{
	{0x00, 0x72, 0xb2}, {0xd5, 0x5e, 0x00}, {0x00, 0x9e, 0x73},
	{0xcc, 0x79, 0xa7}, {0x56, 0xb4, 0xe9}, {0xe6, 0x9f, 0x00},
}

// The parts of a feature, in the order in which they are written.
type (
	feature struct {
		Type       string     `json:"type"`
		Geometry   geometry   `json:"geometry"`
		Properties properties `json:"properties"`
	}
	geometry struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"` // (x, y), or a list of them
		Plane       *plane `json:"plane,omitempty"`
	}
	plane struct {
		C int `json:"c"` // -1 is all channels
		Z int `json:"z"`
		T int `json:"t"`
	}
	properties struct {
		ObjectType     ObjectKind      `json:"objectType"`
		Classification *classification `json:"classification,omitempty"`
		Measurements   *measurements   `json:"measurements,omitempty"`
	}
	classification struct {
		Name  string `json:"name"`
		Color [3]int `json:"color"`
	}
	measurements struct {
		Probability *float64 `json:"Detection probability,omitempty"`
		Z           *float64 `json:"Centroid Z px,omitempty"`
	}
)

// WriteGeoJSON writes points as a GeoJSON feature collection that QuPath 0.4
// and later imports (drag and drop, or File, Import objects), one feature per
// line. The class of a point is its classification, with a name and a colour;
// points without a class have none.
//
// With Detection there is one feature of type Point for each point, in the
// order of the slice; a z that is not a whole number is kept as the measurement
// "Centroid Z px", in planes, plane centres at whole numbers. With Annotation
// there is one feature of type MultiPoint for each class and plane, both
// ascending.
//
// x and y are 0.5 more than in the point (see the package comment) with as many
// digits as tell float64 apart; QuPath rounds them to 0.01. The same points give
// the same bytes. No points give a collection without features.
//
// Errors: those of [GeoJSONOptions.Validate]; a point that cannot be written,
// as in [WriteROISet] but for the bound on its class; those of w.
//
// Source: as in the package comment.
func WriteGeoJSON(w io.Writer, points []detection.Point, opts GeoJSONOptions) error {
	err := opts.Validate()
	if err == nil {
		err = limits{opts.NDim, maxPlane, len(opts.ClassNames), 0}.checkAll(points)
	}
	if err != nil {
		return fmt.Errorf("export: write GeoJSON: %w", err)
	}
	out := bufio.NewWriter(w)
	out.WriteString(`{"type":"FeatureCollection","features":[`) // errors are kept until Flush
	separator := "\n"
	for _, f := range opts.features(points) {
		line, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("export: write GeoJSON: %w", err)
		}
		out.WriteString(separator)
		out.Write(line)
		separator = ",\n"
	}
	out.WriteString("\n]}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("export: write GeoJSON: %w", err)
	}
	return nil
}

// features are the objects that points become.
func (o GeoJSONOptions) features(points []detection.Point) []feature {
	var features []feature
	if o.Kind == Detection {
		for _, p := range points {
			f := o.feature(p)
			f.Geometry.Type, f.Geometry.Coordinates = "Point", corner(p)
			m := &measurements{}
			if o.Probability {
				m.Probability = &p.Prob
			}
			if z := p.Pos[0]; z != math.Round(z) {
				m.Z = &z
			}
			if *m != (measurements{}) {
				f.Properties.Measurements = m
			}
			features = append(features, f)
		}
		return features
	}
	for _, group := range byClass(points) {
		slices.SortStableFunc(group, func(a, b detection.Point) int { return a.Voxel()[0] - b.Voxel()[0] })
		for from := 0; from < len(group); {
			z, to := group[from].Voxel()[0], from
			var coordinates [][2]float64
			for ; to < len(group) && group[to].Voxel()[0] == z; to++ {
				coordinates = append(coordinates, corner(group[to]))
			}
			f := o.feature(group[from])
			f.Geometry.Type, f.Geometry.Coordinates = "MultiPoint", coordinates
			features = append(features, f)
			from = to
		}
	}
	return features
}

// feature is what a point gives to its feature, without coordinates and
// measurements.
func (o GeoJSONOptions) feature(p detection.Point) feature {
	f := feature{Type: "Feature", Properties: properties{ObjectType: o.Kind}}
	if o.NDim == 3 {
		f.Geometry.Plane = &plane{C: -1, Z: p.Voxel()[0]}
	}
	if p.Class > 0 {
		c := &classification{Name: className(o.ClassNames, p.Class)}
		for i, v := range classColours[(p.Class-1)%len(classColours)] {
			c.Color[i] = int(v)
		}
		f.Properties.Classification = c
	}
	return f
}

// corner is (x, y) counted from the upper left corner of the image.
func corner(p detection.Point) [2]float64 { return [2]float64{p.Pos[2] + 0.5, p.Pos[1] + 0.5} }
