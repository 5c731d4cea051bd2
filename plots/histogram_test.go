package plots

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/puncta-bio/puncta/detection"
)

// The widths are those of numpy 2.4.6: numpy.lib._histograms_impl._hist_bin_fd.
func TestFreedmanDiaconis(t *testing.T) {
	wave := make([]float64, 40)
	for i := range wave {
		wave[i] = math.Sin(float64(i+1)) * float64(i+1)
	}
	for _, tt := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{0.12, 0.5, 0.51, 0.53, 0.6, 0.61, 0.64, 0.7, 0.71, 0.95}, 0.15781402034283443},
		{wave, 13.62290577169792},
	} {
		slices.Sort(tt.values)
		if got := freedmanDiaconis(tt.values); math.Abs(got-tt.want) > 1e-12*tt.want {
			t.Errorf("width %v, numpy has %v", got, tt.want)
		}
	}
}

func TestBinEdges(t *testing.T) {
	thousands := make([]float64, 1000)
	for i := range thousands {
		thousands[i] = float64(i) + 0.5 // the quartiles are 500 apart: the width is 100
	}
	mostlyOne := make([]float64, 16)
	mostlyOne[0] = 10 // the quartiles are the same: Sturges has 5 bins of 2
	far := []float64{0, 1, 2, 3, 1e6}
	for _, tt := range []struct {
		name   string
		values []float64
		first  float64
		width  float64
		bins   int
	}{
		{"numpy's width 0.158 becomes 0.1", []float64{0.12, 0.5, 0.51, 0.53, 0.6, 0.61, 0.64, 0.7, 0.71, 0.95}, 0.1, 0.1, 9},
		{"a thousand", thousands, 0, 50, 20}, // 99.9 becomes 50
		{"most are the same", mostlyOne, 0, 2, 5},
		{"no more than 100", far, 0, 2e4, 50},
		{"negative", []float64{-3, -1}, -3, 1, 2}, // the width is 2 * 1 / cbrt(2) = 1.59
		{"alike to the last digit", []float64{1, math.Nextafter(1, 2)}, 1, math.Nextafter(1, 2) - 1, 1},
		{"all the same", []float64{4, 4, 4}, 2, 4, 1},
		{"all 0", []float64{0}, -0.5, 1, 1},
	} {
		edges, err := BinEdges(tt.values)
		if err != nil || len(edges) != tt.bins+1 || edges[0] != tt.first || math.Abs(edges[1]-edges[0]-tt.width) > 1e-9 {
			t.Errorf("%s: %v, %v; want %d bins of %v from %v", tt.name, edges, err, tt.bins, tt.width, tt.first)
		}
	}
}

// Bins hold all values, ascend, and are no more than 100, whatever the values.
func FuzzBinEdges(f *testing.F) {
	f.Add(0.0, 1.0, uint64(1), 100)
	f.Add(1e15, 1e-3, uint64(2), 30)
	f.Add(-5.0, 1e90, uint64(3), 3)
	f.Fuzz(func(t *testing.T, shift, scale float64, seed uint64, n int) {
		if n < 1 || n > 1000 {
			t.Skip()
		}
		r, values := rand.New(rand.NewPCG(seed, 0)), make([]float64, n)
		for i := range values {
			values[i] = shift + scale*r.NormFloat64()
			if math.IsNaN(values[i]) || math.Abs(values[i]) > 1e99 || values[i] != 0 && math.Abs(values[i]) < 1e-99 {
				t.Skip()
			}
		}
		order := slices.Clone(values)
		h, err := NewHistogram([]Sample{{"a", values}}, nil)
		if err != nil {
			t.Fatalf("%v in %v", err, values)
		}
		if !slices.Equal(order, values) {
			t.Error("the values lost their order")
		}
		sum := 0
		for _, c := range h.Layers[0].Counts {
			sum += c
		}
		if sum != n || len(h.Edges) > mostBins+2 || !slices.IsSorted(h.Edges) {
			t.Errorf("%d of %d values in %d bins from %v to %v", sum, n, len(h.Edges)-1, h.Edges[0], h.Edges[len(h.Edges)-1])
		}
	})
}

// Counts equal those of gonum.
func TestHistogramCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	values := make([]float64, 2000)
	for i := range values {
		values[i] = math.Round(r.Float64()*200) / 200 // many on edges
	}
	edges := []float64{0, 0.1, 0.25, 0.5, 0.75, 0.9, 1}
	h, err := NewHistogram([]Sample{{"a", values}}, edges)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(values)
	dividers := slices.Clone(edges)
	dividers[6] = math.Nextafter(1, 2) // gonum's last bin is open
	for i, want := range stat.Histogram(nil, dividers, values, nil) {
		if h.Layers[0].Counts[i] != int(want) {
			t.Errorf("bin %d: %d, gonum has %v", i, h.Layers[0].Counts[i], want)
		}
	}
}

func TestHistogramOption(t *testing.T) {
	h := Histogram{Title: "t", XLabel: "x", Edges: []float64{0, 1, 5}, Mark: 7, MarkLabel: "m",
		Layers: []HistogramLayer{{"a", []int{3, 0}}, {"b", []int{1, 9}}}}
	p := parseOption(t, h)
	wantValues(t, p.Series[0], list(0.0, 1.0, 3.0)) // without the empty bin
	wantValues(t, p.Series[1], list(0.0, 1.0, 1.0), list(1.0, 5.0, 9.0))
	if p.Series[0].MarkLine.Data[0].XAxis != 7 || p.XAxis[0].Max != 7.0 || p.YAxis[0].Type != "value" || p.YAxis[0].Max != 10.0 || p.Series[1].Data[1].Name != "1 to 5\na: 0 of 3\nb: 9 of 10" {
		t.Errorf("option %+v", p)
	}
	if h.LogY = true; parseOption(t, h).YAxis[0].Type != "log" {
		t.Error("LogY changes nothing")
	}
	h.Mark = math.NaN()
	if p = parseOption(t, h); len(p.Series[0].MarkLine.Data) != 0 || p.XAxis[0].Max != 5.0 {
		t.Errorf("without a mark: %+v", p)
	}
}

func TestHistogramsOfDetection(t *testing.T) {
	pred := [][]detection.Point{{{Prob: 1}, {Prob: 0.05}}, {{Prob: 0.5}}}
	matchings := []detection.Matching{{Pairs: []detection.Pair{{Pred: 0, Distance: 2.5}}, UnmatchedPred: []int{1}}, {Pairs: []detection.Pair{{Pred: 0, Distance: 4 * (1 + 1e-13)}}}}
	h, err := PointProbabilities(pred, matchings, 0.3)
	if err != nil {
		t.Fatal(err)
	}
	right, wrong := make([]int, 20), make([]int, 20)
	right[19], right[10], wrong[1] = 1, 1, 1
	if !reflect.DeepEqual(h.Layers, []HistogramLayer{{"right", right}, {"false", wrong}}) || h.Mark != 0.3 {
		t.Errorf("probabilities %+v", h)
	}
	pred[0][1].Prob = 7 // no probability
	if h, err = PointProbabilities(pred, matchings, 0.3); err != nil || h.Edges[len(h.Edges)-1] < 7 {
		t.Errorf("a score of 7: %+v, %v", h, err)
	}
	if h, err = MatchDistances(matchings, 4, "µm"); err != nil || h.Edges[0] != 0 || h.Edges[len(h.Edges)-1] != 4 || h.Mark != 4 || h.XLabel != "distance in µm" || h.Layers[0].Counts[len(h.Layers[0].Counts)-1] != 1 {
		t.Errorf("distances %+v, %v", h, err)
	}
	prob := detection.NewVolume([3]int{1, 1, 2}, 2)
	copy(prob.Data, []float32{0, 1, 0.5, 0.01})
	if h, err = MapProbabilities(prob, math.NaN()); err != nil {
		t.Fatal(err)
	}
	first, second := make([]int, 50), make([]int, 50)
	first[0], first[25], second[49], second[0] = 1, 1, 1, 1
	if !reflect.DeepEqual(h.Layers, []HistogramLayer{{"class 1", first}, {"class 2", second}}) || !h.LogY {
		t.Errorf("map %+v", h)
	}
}
