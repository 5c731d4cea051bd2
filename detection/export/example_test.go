package export_test

import (
	"bytes"
	"fmt"
	"os"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/export"
)

func ExampleWriteROISet() {
	points := []detection.Point{
		{Pos: [3]float64{4, 20.5, 31}, Prob: 0.9, Class: 2},
		{Pos: [3]float64{7, 8, 9.25}, Prob: 0.6, Class: 1},
	}
	opts := export.DefaultROISetOptions()
	opts.NDim = 3 // each point on its plane
	var file bytes.Buffer
	if err := export.WriteROISet(&file, points, opts); err != nil {
		fmt.Println(err)
	}
	back, err := export.ReadROISet(file.Bytes(), "RoiSet.zip", export.DefaultReadROISetOptions())
	for _, p := range back {
		fmt.Println(p.Class, p.Pos)
	}
	fmt.Println(err)
	// Output:
	// 1 [7 8 9.25]
	// 2 [4 20.5 31]
	// <nil>
}

func ExampleWriteGeoJSON() {
	points := []detection.Point{{Pos: [3]float64{0, 20, 31.25}, Prob: 0.9, Class: 1}}
	opts := export.DefaultGeoJSONOptions()
	opts.ClassNames = []string{"neuron"}
	if err := export.WriteGeoJSON(os.Stdout, points, opts); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"type":"FeatureCollection","features":[
	// {"type":"Feature","geometry":{"type":"Point","coordinates":[31.75,20.5]},"properties":{"objectType":"detection","classification":{"name":"neuron","color":[0,114,178]},"measurements":{"Detection probability":0.9}}}
	// ]}
}
