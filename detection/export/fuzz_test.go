package export_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/export"
	"github.com/puncta-bio/puncta/internal/fuzzkit"
)

// What is read can be written and is then read again as it was. Zip and JSON
// take memory of their own, here some tens of bytes for each of input; a set's
// unpacked size is bounded by its option.
func FuzzReadROISet(f *testing.F) {
	points := []detection.Point{{Pos: [3]float64{1.25, 2, 3.5}, Prob: 0.5, Class: 2}, {Pos: [3]float64{0, 7, 8}, Prob: 1}}
	for _, kind := range []export.ROIKind{export.MultiPoint, export.SinglePoint} {
		for _, channels := range []int{1, 2} {
			var b bytes.Buffer
			if err := export.WriteROISet(&b, points, export.ROISetOptions{NDim: 3, Channels: channels, Kind: kind, Probability: true}); err != nil {
				f.Fatal(err)
			}
			f.Add(b.Bytes(), uint8(channels))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, channels uint8) {
		opts := export.ReadROISetOptions{Channels: int(channels), MaxBytes: 1 << 18}
		var points []detection.Point
		var err error
		fuzzkit.Bounded(t, data, 64<<20, func() { points, err = export.ReadROISet(data, "x", opts) })
		if err != nil {
			return
		}
		write := export.ROISetOptions{NDim: 3, Channels: int(channels), Kind: export.SinglePoint, Probability: true}
		for i := range points {
			points[i].Class = min(points[i].Class, 255) // counter 255 is class 256
			if points[i].Pos[0] > 1<<13 {
				return // a z from a property may be more than all channels leave room for
			}
		}
		var b bytes.Buffer
		if err := export.WriteROISet(&b, points, write); err != nil {
			t.Fatalf("read %v, which cannot be written: %v", points, err)
		}
		again, err := export.ReadROISet(b.Bytes(), "x", export.ReadROISetOptions{Channels: int(channels), MaxBytes: 1 << 30})
		if err != nil || !slices.Equal(points, again) {
			t.Fatalf("read %v, then %v, %v", points, again, err)
		}
	})
}

func FuzzReadGeoJSON(f *testing.F) {
	points := []detection.Point{{Pos: [3]float64{1.25, 2, 3.5}, Prob: 0.5, Class: 2}, {Pos: [3]float64{0, 7, 8}, Prob: 1}}
	for _, kind := range []export.ObjectKind{export.Detection, export.Annotation} {
		var b bytes.Buffer
		if err := export.WriteGeoJSON(&b, points, export.GeoJSONOptions{NDim: 3, Kind: kind, Probability: true}); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"classification":"class 1","measurements":[{"name":"Detection probability","value":0.5}]}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var points []detection.Point
		var err error
		fuzzkit.Bounded(t, data, 64<<20, func() { points, err = export.ReadGeoJSON(data, "x", export.DefaultReadGeoJSONOptions()) })
		if err != nil {
			return
		}
		var b bytes.Buffer
		opts := export.DefaultGeoJSONOptions()
		opts.NDim = 3
		if err := export.WriteGeoJSON(&b, points, opts); err != nil {
			t.Fatalf("read %v, which cannot be written: %v", points, err)
		}
		again, err := export.ReadGeoJSON(b.Bytes(), "x", export.DefaultReadGeoJSONOptions())
		if err != nil || len(again) != len(points) {
			t.Fatalf("read %v, then %v, %v", points, again, err)
		}
		for i, p := range points {
			p.Pos[1], p.Pos[2] = again[i].Pos[1], again[i].Pos[2] // 0.5 may cost the last bit
			if again[i] != p {
				t.Fatalf("read %+v, then %+v", p, again[i])
			}
		}
	})
}
