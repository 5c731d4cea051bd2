package plots_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/plots"
)

// show stands for what is done with a chart: charts.Show in a notebook,
// WritePNG or WriteHTML in a program. The tests take the chart from here and
// compare its picture.
var show = func(plots.Chart) {}

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

func ExampleCurves() {
	training := plots.Curve{Name: "training"}
	validation := plots.Curve{Name: "validation"}
	for epoch := 1.0; epoch <= 24; epoch++ {
		training.X, training.Y = append(training.X, epoch), append(training.Y, 0.1+0.8*math.Exp(-epoch/6))
		validation.X, validation.Y = append(validation.X, epoch), append(validation.Y, 0.16+0.7*math.Exp(-epoch/5)+0.0002*epoch*epoch)
	}
	show(plots.Curves{
		Title: "Loss", XLabel: "epoch", YLabel: "loss", Mark: 18, MarkLabel: "weights kept",
		Lines: []plots.Curve{training, validation},
	})
}

func ExampleLearningRate() {
	var steps, rates []float64
	for step := 0.0; step <= 1000; step += 10 { // a warm-up, and half a cosine
		rate := 5e-4 * min(1, step/100)
		if step > 100 {
			rate = 2.5e-4 * (1 + math.Cos(math.Pi*(step-100)/900))
		}
		steps, rates = append(steps, step), append(rates, rate)
	}
	chart, err := plots.LearningRate("step", steps, rates)
	if err != nil {
		fmt.Println(err)
	}
	show(chart)
	fmt.Println(chart.Lines[0].Y[10], "at step", chart.Lines[0].X[10])
	// Output:
	// 0.0005 at step 100
}

// thresholds are the scores of 200 nuclei at 19 thresholds.
func thresholds() (list []float64, scores []detection.Score) {
	for i := 1; i < 20; i++ {
		t := float64(i) / 20
		tp := int(math.Round(196 * (1 - math.Pow(t, 4))))
		list = append(list, t)
		scores = append(scores, detection.Score{TP: tp, FN: 200 - tp, FP: int(math.Round(260 * math.Exp(-6*t)))})
	}
	return list, scores
}

func ExampleScoresOverThreshold() {
	list, scores := thresholds()
	chart, err := plots.ScoresOverThreshold(list, scores, 0.5)
	if err != nil {
		fmt.Println(err)
	}
	show(chart)
	fmt.Printf("F1 %.3f at %v\n", chart.Lines[0].Y[9], chart.Lines[0].X[9])
	// Output:
	// F1 0.927 at 0.5
}

func ExamplePrecisionOverRecall() {
	chart, err := plots.PrecisionOverRecall(thresholds())
	if err != nil {
		fmt.Println(err)
	}
	show(chart)
	fmt.Println(chart.Lines[0].Notes[9])
	// Output:
	// threshold 0.5, F1 0.927
}

func ExampleF1OverTolerance() {
	var sets []plots.Tolerances
	for _, model := range []struct {
		name  string
		scale float64
	}{{"nuclei2d", 1.4}, {"centroids", 2.6}} {
		set := plots.Tolerances{Name: model.name}
		for _, tolerance := range []float64{1, 2, 3, 4, 5, 7, 10, 15} {
			tp := int(math.Round(180 * (1 - math.Exp(-tolerance/model.scale))))
			set.Metrics = append(set.Metrics, detection.Score{TP: tp, FP: 190 - tp, FN: 200 - tp}.At(tolerance))
		}
		sets = append(sets, set)
	}
	chart, err := plots.F1OverTolerance(sets, "pixels", 3)
	if err != nil {
		fmt.Println(err)
	}
	show(chart)
	fmt.Printf("F1 %.3f and %.3f at %v pixels\n", chart.Lines[0].Y[2], chart.Lines[1].Y[2], chart.Lines[0].X[2])
	// Output:
	// F1 0.815 and 0.631 at 3 pixels
}

func ExampleClassBars() {
	classes := []detection.ClassMetrics{
		{Class: 1, Metrics: detection.Score{TP: 180, FP: 12, FN: 20}.At(10)},
		{Class: 2, Metrics: detection.Score{TP: 60, FP: 30, FN: 15}.At(10)},
		{Class: 3, Metrics: detection.Score{TP: 4, FP: 1, FN: 8}.At(15)},
	}
	chart, err := plots.ClassBars(classes, []string{"epithelial", "lymphocyte", "mitosis"})
	if err != nil {
		fmt.Println(err)
	}
	show(chart)
	fmt.Printf("%s: recall %.2f\n", chart.Groups[2], chart.Series[2].Values[2])
	// Output:
	// mitosis: recall 0.33
}

func ExampleScatter() {
	chart := plots.Scatter{Title: "Counted against true objects", XLabel: "true objects in an image", YLabel: "points found in it"}
	for i, n := range []float64{3, 8, 12, 15, 22, 30, 31, 44, 58, 60, 71, 83, 90, 104} {
		found := math.Round(n*0.94 + 3*math.Sin(float64(5*i)))
		chart.Dots = append(chart.Dots, plots.Dot{X: n, Y: found, Name: fmt.Sprintf("image_%02d.tif", i)})
	}
	bias, r2 := chart.Agreement()
	show(chart)
	fmt.Printf("bias %.2f, R² %.3f\n", bias, r2)
	// Output:
	// bias -2.79, R² 0.986
}

func ExampleTiming() {
	show(plots.Timing{
		Title: "Time of the steps", Steps: []string{"read", "normalise", "predict", "peaks", "refine", "match", "report"},
		Jobs: []plots.JobTiming{
			{Name: "tiles of 256", Seconds: []float64{0.8, 0.4, 21.5, 1.9, 2.4, 0.2, 1.1}},
			{Name: "whole images", Seconds: []float64{0.8, 0.4, 13.2, 1.9, 2.4, 0.2, 1.1}},
			{Name: "without a network", Seconds: []float64{0.8, 0.4, math.NaN(), 4.6, 2.2, 0.2, 1}},
		},
	})
}

func ExampleTiming_oneJob() {
	show(plots.Timing{
		Title: "Time of the steps", Steps: []string{"check", "masks", "train", "tune", "predict", "detect", "score", "report"},
		Jobs: []plots.JobTiming{{Name: "cells", Seconds: []float64{1.2, 0.6, 431, 38, 26, 9.4, 0.031, 2.2}}},
	})
}
