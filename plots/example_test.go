package plots_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/puncta-bio/puncta/plots"
)

func ExampleCurves_WriteSVG() {
	chart := plots.Curves{
		Title: "F1", XLabel: "threshold", YLabel: "F1", YRange: [2]float64{0, 1}, Mark: math.NaN(),
		Lines: []plots.Curve{{Name: "validation", X: []float64{0.25, 0.5, 0.75}, Y: []float64{0.6, 0.8, 0.7}}},
	}
	var b bytes.Buffer
	if err := chart.WriteSVG(&b); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.Split(b.String(), "\n")[1])
	// Output:
	// <title>F1: validation over threshold</title>
}
