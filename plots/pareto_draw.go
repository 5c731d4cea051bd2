package plots

import (
	"math"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// wideTimes is from which ratio of the longest to the shortest time their axis
// is logarithmic.
const wideTimes = 50

// The entries of the legend.
const frontKey, beatenKey = "front", "beaten by another"

// times is the axis of the time.
func (c Pareto) times() runAxis {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, i := range c.timed() {
		s := c.Runs.Rows[i].Seconds
		lo, hi = min(lo, s), max(hi, s)
	}
	if lo > 0 && hi/lo >= wideTimes {
		lo, hi = lo/1.3, hi*1.3
		return runAxis{name: "seconds", scale: Log, lo: lo, hi: hi, ticks: logTicks(mostTicks).Ticks(lo, hi)}
	}
	a := newAxis(lo, hi, [2]float64{}, false).outwards()
	return runAxis{name: "seconds", lo: a.lo, hi: a.hi, ticks: niceTicks{}.Ticks(a.lo, a.hi)}
}

// timed are the runs that are shown: those with an objective and a time.
func (c Pareto) timed() []int {
	return slices.DeleteFunc(c.Runs.kept(), func(i int) bool { return math.IsNaN(c.Runs.Rows[i].Seconds) })
}

// steps is the border of what the front beats: from each of its runs rightwards
// to the time of the next, and on to the end of the axis.
func (c Pareto) steps(end float64) plotter.XYs {
	var out plotter.XYs
	for _, i := range c.Runs.Front() {
		run := c.Runs.Rows[i]
		if n := len(out); n > 0 {
			out = append(out, plotter.XY{X: run.Seconds, Y: out[n-1].Y})
		}
		out = append(out, plotter.XY{X: run.Seconds, Y: run.Objective})
	}
	return append(out, plotter.XY{X: end, Y: out[len(out)-1].Y})
}

// places are those of runs.
func (c Pareto) places(runs []int) plotter.XYs {
	out := make(plotter.XYs, len(runs))
	for n, i := range runs {
		out[n] = plotter.XY{X: c.Runs.Rows[i].Seconds, Y: c.Runs.Rows[i].Objective}
	}
	return out
}

func (c Pareto) sheet() (sheet, error) {
	if err := c.check(); err != nil {
		return sheet{}, err
	}
	x, y := c.times(), c.Runs.objectives()
	p := newPlot(x.name, y.name)
	p.Add(newGrid())
	p.X.Scale, p.X.Tick.Marker, p.Y.Tick.Marker = x, x, y
	front := c.Runs.Front()
	others := slices.DeleteFunc(c.timed(), func(i int) bool { return slices.Contains(front, i) })
	var keys []key
	line := &plotter.Line{XYs: c.steps(x.hi), LineStyle: draw.LineStyle{Color: faded(palette[0], 0.6), Width: px(2)}}
	if len(others) > 0 {
		dots := &plotter.Scatter{XYs: c.places(others), GlyphStyle: draw.GlyphStyle{Color: faded(mutedColour, 0.8), Radius: px(4), Shape: draw.CircleGlyph{}}}
		p.Add(dots)
		keys = append(keys, key{beatenKey, dots})
	}
	best := &plotter.Scatter{XYs: c.places(front), GlyphStyle: draw.GlyphStyle{Color: palette[0], Radius: px(5.5), Shape: draw.CircleGlyph{}}}
	p.Add(line, best, frontNames{c, front})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.lo, x.hi, y.lo, y.hi
	return onePlot(p, c.Title, append([]key{{frontKey, best}}, keys...)), nil
}

// frontNames writes the names of runs beside their dots, where nothing else is:
// on the side of the front where no run can be, or where that is beyond the
// frame on the other; a name that would be on another one is left out.
type frontNames struct {
	c    Pareto
	runs []int
}

func (f frontNames) Plot(d draw.Canvas, p *plot.Plot) {
	style := textStyle(9, inkColour)
	style.YAlign = draw.YCenter
	high, up := px(14), px(9)
	if f.c.Runs.LowerIsBetter {
		up = -up
	}
	var taken []vg.Rectangle
	for _, i := range f.runs {
		run := f.c.Runs.Rows[i]
		name := fitted(style, run.Name, px(120))
		width := style.Width(name)
		dot := vg.Point{X: d.X(p.X.Norm(run.Seconds)), Y: d.Y(p.Y.Norm(run.Objective))}
		at := vg.Point{X: dot.X - px(5) - width, Y: dot.Y + up}
		if at.X < d.Min.X {
			at = vg.Point{X: dot.X + px(8), Y: dot.Y - up}
		}
		own := vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - high/2}, Max: vg.Point{X: at.X + width, Y: at.Y + high/2}}
		overlaps := slices.ContainsFunc(taken, func(o vg.Rectangle) bool {
			return own.Min.X < o.Max.X && o.Min.X < own.Max.X && own.Min.Y < o.Max.Y && o.Min.Y < own.Max.Y
		})
		if overlaps || own.Max.X > d.Max.X {
			continue
		}
		taken = append(taken, own)
		d.FillText(style, at, name)
	}
}

func (c Pareto) option() *option {
	x, y := c.times(), c.Runs.objectives()
	room := numberRoom(y.axis())
	xa, ya := xAxis(x.name), yAxis(y.name, room)
	fixY(&ya, y.axis())
	if xa.Type = x.echartsType(); x.scale == Log {
		xa.Min, xa.Max = x.lo, x.hi
	} else {
		fixX(&xa, x.axis())
	}
	h := head{title: c.Title, keys: true}
	scatter := charts.NewScatter()
	scatter.SetGlobalOptions(append(h.options(zoomTools()),
		grid(h, room), charts.WithXAxisOpts(xa), charts.WithYAxisOpts(ya),
		charts.WithDataZoomOpts(opts.DataZoom{Type: "inside", XAxisIndex: 0}, opts.DataZoom{Type: "inside", YAxisIndex: 0}),
	)...)
	front := c.Runs.Front()
	dots := func(runs []int) []opts.ScatterData {
		data := make([]opts.ScatterData, len(runs))
		for n, i := range runs {
			data[n] = opts.ScatterData{Name: c.Runs.note(i), Value: []float64{c.Runs.Rows[i].Seconds, c.Runs.Rows[i].Objective}}
		}
		return data
	}
	others := slices.DeleteFunc(c.timed(), func(i int) bool { return slices.Contains(front, i) })
	scatter.AddSeries(beatenKey, dots(others), charts.WithScatterChartOpts(opts.ScatterChart{SymbolSize: 8}), charts.WithItemStyleOpts(opts.ItemStyle{Color: "@muted", Opacity: opts.Float(0.8)}))
	line := charts.NewLine()
	var border []opts.LineData
	for _, p := range c.steps(x.hi) {
		border = append(border, opts.LineData{Value: []float64{p.X, p.Y}})
	}
	line.AddSeries("border", border, charts.WithLineChartOpts(opts.LineChart{Symbol: "none"}),
		charts.WithLineStyleOpts(opts.LineStyle{Width: 2, Type: "solid", Color: "@first", Opacity: opts.Float(0.6)}))
	scatter.Overlap(line)
	scatter.AddSeries(frontKey, dots(front), charts.WithScatterChartOpts(opts.ScatterChart{SymbolSize: 11}), charts.WithItemStyleOpts(opts.ItemStyle{Color: "@first", Opacity: opts.Float(1)}))
	if scatter.Legend.Data = []string{frontKey, beatenKey}; len(others) == 0 {
		scatter.Legend.Data = []string{frontKey}
	}
	return &option{chart: &scatter.BaseConfiguration, height: 420, named: true}
}
