//go:build peer

package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/internal/peer"
)

// roifile reads ROIs from their bytes, without ImageJ's code.
func TestRoifileReads(t *testing.T) {
	const script = `
import json, sys, roifile
for path in sys.argv[1:]:
    rois = roifile.roiread(path)
    for r in rois if isinstance(rois, list) else [rois]:
        assert r.roitype == roifile.ROI_TYPE.POINT and r.options & roifile.ROI_OPTIONS.SUB_PIXEL_RESOLUTION
        print(json.dumps(dict(name=r.name, group=r.group, position=r.position, z=r.z_position,
            properties=r.props or '', xy=r.coordinates().astype(float).tolist(),
            whole=(r.integer_coordinates + [r.left, r.top]).tolist(),
            slices=r.counter_positions.tolist(), counters=r.counters.tolist())))
`
	points := nuclei(300, 3, 2)
	for _, kind := range []ROIKind{MultiPoint, SinglePoint} {
		for _, channels := range []int{1, 2} {
			opts := DefaultROISetOptions()
			opts.NDim, opts.Kind, opts.Channels = 3, kind, channels
			opts.ClassNames = []string{"ü/神経", "🔬"}
			path := filepath.Join(t.TempDir(), "set.zip")
			var b bytes.Buffer
			if err := WriteROISet(&b, points, opts); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			in := json.NewDecoder(bytes.NewReader(peer.Run(t, peer.Exchange, script, path)))
			for _, want := range opts.rois(points) {
				var got struct {
					Name, Properties   string
					Group, Position, Z int
					XY, Whole          [][2]float64
					Slices, Counters   []int
				}
				if err := in.Decode(&got); err != nil {
					t.Fatal(err)
				}
				position := want.position()
				if got.Name != want.name || got.Group != want.group || got.Position != position || got.Z != want.hyperstackZ || got.Properties != want.properties || len(got.XY) != len(want.x) {
					t.Fatalf("%s: roifile read %+v, want %+v", kind, got, want)
				}
				for i := range want.x {
					if got.XY[i] != [2]float64{float64(want.x[i]), float64(want.y[i])} || got.Slices[i] != want.slices[i] || got.Counters[i] != 0 {
						t.Errorf("%s: point %v on slice %d, want (%v, %v) on %d", kind, got.XY[i], got.Slices[i], want.x[i], want.y[i], want.slices[i])
					}
					if w := got.Whole[i]; math.Abs(w[0]-got.XY[i][0]) > 1 || math.Abs(w[1]-got.XY[i][1]) > 1 { // each rounded from its distance to the others
						t.Errorf("%s: pixel %v for %v", kind, w, got.XY[i])
					}
				}
			}
			if in.More() {
				t.Error("roifile found more ROIs")
			}
		}
	}
}

// The file is valid GeoJSON, and its geometries are where they should be.
func TestShapelyReads(t *testing.T) {
	const script = `
import json, sys, geojson, shapely.geometry
geojson.geometry.DEFAULT_PRECISION = 17 # digits that geojson keeps, 6 by default
for path in sys.argv[1:]:
    with open(path, encoding='utf-8') as f:
        collection = geojson.load(f)
    assert isinstance(collection, geojson.FeatureCollection) and collection.is_valid, collection.errors()
    for feature in collection.features:
        shape = shapely.geometry.shape(feature.geometry)
        assert shape.is_valid
        points = getattr(shape, 'geoms', [shape])
        print(json.dumps(dict(kind=shape.geom_type, xy=[[p.x, p.y] for p in points], properties=feature.properties)))
`
	points := nuclei(300, 3, 2)
	for _, kind := range []ObjectKind{Detection, Annotation} {
		opts := DefaultGeoJSONOptions()
		opts.NDim, opts.Kind = 3, kind
		opts.ClassNames = []string{"ü/神経", "🔬"}
		path := filepath.Join(t.TempDir(), "x.geojson")
		var b bytes.Buffer
		if err := WriteGeoJSON(&b, points, opts); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		in := json.NewDecoder(bytes.NewReader(peer.Run(t, peer.Exchange, script, path)))
		seen := 0
		for in.More() {
			var got struct {
				Kind       string
				XY         [][2]float64
				Properties struct {
					ObjectType     string
					Classification struct{ Name string }
					Measurements   map[string]float64
				}
			}
			if err := in.Decode(&got); err != nil {
				t.Fatal(err)
			}
			if got.Properties.ObjectType != string(kind) {
				t.Fatalf("%+v, want a %s", got, kind)
			}
			seen += len(got.XY)
			if kind == Annotation {
				continue
			}
			p := points[seen-1]
			name := ""
			if p.Class > 0 {
				name = opts.ClassNames[p.Class-1]
			}
			if got.Kind != "Point" || got.XY[0] != [2]float64{p.Pos[2] + 0.5, p.Pos[1] + 0.5} || got.Properties.Classification.Name != name || got.Properties.Measurements["Detection probability"] != p.Prob {
				t.Errorf("%s, want %+v", fmt.Sprint(got), p)
			}
		}
		if seen != len(points) {
			t.Errorf("%s: %d points, want %d", kind, seen, len(points))
		}
	}
}
