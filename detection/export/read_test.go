package export_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/export"
)

func TestReadROISetRefuses(t *testing.T) {
	good := oneROI(t)
	change := func(at int, bytes ...byte) []byte {
		b := append([]byte(nil), good...)
		copy(b[at:], bytes)
		return b
	}
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "a.roi: want a ROI of ImageJ"},
		{"text", []byte("index,axis-0,axis-1\n" + strings.Repeat(" ", 80)), "a.roi: want a ROI of ImageJ"},
		{"half a header", good[:63], "a.roi: want a ROI of ImageJ"},
		{"rectangle", change(6, 1), "a.roi: the ROI is of type 1: want points, type 10"},
		{"number of points", change(16, 0xff, 0xff), "a.roi: the ROI has 65535 points but only"},
		{"negative number", change(16, 0, 0, 0xff), "points but only"},
		{"cut off", good[:len(good)-1], "before its 1 points do"},
		{"NaN", change(68, 0x7f, 0xc0, 0, 0), "a.roi: point 1: x is NaN"},
		{"half an archive", []byte("PK\x03\x04"), "a.roi: want a ZIP archive"},
		{"properties", zipped(t, "x.roi", bytes.Replace(good, []byte("\x000\x00.\x005"), []byte("\x00N\x00a\x00N"), 1)), `a.roi: x.roi: property probability is "NaN": want a number`},
		{"probability", zipped(t, "x.roi", bytes.Replace(good, []byte("\x000\x00.\x005"), []byte("\x001\x00.\x005"), 1)), `a.roi: x.roi: point 1: probability is 1.5`},
	}
	for _, test := range tests {
		points, err := export.ReadROISet(test.data, "a.roi", export.DefaultReadROISetOptions())
		if err == nil || !strings.Contains(err.Error(), test.want) || points != nil {
			t.Errorf("%s: %v and error %v, want %s", test.name, points, err, test.want)
		}
	}
	if got, err := export.ReadROISet(zipped(t, "readme.txt", []byte("x")), "a.zip", export.DefaultReadROISetOptions()); err != nil || len(got) != 0 {
		t.Errorf("an archive without ROIs: %v, %v", got, err)
	}
	bomb := zipped(t, "x.roi", append(good, make([]byte, 1<<20)...))
	opts := export.DefaultReadROISetOptions()
	opts.MaxBytes = 1 << 16
	if _, err := export.ReadROISet(bomb, "a.zip", opts); err == nil || !strings.Contains(err.Error(), "a.zip: x.roi: the set is too large") {
		t.Errorf("1 MiB of zeros: %v", err)
	}
	opts = export.ReadROISetOptions{}
	if _, err := export.ReadROISet(good, "a.roi", opts); err == nil || !strings.Contains(err.Error(), "Channels 0: want 1 to 1000\nMaxBytes 0: want 1 or more") {
		t.Errorf("zero options: %v", err)
	}
}

// oneROI is a .roi file of one point with the probability 0.5.
func oneROI(t *testing.T) []byte {
	t.Helper()
	opts := export.DefaultROISetOptions()
	opts.Kind = export.SinglePoint
	data := roiSet(t, []detection.Point{{Pos: [3]float64{0, 4, 7.25}, Prob: 0.5}}, opts)
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	f, err := r.File[0].Open()
	if err == nil {
		_, err = b.ReadFrom(f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zipped is an archive of one file.
func zipped(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadGeoJSON(t *testing.T) {
	const feature = `{"type":"Feature","geometry":{"type":"Point","coordinates":[1.5,2.5]},"properties":{"classification":`
	opts := export.ReadGeoJSONOptions{ClassNames: []string{"glia", "neuron", "a: b"}}
	for text, want := range map[string]detection.Point{
		feature + `null}}`:                {Prob: 1},
		feature + `"neuron"}}`:            {Prob: 1, Class: 2},
		feature + `{"name":"glia"}}}`:     {Prob: 1, Class: 1},
		feature + `{"names":["a","b"]}}}`: {Prob: 1, Class: 3},
		feature + `null,"measurements":[{"name":"Detection probability","value":0.25},{"name":"x","value":"NaN"}]}}`: {Prob: 0.25},
		feature + `null,"measurements":{"Centroid Z px":0.25,"x":"NaN"}}}`:                                           {Prob: 1, Pos: [3]float64{0.25}},
		`{"type":"Feature","geometry":{"type":"Point","coordinates":[1.5,2.5,9],"plane":{"z":4}}}`:                   {Prob: 1, Pos: [3]float64{4}},
		"\ufeff [" + feature + `null}}]`:                                           {Prob: 1},
		`{"features":[` + feature + `null}}],"type":"FeatureCollection","crs":{}}`: {Prob: 1},
	} {
		got, err := export.ReadGeoJSON([]byte(text), "x", opts)
		want.ID, want.Pos[1], want.Pos[2] = 1, 2, 1
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v, %v, want %+v", text, got, err, want)
		}
	}
}

func TestReadGeoJSONRefuses(t *testing.T) {
	point := func(coordinates, rest string) string {
		return `[{"type":"Feature","geometry":{"type":"Point","coordinates":` + coordinates + `}` + rest + `}]`
	}
	for text, want := range map[string]string{
		"":                     "x: want GeoJSON",
		"{":                    "x: want GeoJSON",
		"[1]":                  "x: feature 1:",
		"[null]":               "x: feature 1: want an object of type Feature with a geometry",
		`{"type":"Point"}`:     `x: type is "Point": want FeatureCollection or Feature`,
		`[{"type":"Feature"}]`: "x: feature 1: want an object of type Feature with a geometry",
		point("[1]", ""):       "x: feature 1: point 1 has 1 coordinates: want x and y",
		point("null", ""):      "has 0 coordinates",
		point(`"1"`, ""):       `coordinates are "1": want x and y`,
		point(`[1,"NaN"]`, ""): `coordinates are [1,"NaN"]: want x and y`,
		point("[1e300,1]", ""): "x is 1e+300: want a number of at most",
		point("[1,1]", `,"properties":{"classification":"x"}`):                                  `class is "x": want "class 1"`,
		point("[1,1]", `,"properties":{"classification":"class 01"}`):                           `class is "class 01"`,
		point("[1,1]", `,"properties":{"measurements":{"Detection probability":"high"}}`):       `measurement "Detection probability" is "high": want a number`,
		point("[1,1]", `,"properties":{"measurements":{"Detection probability":-1}}`):           "probability is -1: want 0 to 1",
		`[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[]}}]`:                   `geometry is "Polygon": want Point or MultiPoint`,
		`[{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":[1,2]}}]`:             "coordinates are [1,2]: want a list of x and y",
		`[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,1],"plane":{"z":-1}}}]`: "z is -1: want a plane",
	} {
		points, err := export.ReadGeoJSON([]byte(text), "x", export.DefaultReadGeoJSONOptions())
		if err == nil || !strings.Contains(err.Error(), want) || points != nil {
			t.Errorf("%s: %v and error %v, want %s", text, points, err, want)
		}
	}
	named := export.ReadGeoJSONOptions{ClassNames: []string{"a"}}
	if _, err := export.ReadGeoJSON([]byte(point("[1,1]", `,"properties":{"classification":"class 1"}`)), "x", named); err == nil || !strings.Contains(err.Error(), `class is "class 1": want one of ["a"]`) {
		t.Errorf("a class that has no name: %v", err)
	}
	if _, err := export.ReadGeoJSON(nil, "x", export.ReadGeoJSONOptions{ClassNames: []string{""}}); err == nil || !strings.Contains(err.Error(), "ClassNames[0]") {
		t.Errorf("bad options: %v", err)
	}
}
