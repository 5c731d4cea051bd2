package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// ReadGeoJSONOptions configures [ReadGeoJSON]. Start from
// [DefaultReadGeoJSONOptions].
type ReadGeoJSONOptions struct {
	// ClassNames names the classes, class 1 first; another name in the file is
	// an error. A derived class is named as QuPath shows it, "Tumor: Positive".
	// Default none: "class 1", "class 2" and so on.
	ClassNames []string
}

// DefaultReadGeoJSONOptions returns the defaults named at each field.
func DefaultReadGeoJSONOptions() ReadGeoJSONOptions { return ReadGeoJSONOptions{} }

// Validate reports every invalid field at once, each by name and value.
func (o ReadGeoJSONOptions) Validate() error {
	return errors.Join(checkClassNames(o.ClassNames, "")...)
}

// What is read of a feature; other members are passed over. QuPath before 0.4
// wrote measurements as a list of names and values, and a classification may
// be its name alone.
type (
	readFeature struct {
		Type     string `json:"type"`
		Geometry *struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
			Plane       struct {
				Z int `json:"z"`
			} `json:"plane"`
		} `json:"geometry"`
		Properties struct {
			Classification readClass        `json:"classification"`
			Measurements   readMeasurements `json:"measurements"`
		} `json:"properties"`
	}
	readClass        string
	readMeasurements map[string]float64
)

// UnmarshalJSON reads a classification: an object with a name or, for a
// derived class, names, or a text.
func (c *readClass) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("{")) {
		var o struct {
			Name  string   `json:"name"`
			Names []string `json:"names"`
		}
		err := json.Unmarshal(data, &o)
		if *c = readClass(o.Name); o.Name == "" {
			*c = readClass(strings.Join(o.Names, ": "))
		}
		return err
	}
	var name *string
	err := json.Unmarshal(data, &name)
	if name != nil {
		*c = readClass(*name)
	}
	return err
}

// UnmarshalJSON reads those of the measurements that are of use.
func (m *readMeasurements) UnmarshalJSON(data []byte) error {
	var values map[string]json.RawMessage
	if bytes.HasPrefix(data, []byte("[")) {
		var list []struct {
			Name  string          `json:"name"`
			Value json.RawMessage `json:"value"`
		}
		if err := json.Unmarshal(data, &list); err != nil {
			return err
		}
		values = map[string]json.RawMessage{}
		for _, v := range list {
			values[v.Name] = v.Value
		}
	} else if err := json.Unmarshal(data, &values); err != nil {
		return err
	}
	*m = readMeasurements{}
	for _, name := range []string{probabilityName, planeName} {
		if text, ok := values[name]; ok {
			var v float64
			if err := json.Unmarshal(text, &v); err != nil {
				return fmt.Errorf("measurement %q is %s: want a number", name, shorten(text))
			}
			(*m)[name] = v
		}
	}
	return nil
}

// ReadGeoJSON reads the points of a GeoJSON file, made by [WriteGeoJSON] or
// exported from QuPath: a feature collection, a list of features or one
// feature, of type Point or MultiPoint. data is the whole file, name its name
// in errors.
//
// Points come in the order of the file, ids 1 to n; x and y are 0.5 less than
// in the file. z is the plane, or the measurement "Centroid Z px" where there
// is one; Prob is the measurement "Detection probability", 1 without one; Class
// is the place of the classification in opts.ClassNames, 0 without one.
//
// Errors name the file and the feature, counted from 1: not JSON, a geometry
// other than points, coordinates that are not finite numbers, a plane below 0,
// a class without a number, a probability outside [0, 1].
//
// Source: QuPathTypeAdapters.java of QuPath 0.7.0.
func ReadGeoJSON(data []byte, name string, opts ReadGeoJSONOptions) ([]detection.Point, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("export: read GeoJSON: %w", err)
	}
	features, err := splitFeatures(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var points []detection.Point
	for i, text := range features {
		some, err := readPoints(text, opts.ClassNames)
		if err != nil {
			return nil, fmt.Errorf("%s: feature %d: %w", name, i+1, err)
		}
		points = append(points, some...)
	}
	detection.Renumber(points)
	return points, nil
}

// splitFeatures cuts a file into its features.
func splitFeatures(data []byte) ([]json.RawMessage, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	if bytes.HasPrefix(data, []byte("[")) {
		var features []json.RawMessage
		if err := json.Unmarshal(data, &features); err != nil {
			return nil, fmt.Errorf("want GeoJSON: %w", err)
		}
		return features, nil
	}
	var top struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(data, &top); err != nil {
		return nil, fmt.Errorf("want GeoJSON: %w", err)
	}
	switch top.Type {
	case "FeatureCollection":
		return top.Features, nil
	case "Feature":
		return []json.RawMessage{data}, nil
	}
	return nil, fmt.Errorf("type is %q: want FeatureCollection or Feature", shorten([]byte(top.Type)))
}

// readPoints reads the points of one feature, without ids.
func readPoints(text json.RawMessage, names []string) ([]detection.Point, error) {
	var f readFeature
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, err
	}
	if f.Type != "Feature" || f.Geometry == nil {
		return nil, errors.New("want an object of type Feature with a geometry")
	}
	var places [][]float64
	switch f.Geometry.Type {
	case "Point":
		places = make([][]float64, 1)
		if err := json.Unmarshal(f.Geometry.Coordinates, &places[0]); err != nil {
			return nil, fmt.Errorf("coordinates are %s: want x and y", shorten(f.Geometry.Coordinates))
		}
	case "MultiPoint":
		if err := json.Unmarshal(f.Geometry.Coordinates, &places); err != nil {
			return nil, fmt.Errorf("coordinates are %s: want a list of x and y", shorten(f.Geometry.Coordinates))
		}
	default:
		return nil, fmt.Errorf("geometry is %q: want Point or MultiPoint", shorten([]byte(f.Geometry.Type)))
	}
	one := detection.Point{Pos: [3]float64{float64(f.Geometry.Plane.Z)}, Prob: 1}
	if p, ok := f.Properties.Measurements[probabilityName]; ok {
		one.Prob = p
	}
	if z, ok := f.Properties.Measurements[planeName]; ok {
		one.Pos[0] = z
	}
	if c := string(f.Properties.Classification); c != "" {
		var err error
		if one.Class, err = classOf(names, c); err != nil {
			return nil, err
		}
	}
	points := make([]detection.Point, len(places))
	for i, xy := range places {
		if len(xy) < 2 {
			return nil, fmt.Errorf("point %d has %d coordinates: want x and y", i+1, len(xy))
		}
		points[i] = one
		points[i].Pos[1], points[i].Pos[2] = xy[1]-0.5, xy[0]-0.5
		if err := readLimits.check(points[i]); err != nil {
			return nil, fmt.Errorf("point %d: %w", i+1, err)
		}
	}
	return points, nil
}

// shorten keeps a quoted piece of a file within a sentence.
func shorten(text []byte) string {
	const limit = 60
	if len(text) <= limit {
		return string(text)
	}
	return string(text[:limit]) + "..."
}
