package plots_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/plots"
)

// matched is an image of true points on a grid, and predicted ones beside them:
// the fainter the farther, some false, some of another class.
func matched() (truth, pred [][]detection.Point, result detection.Evaluation) {
	random := rand.New(rand.NewPCG(7, 1))
	truth, pred = make([][]detection.Point, 1), make([][]detection.Point, 1)
	for i := range 240 {
		class := 1 + i%8/3
		at := [3]float64{0, float64(i/16) * 40, float64(i%16) * 40}
		truth[0] = append(truth[0], detection.Point{Pos: at, Class: class})
		away := math.Abs(random.NormFloat64()) * 2.2
		if away > 6 {
			continue
		}
		if random.Float64() < 0.12 {
			class = (class+int(random.Float64()*2))%3 + 1
		}
		at[1], at[2] = at[1]+away*math.Sin(float64(i)), at[2]+away*math.Cos(float64(i))
		pred[0] = append(pred[0], detection.Point{Pos: at, Class: class, Prob: 1 - 0.1*away - 0.2*random.Float64()})
	}
	for i := range 45 {
		at := [3]float64{0, float64(i/16)*40 + 20, float64(i%16)*40 + 20}
		pred[0] = append(pred[0], detection.Point{Pos: at, Class: 1 + min(i%4, 2), Prob: 0.15 + 0.5*random.Float64()*random.Float64()})
	}
	options := detection.DefaultMatchOptions()
	options.Tolerance = 6
	result, err := detection.ScoreImages(truth, pred, options)
	if err != nil {
		fmt.Println(err)
	}
	return truth, pred, result
}

func ExamplePointProbabilities() {
	_, pred, result := matched()
	chart, err := plots.PointProbabilities(pred, result.Matchings, 0.3)
	if err != nil {
		fmt.Println(err)
	}
	show(chart)
	fmt.Printf("from %v to %v: %d right, %d false\n", chart.Edges[6], chart.Edges[7], chart.Layers[0].Counts[6], chart.Layers[1].Counts[6])
	// Output:
	// from 0.3 to 0.35: 3 right, 4 false
}

func ExampleMapProbabilities() {
	prob := detection.NewVolume([3]int{1, 256, 256}, 1)
	for y := range 256 {
		for x := range 256 {
			dy, dx := float64(y%64-32), float64(x%64-32)
			prob.Set(0, y, x, 0, float32(0.97*math.Exp(-(dy*dy+dx*dx)/90)))
		}
	}
	chart, err := plots.MapProbabilities(prob, 0.5)
	if err != nil {
		fmt.Println(err)
	}
	show(chart)
	fmt.Printf("%d of %d voxels below %v\n", chart.Layers[0].Counts[0], len(prob.Data), chart.Edges[1])
	// Output:
	// 47920 of 65536 voxels below 0.02
}

func ExampleMatchDistances() {
	_, _, result := matched()
	chart, err := plots.MatchDistances(result.Matchings, result.Pooled.Tolerance, "pixels")
	if err != nil {
		fmt.Println(err)
	}
	show(chart)
	fmt.Printf("%d pairs up to %v pixels, bins of %v\n", result.Pooled.TP, chart.Edges[len(chart.Edges)-1], chart.Edges[1])
	// Output:
	// 238 pairs up to 6 pixels, bins of 0.5
}

func ExampleNewConfusion() {
	truth, pred, result := matched()
	chart, err := plots.NewConfusion(truth, pred, result.Matchings, []string{"epithelial", "lymphocyte", "mitosis"})
	if err != nil {
		fmt.Println(err)
	}
	show(chart)
	fmt.Println(chart.Counts)
	// Output:
	// [[81 2 5 2] [12 73 5 0] [2 2 56 0] [12 11 22 0]]
}
