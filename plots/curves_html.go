package plots

import (
	"io"
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// WriteHTML writes the chart as [Chart] says; it can be zoomed along x.
//
// Errors: those of [Curves.WritePNG], of the library and of w; a height out of
// range.
func (c Curves) WriteHTML(w io.Writer, o InteractiveOptions) error { return writeHTML(w, c, o) }

func (c Curves) option() *option {
	line := charts.NewLine()
	ax, ay, marked, _ := c.axes() // sheet has seen its error
	room := numberRoom(ay)
	x, y := xAxis(c.XLabel), yAxis(c.YLabel, room)
	if c.XRange[0] < c.XRange[1] {
		x.Min, x.Max = c.XRange[0], c.XRange[1]
	}
	if c.YRange[0] < c.YRange[1] {
		y.Min, y.Max = c.YRange[0], c.YRange[1]
	}
	h := head{title: c.Title, keys: true, mark: marked}
	line.SetGlobalOptions(append(h.options(zoomTools()),
		grid(h, room), charts.WithXAxisOpts(x), charts.WithYAxisOpts(y),
		charts.WithDataZoomOpts(opts.DataZoom{Type: "inside"}),
	)...)
	for i, l := range c.Lines {
		data := make([]opts.LineData, len(l.X))
		for k := range l.X {
			value := []any{l.X[k], l.Y[k]}
			if math.IsNaN(l.Y[k]) || math.IsInf(l.Y[k], 0) {
				value[1] = "-" // a gap
			}
			data[k] = opts.LineData{Value: value}
			if len(l.Notes) > 0 {
				data[k].Name = l.Notes[k]
			}
		}
		options := []charts.SeriesOpts{
			charts.WithLineChartOpts(opts.LineChart{Symbol: symbol(i), SymbolSize: 7, ShowSymbol: opts.Bool(len(l.X) <= mostDots)}),
			charts.WithLineStyleOpts(opts.LineStyle{Width: 2}), // its dash and colour are those of the script
		}
		if i == 0 && marked {
			options = append(options, markAt(c.Mark, ax.lo, ax.hi, c.MarkLabel)...)
		}
		line.AddSeries(l.Name, data, options...)
	}
	return &option{chart: &line.BaseConfiguration, height: usualHeight}
}

// symbol is the sign of the points of line i.
func symbol(i int) string { return []string{"circle", "rect", "triangle"}[i%3] }
