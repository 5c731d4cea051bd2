package plots_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/puncta-bio/puncta/plots"
)

// examples are those that draw, by the name of their golden picture.
var examples = []struct {
	name string
	run  func()
}{
	{"loss", ExampleCurves}, {"learningrate", ExampleLearningRate}, {"thresholds", ExampleScoresOverThreshold}, {"precision", ExamplePrecisionOverRecall},
	{"tolerance", ExampleF1OverTolerance}, {"classes", ExampleClassBars}, {"scatter", ExampleScatter}, {"probabilities", ExamplePointProbabilities},
	{"map", ExampleMapProbabilities}, {"distances", ExampleMatchDistances}, {"confusion", ExampleNewConfusion}, {"parallel", ExampleParallel},
	{"effects", ExampleEffects}, {"pareto", ExamplePareto}, {"jobs", ExampleTiming}, {"steps", ExampleTiming_oneJob},
}

// shown is the chart that an example shows.
func shown(t *testing.T, run func()) plots.Chart {
	t.Helper()
	var got plots.Chart
	silent, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	output := os.Stdout
	show, os.Stdout = func(c plots.Chart) { got = c }, silent
	defer func() {
		show, os.Stdout = func(plots.Chart) {}, output
		silent.Close()
	}()
	run()
	if got == nil {
		t.Fatal("the example shows no chart")
	}
	return got
}

// Every example draws its golden picture, made by -regen and looked at.
func TestExamplesGolden(t *testing.T) {
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := shown(t, e.run).WritePNG(&b); err != nil {
				t.Fatal(err)
			}
			plots.CheckGolden(t, e.name+"_golden.png", b.Bytes())
		})
	}
}
