package detection_test

import (
	"fmt"
	"log"
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// Stages are functions on volumes and points, so a stage of one's own is a
// function too. Here one drops points in a region that was damaged.
func Example_pipeline() {
	// A probability map as a network gives it: three cells, the second with a
	// weaker echo beside it, and a fourth, false one in a damaged corner.
	prob := detection.NewVolume([3]int{1, 40, 60}, 1)
	prob.Spacing, prob.Unit = detection.Spacing{1, 0.5, 0.5}, "um"
	for _, cell := range []struct{ y, x, height float64 }{
		{10, 10, 0.9}, {20, 30, 0.8}, {20, 35, 0.5}, {30, 12, 0.7}, {5, 55, 0.95},
	} {
		for y := range prob.Dims[1] {
			for x := range prob.Dims[2] {
				dy, dx := float64(y)-cell.y, float64(x)-cell.x
				v := float32(cell.height * math.Exp(-(dy*dy+dx*dx)/8))
				prob.Set(0, y, x, 0, max(prob.At(0, y, x, 0), v))
			}
		}
	}

	peaks := detection.DefaultPeakOptions()
	peaks.Threshold = 0.4
	points, err := detection.Peaks(prob, peaks)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("peaks:", len(points))

	undamaged := func(points []detection.Point) (kept []detection.Point) {
		for _, p := range points {
			if p.Pos[2] < 50 {
				kept = append(kept, p)
			}
		}
		detection.Renumber(kept)
		return kept
	}
	points = undamaged(points)
	fmt.Println("undamaged:", len(points))

	prune := detection.DefaultPruneOptions()
	prune.Radius, prune.Spacing = 3, prob.Spacing // micrometres
	points, _, err = detection.RemoveClosePoints(points, prune)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range points {
		fmt.Printf("%d: y %v, x %v, probability %.2f\n", p.ID, p.Pos[1], p.Pos[2], p.Prob)
	}

	truth := []detection.Point{
		{Pos: [3]float64{0, 10.4, 9.8}}, {Pos: [3]float64{0, 19.7, 30.1}},
		{Pos: [3]float64{0, 29.5, 12.2}}, {Pos: [3]float64{0, 35, 40}},
	}
	match := detection.MatchOptions{Tolerance: 2, Spacing: prob.Spacing}
	found, err := detection.Match(truth, points, match)
	if err != nil {
		log.Fatal(err)
	}
	score := found.Score()
	fmt.Printf("precision %.2f, recall %.2f, F1 %.3f\n", score.Precision(), score.Recall(), score.F1())
	// Output:
	// peaks: 5
	// undamaged: 4
	// 1: y 10, x 10, probability 0.90
	// 2: y 20, x 30, probability 0.80
	// 3: y 30, x 12, probability 0.70
	// precision 1.00, recall 0.75, F1 0.857
}
