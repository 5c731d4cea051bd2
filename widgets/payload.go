package widgets

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// payload is what the script of an explorer is given, as JSON. Lists of
// numbers are base64 of little-endian float64, so that no digit is lost.
type payload struct {
	Title string     `json:"title"`
	Dims  [3]int     `json:"dims"`
	Unit  string     `json:"unit"`
	Space [3]float64 `json:"spacing"`
	// Resolution is Space as a configuration wants it; none for voxels.
	Resolution []float64 `json:"resolution,omitempty"`

	// Prob and Peaks are value and voxel (z, y, x) of each peak, by descending
	// value; Refined is where its point is, "" for on the voxel; Classes are ""
	// for none.
	Prob    string `json:"prob"`
	Peaks   string `json:"peaks"`
	Refined string `json:"refined,omitempty"`
	Classes string `json:"classes,omitempty"`
	// Truth is nil when the true points are not known.
	Truth        *string `json:"truth,omitempty"`
	TruthClasses string  `json:"truthClasses,omitempty"`

	PerClass      bool `json:"perClass"`
	AcrossClasses bool `json:"acrossClasses"`
	ClassAware    bool `json:"classAware"`

	Initial initial               `json:"initial"`
	Limits  map[string][2]float64 `json:"limits"`
	Tops    map[string]float64    `json:"tops"`
	Steps   map[string]float64    `json:"steps"`
	Notes   []string              `json:"notes"`
	Picture pictures              `json:"picture"`
}

// initial is the state to begin with.
type initial struct {
	Threshold float64 `json:"threshold"`
	Radius    float64 `json:"radius"`
	Tolerance float64 `json:"tolerance"`
	Opacity   float64 `json:"opacity"`
	Z         int     `json:"z"`
}

// opacity is that of the map to begin with: the image is seen through it.
const opacity = 0.6

// payload gathers it all.
func (e *Explorer) payload() ([]byte, error) {
	shown, err := e.pictures()
	if err != nil {
		return nil, err
	}
	d, m := e.opts.Detect.Prune, e.opts.Match
	p := payload{
		Title: e.opts.Title, Dims: e.image.Dims, Unit: e.unit(), Space: d.Spacing, Resolution: e.resolution(),
		Prob:     doubles(e.peaks, func(p detection.Point) []float64 { return []float64{p.Prob} }),
		Peaks:    doubles(e.peaks, position),
		Classes:  classes(e.peaks),
		PerClass: d.PerClass, AcrossClasses: d.AcrossClasses, ClassAware: m.ClassAware,
		Initial: initial{e.initial.Threshold, e.initial.Radius, e.initial.Tolerance, opacity, e.plane()},
		Limits:  map[string][2]float64{}, Tops: map[string]float64{}, Steps: map[string]float64{},
		Notes: append([]string{}, e.notes...), Picture: shown,
	}
	if e.opts.Detect.Refine == detection.RefinePeak {
		p.Refined = doubles(e.refined, position)
	}
	if e.hasTruth {
		truth := doubles(e.truth, position)
		p.Truth, p.TruthClasses = &truth, classes(e.truth)
	}
	if shown.Factor > 1 {
		p.Notes = append(p.Notes, fmt.Sprintf("The picture shows one pixel for %d x %d of the image; points and numbers are those of all pixels.", shown.Factor, shown.Factor))
	}
	for name, s := range map[string]scale{"threshold": e.threshold, "radius": e.radius, "tolerance": e.tolerance} {
		p.Limits[name], p.Tops[name], p.Steps[name] = [2]float64{s.lo, s.hi}, s.top, s.step
	}
	data, err := json.Marshal(p) // escapes <, > and &: safe inside a script
	if err != nil {
		return nil, fmt.Errorf("widgets: explorer: %w", err)
	}
	return data, nil
}

func position(p detection.Point) []float64 { return p.Pos[:] }

// classes is "" when no point has one.
func classes(points []detection.Point) string {
	for _, p := range points {
		if p.Class != 0 {
			return doubles(points, func(p detection.Point) []float64 { return []float64{float64(p.Class)} })
		}
	}
	return ""
}

// doubles is base64 of the little-endian float64 of all points.
func doubles(points []detection.Point, of func(detection.Point) []float64) string {
	var bytes []byte
	for _, p := range points {
		for _, v := range of(p) {
			bytes = binary.LittleEndian.AppendUint64(bytes, math.Float64bits(v))
		}
	}
	return base64.StdEncoding.EncodeToString(bytes)
}

// unit is that of distances, for people.
func (e *Explorer) unit() string {
	if e.opts.Detect.Prune.Spacing == detection.UnitSpacing {
		if e.image.NDim() == 3 {
			return "voxels"
		}
		return "px"
	}
	return e.image.Unit
}

// resolution is the spacing as DATA.TEST.RESOLUTION; nil for voxels.
func (e *Explorer) resolution() []float64 {
	s := e.opts.Detect.Prune.Spacing
	if s == detection.UnitSpacing {
		return nil
	}
	return s[3-e.image.NDim():]
}

// plane is the one with the most true points, or with the most peaks above the
// threshold to begin with when there are none; the lowest among equals.
func (e *Explorer) plane() int {
	counts := make([]int, e.image.Dims[0])
	list := e.truth
	if len(list) == 0 {
		list = e.peaks[:countAbove(e.peaks, e.initial.Threshold)]
	}
	for _, p := range list {
		if z := p.Voxel()[0]; z >= 0 && z < len(counts) {
			counts[z]++
		}
	}
	best := 0
	for z, n := range counts {
		if n > counts[best] {
			best = z
		}
	}
	return best
}
