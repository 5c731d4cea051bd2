package plots_test

import (
	"fmt"
	"math"

	"github.com/puncta-bio/puncta/plots"
)

// sweep is a grid of 54 runs.
func sweep() plots.Runs {
	r := plots.Runs{Objective: "F1"}
	var texts [4][]string
	for _, network := range []string{"unet", "resunet", "attention_unet"} {
		for _, rate := range []string{"0.0001", "0.001", "0.01"} {
			for _, sigma := range []string{"1", "2", "3"} {
				for _, average := range []string{"false", "true"} {
					for i, t := range []string{network, rate, sigma, average} {
						texts[i] = append(texts[i], t)
					}
				}
			}
		}
	}
	for i, name := range []string{"MODEL.ARCHITECTURE", "TRAIN.LR", "DATA.SIGMA", "TRAIN.AVERAGE"} {
		p, values := plots.NewParameter(name, texts[i])
		r.Parameters = append(r.Parameters, p)
		for k, v := range values {
			if i == 0 {
				r.Rows = append(r.Rows, plots.Run{Name: fmt.Sprintf("run %d", k+1)})
			}
			r.Rows[k].Values = append(r.Rows[k].Values, v)
		}
	}
	for i := range r.Rows {
		v := r.Rows[i].Values
		r.Rows[i].Objective = 0.88 + 0.015*v[0] - 0.02*v[0]*v[0]/2 - 0.07*math.Abs(math.Log10(v[1])+3) - 0.03*math.Abs(v[2]-2) + 0.012*v[3] + 0.01*math.Sin(float64(7*i))
		r.Rows[i].Seconds = 240 + 160*v[0] + 25*v[3] + 30*math.Cos(float64(3*i))
	}
	r.Rows[9].Objective, r.Rows[9].Seconds = math.NaN(), math.NaN() // this one failed
	return r
}

func ExampleParallel() {
	chart := plots.Parallel{Title: "A sweep of 54 runs", Runs: sweep()}
	show(chart)
	for _, p := range chart.Runs.Parameters {
		fmt.Println(p.Name, p.Scale == plots.Log, p.Categories)
	}
	// Output:
	// MODEL.ARCHITECTURE false [unet resunet attention_unet]
	// TRAIN.LR true []
	// DATA.SIGMA false []
	// TRAIN.AVERAGE false [false true]
}

func ExampleEffects() {
	show(plots.Effects{Title: "F1 over each parameter", Runs: sweep()})
}

func ExamplePareto() {
	chart := plots.Pareto{Title: "F1 against time", Runs: sweep()}
	show(chart)
	for _, i := range chart.Runs.Front() {
		fmt.Printf("%s: %.3f in %.0f s\n", chart.Runs.Rows[i].Name, chart.Runs.Rows[i].Objective, chart.Runs.Rows[i].Seconds)
	}
	// Output:
	// run 17: 0.771 in 221 s
	// run 15: 0.804 in 228 s
	// run 4: 0.830 in 238 s
	// run 11: 0.858 in 245 s
	// run 9: 0.875 in 253 s
	// run 27: 0.883 in 374 s
	// run 28: 0.902 in 448 s
}
