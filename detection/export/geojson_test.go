package export_test

import (
	"bytes"
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/export"
)

func geoJSON(t *testing.T, points []detection.Point, opts export.GeoJSONOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := export.WriteGeoJSON(&b, points, opts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is written for points, and what QuPath 0.7.0 read of that
// (testdata/QuPath.java).
var (
	//go:embed testdata/detections.geojson
	detections string
	//go:embed testdata/annotations.geojson
	annotations string
	//go:embed testdata/qupath.txt
	readByQuPath string
)

var written = []detection.Point{
	{Pos: [3]float64{2.25, 7.5, 10}, Prob: 0.75, Class: 2},
	{Pos: [3]float64{0, -0.5, 200.125}, Prob: 1},
	{Pos: [3]float64{2, 1, 2}, Prob: 0.5, Class: 2},
}

// QuPath found each point on its plane, half a pixel from our coordinates and
// with two decimals, with its class, colour and measurements.
func TestQuPathReads(t *testing.T) {
	const neuron = `neuron "α" <&>`
	want := []string{}
	for _, p := range written {
		class, measurements := "null colour none", fmt.Sprintf("Detection probability=%v", p.Prob)
		if p.Class == 2 {
			class = "class 2 colour ffd55e00"
		}
		if p.Pos[0] != math.Round(p.Pos[0]) {
			measurements += fmt.Sprintf(", Centroid Z px=%v", p.Pos[0])
		}
		want = append(want, fmt.Sprintf("detection Points, class %s, c -1 z %d t 0, measurements {%s}: %s", class, p.Voxel()[0], measurements, inQuPath(p)))
	}
	want = append(want, "annotation Points, class null colour none, c -1 z 0 t 0, measurements {}: "+inQuPath(written[1]),
		"annotation Points, class "+neuron+" colour ffd55e00, c -1 z 2 t 0, measurements {}: "+inQuPath(written[0])+" "+inQuPath(written[2]))
	lines := strings.Split(strings.TrimSpace(readByQuPath), "\n")
	if len(lines) != len(want) {
		t.Fatalf("QuPath read %d objects, want %d", len(lines), len(want))
	}
	for i, line := range lines {
		line = strings.ReplaceAll(strings.ReplaceAll(line, "=1.0}", "=1}"), ".0)", ")")
		line = strings.ReplaceAll(line, ".0,", ",")
		if line != want[i] {
			t.Errorf("QuPath read\n%s, want\n%s", line, want[i])
		}
	}
}

// inQuPath is the place of a point as QuPath has it, in float32.
func inQuPath(p detection.Point) string {
	at := func(v float64) float64 { return float64(float32(math.Round((v+0.5)*100) / 100)) }
	return fmt.Sprintf("(%v, %v)", at(p.Pos[2]), at(p.Pos[1]))
}

// What QuPath exported of a detection, of an annotation of two points with a derived
// class, and of an annotation without class on one channel.
//
//go:embed testdata/qupath.geojson
var byQuPath []byte

func TestReadQuPath(t *testing.T) {
	want := []detection.Point{
		{ID: 1, Pos: [3]float64{2, 7.75, 10.25}, Prob: 0.75, Class: 1},
		{ID: 2, Pos: [3]float64{0, 2, 1}, Prob: 1, Class: 2},
		{ID: 3, Pos: [3]float64{0, -0.5, 20.12 - 0.5}, Prob: 1, Class: 2},
		{ID: 4, Prob: 1},
	}
	got, err := export.ReadGeoJSON(byQuPath, "qupath.geojson", export.ReadGeoJSONOptions{ClassNames: []string{"neuron", "Tumor: Positive"}})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("read %+v, %v, want %+v", got, err, want)
	}
}

func TestGeoJSONText(t *testing.T) {
	points := written
	opts := export.DefaultGeoJSONOptions()
	opts.NDim = 3
	grouped := opts
	grouped.Kind, grouped.ClassNames = export.Annotation, []string{"glia", `neuron "α" <&>`}
	flat := export.DefaultGeoJSONOptions()
	flat.Probability = false
	tests := []struct {
		name, got, want string
	}{
		{"detections", string(geoJSON(t, points, opts)), detections},
		{"annotations", string(geoJSON(t, points, grouped)), annotations},
		{"a plane", string(geoJSON(t, []detection.Point{{Pos: [3]float64{0, 3, 4}, Class: 1}}, flat)), `{"type":"FeatureCollection","features":[
{"type":"Feature","geometry":{"type":"Point","coordinates":[4.5,3.5]},"properties":{"objectType":"detection","classification":{"name":"class 1","color":[0,114,178]}}}
]}
`},
		{"no points", string(geoJSON(t, nil, flat)), "{\"type\":\"FeatureCollection\",\"features\":[\n]}\n"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s:\n%s, want\n%s", test.name, test.got, test.want)
		}
	}
}

func TestGeoJSONRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 300, 10_000} {
		for _, ndim := range []int{2, 3} {
			for _, kind := range []export.ObjectKind{export.Detection, export.Annotation} {
				for _, names := range [][]string{nil, {"a", "ü 神経", "🔬"}} {
					opts := export.GeoJSONOptions{NDim: ndim, Kind: kind, ClassNames: names, Probability: n != 1}
					points := cloud(uint64(n), n, ndim, 3)
					name := fmt.Sprintf("%d points, %+v", n, opts)
					got, err := export.ReadGeoJSON(geoJSON(t, points, opts), "x.geojson", export.ReadGeoJSONOptions{ClassNames: names})
					if err != nil || len(got) != n {
						t.Fatalf("%s: %d points, %v", name, len(got), err)
					}
					want := slices.Clone(points)
					if kind == export.Annotation {
						for i := range want {
							want[i].Pos[0], want[i].Prob = math.Round(want[i].Pos[0]), 1
						}
						slices.SortStableFunc(want, func(a, b detection.Point) int {
							return 1000*(a.Class-b.Class) + int(a.Pos[0]-b.Pos[0])
						})
						detection.Renumber(want)
					}
					for i, w := range want {
						if !opts.Probability {
							w.Prob = 1
						}
						for axis := 1; axis < 3; axis++ { // adding 0.5 may cost the last bit of a coordinate up to 4096
							if math.Abs(got[i].Pos[axis]-w.Pos[axis]) > 0x1p-42 {
								t.Fatalf("%s: point %d is %+v, want %+v", name, i, got[i], w)
							}
							w.Pos[axis] = got[i].Pos[axis]
						}
						if got[i] != w {
							t.Fatalf("%s: point %d is %+v, want %+v", name, i, got[i], w)
						}
					}
				}
			}
		}
	}
}

func TestGeoJSONRefuses(t *testing.T) {
	tests := []struct {
		name string
		p    detection.Point
		opts export.GeoJSONOptions
		want string
	}{
		{"options", detection.Point{}, export.GeoJSONOptions{Kind: "tile", ClassNames: []string{"a: b"}},
			"export: write GeoJSON: NDim 0: want 2 or 3\nKind \"tile\": want \"detection\" or \"annotation\"\nClassNames[0] is \"a: b\": want a name without \":\""},
		{"point", detection.Point{Pos: [3]float64{1}}, export.DefaultGeoJSONOptions(), "export: write GeoJSON: point at index 0: z is 1: want 0 in 2D"},
		{"infinite", detection.Point{Pos: [3]float64{0, math.Inf(1), 0}}, export.DefaultGeoJSONOptions(), "y is +Inf"},
	}
	for _, test := range tests {
		var b bytes.Buffer
		err := export.WriteGeoJSON(&b, []detection.Point{test.p}, test.opts)
		if err == nil || !strings.Contains(err.Error(), test.want) || b.Len() > 0 {
			t.Errorf("%s: error %v and %d bytes, want %s", test.name, err, b.Len(), test.want)
		}
	}
	far := detection.Point{Class: 1 << 40} // QuPath has no bound on classes
	if got := geoJSON(t, []detection.Point{far}, export.DefaultGeoJSONOptions()); !bytes.Contains(got, []byte(`"class 1099511627776"`)) {
		t.Errorf("a large class: %s", got)
	}
}
