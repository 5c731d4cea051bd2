package plots

import (
	"fmt"
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// fill is how opaque bars are: less so where there are others behind them.
func (h Histogram) fill() float64 {
	if len(h.Layers) > 1 {
		return 0.5
	}
	return 0.8
}

// counts is the axis of y.
func (h Histogram) counts() axis {
	top := float64(h.top())
	if h.LogY {
		return axis{lo: 0.6, hi: math.Pow(10, math.Ceil(math.Log10(top)*1.02+0.05))}
	}
	return axis{lo: 0, hi: top * 1.04, whole: true}.outwards()
}

func (h Histogram) sheet() (sheet, error) {
	if err := h.check(); err != nil {
		return sheet{}, err
	}
	p := newPlot(h.XLabel, h.YLabel)
	p.Add(newGrid())
	y := h.counts()
	p.Y.Tick.Marker = niceTicks{whole: true}
	if h.LogY {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, logTicks(mostTicks)
	}
	var keys []key
	for i, l := range h.Layers {
		c := palette[i%len(palette)]
		bars := &plotter.Histogram{FillColor: faded(c, h.fill()), LineStyle: draw.LineStyle{Color: c, Width: px(1)}, LogY: h.LogY}
		for k, n := range l.Counts {
			if n > 0 {
				bars.Bins = append(bars.Bins, plotter.HistogramBin{Min: h.Edges[k], Max: h.Edges[k+1], Weight: float64(n)})
			}
		}
		p.Add(bars)
		if len(h.Layers) > 1 {
			keys = append(keys, key{l.Name, bars})
		}
	}
	if !math.IsNaN(h.Mark) {
		m := mark{h.Mark}
		p.Add(m)
		keys = append(keys, key{h.markName(), m})
	}
	p.X.Min, p.X.Max = h.span()
	p.Y.Min, p.Y.Max = y.lo, y.hi
	return onePlot(p, h.Title, keys), nil
}

// markName is the mark with its value.
func (h Histogram) markName() string {
	return strings.TrimSpace(fmt.Sprintf("%s %.4g", h.MarkLabel, h.Mark))
}

func (h Histogram) option() *option {
	counts := h.counts()
	room := numberRoom(counts)
	x, y := xAxis(h.XLabel), yAxis(h.YLabel, room)
	lo, hi := h.span()
	x.Min, x.Max = lo, hi
	if h.LogY {
		y.Type, y.Min, y.Max = "log", counts.lo, counts.hi
	} else {
		fixY(&y, counts)
	}
	top := head{title: h.Title, keys: len(h.Layers) > 1, mark: !math.IsNaN(h.Mark)}
	chart := charts.NewCustom()
	chart.SetGlobalOptions(append(top.options(&opts.ToolBoxFeature{}),
		grid(top, room), charts.WithXAxisOpts(x), charts.WithYAxisOpts(y),
	)...)
	for i, l := range h.Layers {
		var data []opts.CustomData
		for k, n := range l.Counts {
			if n == 0 {
				continue
			}
			data = append(data, opts.CustomData{Name: h.binNote(k), Value: []float64{h.Edges[k], h.Edges[k+1], float64(n)}})
		}
		options := []charts.SeriesOpts{
			charts.WithEncodeOpts(opts.Encode{X: []int{0, 1}, Y: 2}), charts.WithItemStyleOpts(opts.ItemStyle{Opacity: opts.Float(float32(h.fill()))}),
		}
		if i == 0 && !math.IsNaN(h.Mark) {
			options = append(options, markAt(h.Mark, lo, hi, h.markName())...)
		}
		chart.AddSeries(l.Name, data, options...)
	}
	return &option{chart: &chart.BaseConfiguration, height: usualHeight, named: true}
}

// binNote says what is in bin k, layer by layer.
func (h Histogram) binNote(k int) string {
	lines := []string{fmt.Sprintf("%.4g to %.4g", h.Edges[k], h.Edges[k+1])}
	for _, l := range h.Layers {
		total := 0
		for _, n := range l.Counts {
			total += n
		}
		lines = append(lines, fmt.Sprintf("%s: %d of %d", l.Name, l.Counts[k], total))
	}
	return strings.Join(lines, "\n")
}
