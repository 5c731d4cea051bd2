package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// Detectors that settings can be tuned for.
const (
	// DetectorMaps finds peaks in probability maps.
	DetectorMaps = "maps"
	// DetectorLoG is [detection.DetectLoG].
	DetectorLoG = "log"
	// DetectorCentroid is [detection.Classical].
	DetectorCentroid = "centroid"
)

// Tuned is the best setting of a detector at one tolerance. One of Detect, LoG
// and Centroid is set.
type Tuned struct {
	// Metrics are those on the images of the search, with the tolerance in
	// physical units.
	detection.Metrics
	// Classes are the metrics of each class; nil without classes.
	Classes []detection.ClassMetrics `json:"classes,omitempty"`
	// Detect are the settings for maps.
	Detect *detection.DetectOptions `json:"detect,omitempty"`
	// LoG are those of the Laplacian of Gaussian.
	LoG *detection.LoGOptions `json:"log,omitempty"`
	// Centroid are those of the classical detector.
	Centroid *detection.ClassicalOptions `json:"centroid,omitempty"`
	// Curves show the score over the threshold, one for each class or one for
	// all; not in files.
	Curves []ThresholdCurve `json:"-"`
}

// options are the settings of a detector, nil where they are not there.
func (t Tuned) options(detector string) interface{ Validate() error } {
	switch {
	case detector == DetectorMaps && t.Detect != nil:
		return t.Detect
	case detector == DetectorLoG && t.LoG != nil:
		return t.LoG
	case detector == DetectorCentroid && t.Centroid != nil:
		return t.Centroid
	}
	return nil
}

// TunedFile holds the settings that a search chose, as JSON. Fields of the
// options have their names of package detection.
type TunedFile struct {
	// Version is the version of this structure, 1.
	Version int `json:"version"`
	// Detector is [DetectorMaps], [DetectorLoG] or [DetectorCentroid].
	Detector string `json:"detector"`
	// Images is the number of images of the search.
	Images int `json:"images"`
	// Settings are the best at each tolerance.
	Settings []Tuned `json:"settings"`
}

// tunedVersion counts changes of [TunedFile] that older programs cannot read.
const tunedVersion = 1

// Save writes the file at path, complete or not at all.
func (f TunedFile) Save(path string) error {
	f.Version = tunedVersion
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// LoadTuned reads the settings of a detector from a file that
// [TunedFile.Save] wrote and returns those of the tolerance, or the only ones
// where tolerance is 0. Errors name path, and the line of what is no JSON, and
// are for [ErrInput].
func LoadTuned(path, detector string, tolerance float64) (Tuned, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Tuned{}, inputf("%s: want a file of settings, as \"puncta tune --output\" writes it: %w", path, filesys.WithoutPath(err))
	}
	var f TunedFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return Tuned{}, inputf("%s:%d: want settings, as \"puncta tune --output\" writes them: %w", path, lineOf(text, err, d.InputOffset()), err)
	}
	switch {
	case f.Version != tunedVersion:
		return Tuned{}, inputf("%s: version is %d: this program reads version %d", path, f.Version, tunedVersion)
	case f.Detector != detector:
		return Tuned{}, inputf("%s: detector is %q: want settings for %q", path, f.Detector, detector)
	case len(f.Settings) == 0:
		return Tuned{}, inputf("%s: settings are empty: want at least one", path)
	}
	var errs []error
	var tolerances []float64
	for k, t := range f.Settings {
		o := t.options(detector)
		if o == nil {
			errs = append(errs, fmt.Errorf("%s: settings[%d] has no options for %q", path, k, detector))
		} else if err := o.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("%s: settings[%d]: %w", path, k, err))
		}
		tolerances = append(tolerances, t.Tolerance)
	}
	if err := errors.Join(errs...); err != nil {
		return Tuned{}, Input(err)
	}
	k := slices.Index(tolerances, tolerance)
	if tolerance == 0 && len(tolerances) == 1 {
		k = 0
	}
	switch {
	case k >= 0:
		return f.Settings[k], nil
	case tolerance == 0:
		return Tuned{}, inputf("%s: holds settings for the tolerances %v: want one of them, by --tolerance", path, tolerances)
	}
	return Tuned{}, inputf("%s: holds no settings for a tolerance of %v: want one of %v", path, tolerance, tolerances)
}

// lineOf is the line of a text, from 1, at which reading it as JSON failed.
func lineOf(text []byte, err error, offset int64) int {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	} else if errors.As(err, &kind) {
		offset = kind.Offset
	}
	return 1 + bytes.Count(text[:min(max(offset, 0), int64(len(text)))], []byte("\n"))
}

// Describe says the settings in a few words, lengths in physical units.
func (t Tuned) Describe() string {
	switch {
	case t.LoG != nil:
		o := t.LoG
		unit, kind := "of the highest response", "bright"
		if !o.Relative {
			unit = "absolute"
		}
		if o.DarkBlobs {
			kind = "dark"
		}
		return fmt.Sprintf("%s blobs, sigma %s, threshold %.4g %s", kind, numbers(o.Sigmas), o.Threshold, unit)
	case t.Centroid != nil:
		o := t.Centroid
		return fmt.Sprintf("smoothing %.4g, %.4g times Otsu's threshold, at least %d voxels, distance smoothing %.4g, minimum distance %.4g",
			o.Smoothing, o.ThresholdFactor, o.MinSize, o.DistanceSmoothing, o.MinDistance)
	case t.Detect != nil:
		o := t.Detect
		thresholds, radii := []float64{o.Peaks.Threshold}, []float64{o.Prune.Radius}
		if len(o.ClassThresholds) > 0 {
			thresholds = o.ClassThresholds
		}
		if len(o.Prune.ClassRadii) > 0 {
			radii = o.Prune.ClassRadii
		}
		if !o.RemoveClose {
			radii = []float64{0}
		}
		text := fmt.Sprintf("smoothing %.4g, threshold %s, radius %s", o.Smooth[2]*o.Prune.Spacing[2], numbers(thresholds), numbers(radii))
		if o.Refine != detection.RefineNone {
			text += ", refinement " + detection.Refinement{Kind: o.Refine, Factor: o.Centroid.ThresholdFactor}.String()
		}
		return text
	}
	return ""
}

// numbers joins numbers with commas.
func numbers(list []float64) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = strconv.FormatFloat(v, 'g', 4, 64)
	}
	return strings.Join(parts, ", ")
}
