package plots

import (
	"fmt"
	"io"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// WritePNG draws the chart, 800 x 500 pixels, with its [Scatter.Agreement]. The
// same data gives the same bytes.
//
// Errors: no dot, a dot that is not finite or negative, and those of w.
func (c Scatter) WritePNG(w io.Writer) error { return writePNG(w, c) }

// WriteHTML writes the chart as [Chart] says; it can be zoomed.
//
// Errors: those of WritePNG, of the library and of w; a height out of range.
func (c Scatter) WriteHTML(w io.Writer, o InteractiveOptions) error { return writeHTML(w, c, o) }

func (c Scatter) words() string { return fmt.Sprintf("%s: %s against %s", c.Title, c.YLabel, c.XLabel) }

func (c Scatter) sheet() (sheet, error) {
	both, err := c.axis()
	if err != nil {
		return sheet{}, err
	}
	dots := make(plotter.XYs, len(c.Dots))
	for i, d := range c.Dots {
		dots[i] = plotter.XY{X: d.X, Y: d.Y}
	}
	cloud, err := plotter.NewScatter(dots)
	if err != nil {
		return sheet{}, fmt.Errorf("plots: %s: %w", c.Title, err)
	}
	cloud.GlyphStyle = draw.GlyphStyle{Color: faded(palette[0], 0.7), Radius: vg.Points(3), Shape: draw.CircleGlyph{}}
	equal, err := plotter.NewLine(plotter.XYs{{X: both.lo, Y: both.lo}, {X: both.hi, Y: both.hi}})
	if err != nil {
		return sheet{}, fmt.Errorf("plots: %s: %w", c.Title, err)
	}
	equal.LineStyle = markStyle
	p := newPlot(c.XLabel, c.YLabel)
	p.X.Tick.Marker, p.Y.Tick.Marker = niceTicks{whole: both.whole}, niceTicks{whole: both.whole}
	p.Add(newGrid(), equal, cloud)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = both.lo, both.hi, both.lo, both.hi
	s := onePlot(p, c.Title, []key{{"equal", equal}})
	s.note = c.note()
	return s, nil
}

func (c Scatter) option() *option {
	both, _ := c.axis() // sheet has seen its error
	both = both.outwards()
	room := numberRoom(both)
	x, y := xAxis(c.XLabel), yAxis(c.YLabel, room)
	fixX(&x, both)
	fixY(&y, both)
	h := head{title: c.Title, note: c.note(), keys: true}
	scatter := charts.NewScatter()
	scatter.SetGlobalOptions(append(h.options(zoomTools()),
		grid(h, room), charts.WithXAxisOpts(x), charts.WithYAxisOpts(y),
		charts.WithDataZoomOpts(opts.DataZoom{Type: "inside", XAxisIndex: 0}, opts.DataZoom{Type: "inside", YAxisIndex: 0}),
	)...)
	data := make([]opts.ScatterData, len(c.Dots))
	for i, d := range c.Dots {
		data[i] = opts.ScatterData{Name: fmt.Sprintf("%s\n%s %.6g\n%s %.6g", d.Name, c.XLabel, d.X, c.YLabel, d.Y), Value: []float64{d.X, d.Y}}
	}
	scatter.AddSeries("dots", data, charts.WithScatterChartOpts(opts.ScatterChart{SymbolSize: 9}), charts.WithItemStyleOpts(opts.ItemStyle{Opacity: opts.Float(0.75), Color: "@first"}))
	equal := charts.NewLine()
	equal.AddSeries("equal", []opts.LineData{{Value: []float64{both.lo, both.lo}}, {Value: []float64{both.hi, both.hi}}},
		charts.WithLineChartOpts(opts.LineChart{Symbol: "none"}), charts.WithLineStyleOpts(opts.LineStyle{Type: "dashed", Width: 1.5, Color: "@pale"}), charts.WithItemStyleOpts(opts.ItemStyle{Color: "@pale"}))
	scatter.Overlap(equal)
	scatter.Legend.Data = []legendLine{lineEntry("equal")}
	return &option{chart: &scatter.BaseConfiguration, height: 440, named: true}
}
