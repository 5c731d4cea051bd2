package plots

import (
	"fmt"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// effectRoom is the space beside the first and last value of a small chart, and
// smallTicks how many ticks a logarithmic axis of it has at most.
const (
	effectRoom = 0.08
	smallTicks = 4
)

func (c Effects) sheet() (sheet, error) {
	if err := c.Runs.Validate(); err != nil {
		return sheet{}, err
	}
	columns, rows := c.columns(), c.rows()
	dots := &plotter.Scatter{GlyphStyle: draw.GlyphStyle{Color: faded(mutedColour, 0.8), Radius: px(3.2), Shape: draw.CircleGlyph{}}}
	top := &plotter.Scatter{GlyphStyle: draw.GlyphStyle{Color: palette[1], Radius: px(6), Shape: draw.PyramidGlyph{}}}
	best := &plotter.Line{LineStyle: draw.LineStyle{Color: palette[0], Width: px(2)}}
	mean := &plotter.Line{LineStyle: draw.LineStyle{Color: palette[2], Width: px(2), Dashes: dashesOf(1)}}
	signs := map[string]plot.Thumbnailer{runKey: dots, topKey: top, bestKey: best, meanKey: mean}
	var keys []key
	for _, name := range c.legend() {
		keys = append(keys, key{name, signs[name]})
	}
	var plots []*plot.Plot
	for k := range c.Runs.Parameters {
		plots = append(plots, c.small(k, dots.GlyphStyle, top.GlyphStyle, best.LineStyle, mean.LineStyle))
	}
	body := func(d draw.Canvas) {
		width, height := (d.Max.X-d.Min.X)/vg.Length(columns), (d.Max.Y-d.Min.Y)/vg.Length(rows)
		for k, p := range plots {
			x, y := d.Min.X+vg.Length(k%columns)*width, d.Max.Y-vg.Length(k/columns+1)*height
			p.Draw(draw.Canvas{Canvas: d.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: x + px(4), Y: y + px(4)}, Max: vg.Point{X: x + width - px(8), Y: y + height - px(6)}}})
		}
	}
	return sheet{title: c.Title, keys: keys, width: pictureWidth, height: 90 + 210*rows, body: body}, nil
}

// The entries of the legend.
const runKey, topKey, bestKey, meanKey = "run", "best run", "best at a value", "mean at a value"

// legend are the entries that any of the small charts needs.
func (c Effects) legend() []string {
	best, mean := false, false
	for k := range c.Runs.Parameters {
		b, m := c.Runs.lines(c.Runs.effect(k))
		best, mean = best || b, mean || m
	}
	names := []string{runKey, topKey}
	if best {
		names = append(names, bestKey)
	}
	if mean {
		names = append(names, meanKey)
	}
	return names
}

// small is the chart of parameter k.
func (c Effects) small(k int, dot, top draw.GlyphStyle, best, mean draw.LineStyle) *plot.Plot {
	x, y := c.Runs.axis(k, smallTicks, effectRoom), c.Runs.objectives()
	p := newPlot(x.name, "")
	if k%c.columns() == 0 {
		p.Y.Label.Text = cut(y.name, 24)
	}
	p.X.Scale, p.X.Tick.Marker, p.Y.Tick.Marker = x, x, y
	grid := newGrid()
	if x.scale == Category {
		grid.Vertical.Width = 0
		nameX(p, x.labels(), px(pictureWidth/float64(c.columns())-90)/vg.Length(len(x.ticks)), px(64))
	}
	p.Add(grid)
	var dots plotter.XYs
	for _, i := range c.Runs.kept() {
		dots = append(dots, plotter.XY{X: c.Runs.Rows[i].Values[k], Y: c.Runs.Rows[i].Objective})
	}
	p.Add(&plotter.Scatter{XYs: dots, GlyphStyle: dot})
	e := c.Runs.effect(k)
	hasBest, hasMean := c.Runs.lines(e)
	if hasMean {
		p.Add(&plotter.Line{XYs: xys(e.values, e.mean), LineStyle: mean})
	}
	if hasBest {
		p.Add(&plotter.Line{XYs: xys(e.values, e.best), LineStyle: best})
	}
	run := c.Runs.Rows[c.Runs.best()]
	p.Add(&plotter.Scatter{XYs: plotter.XYs{{X: run.Values[k], Y: run.Objective}}, GlyphStyle: top})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.lo, x.hi, y.lo, y.hi
	return p
}

// xys are points of two lists.
func xys(x, y []float64) plotter.XYs {
	out := make(plotter.XYs, len(x))
	for i := range x {
		out[i] = plotter.XY{X: x[i], Y: y[i]}
	}
	return out
}

// customXAxis adds to the axis of go-echarts the places of its ticks.
type customXAxis struct {
	opts.XAxis
	AxisLabel customAxisLabel `json:"axisLabel"`
	AxisTick  customTicks     `json:"axisTick"`
}

// effectAxes puts the axes into the option in place of those of go-echarts.
type effectAxes struct {
	charts.BaseConfigurationVisitor
	axes []customXAxis
}

func (v effectAxes) VisitXAxis([]opts.XAxis) any { return v.axes }

func (c Effects) option() *option {
	columns, rows := c.columns(), c.rows()
	h := head{title: c.Title, keys: true}
	height := h.height() + 200*rows
	scatter := charts.NewScatter()
	lines, tops := charts.NewLine(), charts.NewScatter()
	scatter.SetGlobalOptions(h.options(&opts.ToolBoxFeature{})...)
	scatter.XAxisList, scatter.YAxisList = nil, nil
	var axes []customXAxis
	y := c.Runs.objectives()
	room := numberRoom(y.axis())
	for k, p := range c.Runs.Parameters {
		x := c.Runs.axis(k, smallTicks, effectRoom)
		share := 100 / float64(columns)
		scatter.GridList = append(scatter.GridList, opts.Grid{
			Left: fmt.Sprintf("%.1f%%", share*float64(k%columns)+8), Width: fmt.Sprintf("%.1f%%", share-10),
			Top: pixels(h.height() + 200*(k/columns)), Height: "140"})
		xa := xAxis(x.name)
		xa.Type, xa.GridIndex, xa.NameGap = x.echartsType(), k, 26
		label := opts.AxisLabel{HideOverlap: yes()}
		if x.scale == Category {
			xa.Data = x.labels()
			label = opts.AxisLabel{Interval: "0"}
			if crowded(slices.Repeat(x.labels(), columns)) {
				label.Rotate, label.Width, label.Overflow = 38, 64, "truncate"
				xa.NameGap = 48
				scatter.GridList[k].Height = "118"
			}
		} else {
			xa.Min, xa.Max = x.lo, x.hi
		}
		axes = append(axes, customXAxis{XAxis: xa, AxisLabel: customAxisLabel{AxisLabel: label, CustomValues: x.tickValues()}, AxisTick: customTicks{x.tickValues()}})
		ya := yAxis("", room)
		if k%columns == 0 {
			ya.Name = cut(y.name, 20)
		}
		ya.GridIndex = k
		fixY(&ya, y.axis())
		scatter.YAxisList = append(scatter.YAxisList, ya)
		c.series(scatter, lines, tops, k, p)
	}
	scatter.Overlap(lines, tops)
	scatter.Legend.Data = c.legend()
	scatter.Accept(effectAxes{axes: axes})
	return &option{chart: &scatter.BaseConfiguration, height: min(height, 2000), named: true}
}

// series adds what is seen of parameter k; tops are drawn above the others.
func (c Effects) series(scatter *charts.Scatter, lines *charts.Line, tops *charts.Scatter, k int, p Parameter) {
	r := c.Runs
	var dots []opts.ScatterData
	for _, i := range r.kept() {
		run := r.Rows[i]
		dots = append(dots, opts.ScatterData{Name: fmt.Sprintf("%s\n%s %s\n%s %.4g", run.Name, p.Name, p.valueName(run.Values[k]), r.Objective, run.Objective),
			Value: []float64{run.Values[k], run.Objective}})
	}
	top := r.Rows[r.best()]
	place := opts.ScatterChart{XAxisIndex: k, YAxisIndex: k, SymbolSize: 7}
	scatter.AddSeries(runKey, dots, charts.WithScatterChartOpts(place), charts.WithItemStyleOpts(opts.ItemStyle{Color: "@muted", Opacity: opts.Float(0.8)}))
	place.SymbolSize, place.Symbol = 13, "triangle"
	tops.AddSeries(topKey, []opts.ScatterData{{Name: r.note(r.best()), Value: []float64{top.Values[k], top.Objective}}}, charts.WithScatterChartOpts(place), charts.WithItemStyleOpts(opts.ItemStyle{Color: "@second", Opacity: opts.Float(1)}))
	e := r.effect(k)
	line := func(name, colour, dash string, y []float64) {
		data := make([]opts.LineData, len(y))
		for i, v := range y {
			data[i] = opts.LineData{Name: fmt.Sprintf("%s %s\n%s %s %.4g", p.Name, p.valueName(e.values[i]), name, r.Objective, v), Value: []float64{e.values[i], v}}
		}
		lines.AddSeries(name, data, charts.WithLineChartOpts(opts.LineChart{XAxisIndex: k, YAxisIndex: k, Symbol: "circle", SymbolSize: 5}),
			charts.WithLineStyleOpts(opts.LineStyle{Color: colour, Width: 2, Type: dash}), charts.WithItemStyleOpts(opts.ItemStyle{Color: colour}))
	}
	best, mean := r.lines(e)
	if best {
		line(bestKey, "@first", "solid", e.best)
	}
	if mean {
		line(meanKey, "@third", "dashed", e.mean)
	}
}
