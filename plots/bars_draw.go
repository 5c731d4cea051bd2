package plots

import (
	"fmt"
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// groupShare is the part of a group's width that its bars fill, and mostNumbers
// up to how many bars have their number above them.
const (
	groupShare  = 0.78
	mostNumbers = 24
)

func (b Bars) sheet() (sheet, error) {
	y, err := b.axis()
	if err != nil {
		return sheet{}, err
	}
	p := newPlot(b.XLabel, b.YLabel)
	grid := newGrid()
	grid.Vertical.Width = 0
	p.Add(grid)
	slot := px(pictureWidth-90) / vg.Length(len(b.Groups))
	nameX(p, b.Groups, slot, px(110))
	width := slot * groupShare / vg.Length(len(b.Series))
	var keys []key
	for i, s := range b.Series {
		var values plotter.Values
		var numbers plotter.XYLabels
		for k, v := range s.Values {
			if math.IsNaN(v) {
				v = 0
			} else {
				numbers.XYs, numbers.Labels = append(numbers.XYs, plotter.XY{X: float64(k), Y: v}), append(numbers.Labels, b.number(v))
			}
			values = append(values, v)
		}
		bars, err := plotter.NewBarChart(values, width)
		if err != nil {
			return sheet{}, fmt.Errorf("plots: %s: %w", s.Name, err)
		}
		bars.Color, bars.LineStyle.Width = palette[i%len(palette)], 0
		bars.Offset = (vg.Length(i) - vg.Length(len(b.Series)-1)/2) * width
		p.Add(unpadded{bars})
		keys = append(keys, key{s.Name, bars})
		if len(b.Groups)*len(b.Series) <= mostNumbers && len(numbers.XYs) > 0 {
			labels, err := plotter.NewLabels(numbers)
			if err != nil {
				return sheet{}, fmt.Errorf("plots: %s: %w", s.Name, err)
			}
			for k := range labels.TextStyle {
				labels.TextStyle[k] = centred(9, inkColour, false)
			}
			labels.Offset = vg.Point{X: bars.Offset, Y: px(2)}
			p.Add(labels)
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.5, float64(len(b.Groups))-0.5, y.lo, y.hi
	return onePlot(p, b.Title, keys), nil
}

// unpadded lets bars end where the axis does.
type unpadded struct{ plot.Plotter }

func (b Bars) option() *option {
	y, _ := b.axis() // sheet has seen its error
	h := head{title: b.Title, keys: true, mark: true}
	room := numberRoom(y)
	values := yAxis(b.YLabel, room)
	fixY(&values, y)
	x, below := categoryAxis(b.XLabel, b.Groups)
	bar := charts.NewBar()
	bar.SetGlobalOptions(append(h.options(&opts.ToolBoxFeature{}),
		charts.WithGridOpts(opts.Grid{Left: pixels(room + 20), Right: "28", Top: pixels(h.height()), Bottom: pixels(below)}),
		charts.WithXAxisOpts(x), charts.WithYAxisOpts(values),
	)...)
	for _, s := range b.Series {
		data := make([]opts.BarData, len(s.Values))
		for k, v := range s.Values {
			if math.IsNaN(v) {
				data[k] = opts.BarData{Value: "-"}
				continue
			}
			lines := []string{b.Groups[k], fmt.Sprintf("%s %.4g", s.Name, v)}
			if len(s.Notes) > 0 {
				lines = append(lines, s.Notes[k])
			}
			data[k] = opts.BarData{Name: strings.Join(lines, "\n"), Value: v}
			if len(b.Groups)*len(b.Series) <= mostNumbers {
				data[k].Label = &opts.Label{Show: yes(), Position: "top", Formatter: b.number(v), Color: "@ink", FontSize: 11}
			}
		}
		bar.AddSeries(s.Name, data, charts.WithBarChartOpts(opts.BarChart{BarGap: "0%", BarCategoryGap: "22%"}))
	}
	return &option{chart: &bar.BaseConfiguration, height: usualHeight, named: true}
}
