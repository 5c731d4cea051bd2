package plots

import (
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func (c Parallel) sheet() (sheet, error) {
	if err := c.Runs.Validate(); err != nil {
		return sheet{}, err
	}
	return sheet{title: c.Title, body: c.draw}, nil
}

// draw draws the lines first and the axes with their numbers above them.
func (c Parallel) draw(d draw.Canvas) {
	axes := c.axes()
	left, right, low, high := d.Min.X+px(70), d.Max.X-px(60), d.Min.Y+px(14), d.Max.Y-px(34)
	step := (right - left) / vg.Length(len(axes)-1)
	place := func(k int, v float64) vg.Point {
		return vg.Point{X: left + vg.Length(k)*step, Y: low + vg.Length(axes[k].at(v))*(high-low)}
	}
	kept := c.Runs.kept()
	worst, best := c.Runs.Rows[kept[0]].Objective, c.Runs.Rows[kept[len(kept)-1]].Objective
	for _, i := range kept {
		run, goodness := c.Runs.Rows[i], 1.0
		if worst != best {
			goodness = (run.Objective - worst) / (best - worst)
		}
		var line []vg.Point
		for k, v := range append(slices.Clone(run.Values), run.Objective) {
			line = append(line, place(k, v))
		}
		d.StrokeLines(draw.LineStyle{Color: faded(lineRamp.at(goodness), opacity(len(kept))), Width: px(1.5)}, line)
	}
	names := centred(10.5, inkColour, false)
	stagger := false
	for _, a := range axes {
		stagger = stagger || names.Width(a.name) > step*0.94
	}
	for k, a := range axes {
		x := left + vg.Length(k)*step
		d.StrokeLine2(draw.LineStyle{Color: axisColour, Width: px(1.2)}, x, low, x, high)
		room, up := step*0.94, px(12)
		if stagger { // every second name is higher, so each has the place of two
			room, up = step*1.9, px(10+float64(k%2)*15)
		}
		if k == 0 || k == len(axes)-1 {
			room = min(room, px(118))
		}
		d.FillText(names, vg.Point{X: x, Y: high + up}, fittedEnd(names, a.name, room))
		drawTicks(d, a, x, low, high, k == len(axes)-1, step)
	}
	drawScale(d, axes[len(axes)-1], worst, best, right, low, high)
}

// opacity is that of each of n lines: the more, the fainter.
func opacity(n int) float64 { return min(0.75, max(0.2, 0.75*math.Sqrt(60/float64(n)))) }

// drawTicks writes the numbers of an axis to its left, those of the last to its
// right, on grounds that keep lines away from them.
func drawTicks(d draw.Canvas, a runAxis, x, low, high vg.Length, last bool, step vg.Length) {
	style := textStyle(9, paleColour)
	style.XAlign, style.YAlign = draw.XRight, draw.YCenter
	offset := -px(5)
	if last {
		style.XAlign, offset = draw.XLeft, px(14)
	}
	for _, t := range a.ticks {
		at := a.at(t.Value)
		if at < -1e-9 || at > 1+1e-9 || t.Label == "" {
			continue
		}
		y := low + vg.Length(at)*(high-low)
		words := fitted(style, t.Label, min(step*0.8, px(64)))
		width := style.Width(words)
		ground := vg.Rectangle{Min: vg.Point{X: x + offset - width - px(2), Y: y - px(7)}, Max: vg.Point{X: x + offset + px(2), Y: y + px(7)}}
		if !last {
			d.FillPolygon(color.NRGBA{0xff, 0xff, 0xff, 0xc8}, corners(ground))
			d.StrokeLine2(draw.LineStyle{Color: axisColour, Width: px(1.2)}, x-px(4), y, x, y)
		}
		d.FillText(style, vg.Point{X: x + offset, Y: y}, words)
	}
}

// drawScale colours the axis of the objective: what colour is which number.
func drawScale(d draw.Canvas, a runAxis, worst, best float64, x, low, high vg.Length) {
	const parts = 64
	for i := range parts {
		from, to := float64(i)/parts, float64(i+1)/parts
		value := func(t float64) vg.Length {
			return low + vg.Length(a.at(worst+t*(best-worst)))*(high-low)
		}
		d.FillPolygon(lineRamp.at((from+to)/2), corners(vg.Rectangle{Min: vg.Point{X: x + px(2), Y: value(from)}, Max: vg.Point{X: x + px(10), Y: value(min(to+0.5/parts, 1))}}))
	}
}

// parallelAxis adds to the axis of go-echarts what it lacks or leaves out where
// it is 0.
type parallelAxis struct {
	opts.ParallelAxis
	Dim         int             `json:"dim"`
	Min         *float64        `json:"min,omitempty"`
	BoundaryGap bool            `json:"boundaryGap"`
	AxisLabel   customAxisLabel `json:"axisLabel"`
	AxisTick    customTicks     `json:"axisTick"`
	NameStyle   opts.TextStyle  `json:"nameTextStyle"`
	NameGap     int             `json:"nameGap"`
}

// parallelAxes puts the axes into the option in place of those of go-echarts.
type parallelAxes struct {
	charts.BaseConfigurationVisitor
	axes []parallelAxis
}

func (v parallelAxes) VisitParallelAxis([]opts.ParallelAxis) any { return v.axes }

// preciseMap adds how many digits the ends of the bar show.
type preciseMap struct {
	opts.VisualMap
	Precision int `json:"precision"`
}

func (v parallelAxes) VisitVisualMaps(maps []opts.VisualMap) any {
	return preciseMap{maps[0], 3}
}

func (c Parallel) option() *option {
	axes := c.axes()
	letters := 540/(len(axes)-1)/7 - 1 // that have room from axis to axis on a narrow page
	var own []parallelAxis
	for k, a := range axes {
		p := parallelAxis{Dim: k, NameStyle: opts.TextStyle{Color: "@ink", LineHeight: 14}, NameGap: 12}
		p.Name, p.NameLocation, p.Type = twoLines(a.name, letters), "end", a.echartsType()
		p.AxisLabel = customAxisLabel{AxisLabel: opts.AxisLabel{Color: "@ink", BackgroundColor: "@veil"}, CustomValues: a.tickValues()}
		p.AxisTick.CustomValues = a.tickValues()
		if a.scale == Category { // the lines know their categories by number
			var names []string
			for _, n := range a.labels() {
				names = append(names, cut(n, max(4, letters-3)))
			}
			p.Data = names
		} else {
			p.Min, p.Max = &a.lo, a.hi
		}
		own = append(own, p)
	}
	kept := c.Runs.kept()
	lo, hi := c.Runs.Rows[kept[0]].Objective, c.Runs.Rows[kept[len(kept)-1]].Objective
	colours := "@lines"
	if lo > hi {
		lo, hi, colours = hi, lo, "@lines-down"
	}
	if lo == hi { // echarts needs a range: the only colour is the best one
		lo = axes[len(axes)-1].lo
	}
	h := head{title: c.Title}
	chart := charts.NewParallel()
	chart.SetGlobalOptions(append(h.options(&opts.ToolBoxFeature{Restore: &opts.ToolBoxFeatureRestore{Show: yes()}}),
		charts.WithParallelComponentOpts(opts.ParallelComponent{Left: "70", Right: "70", Top: pixels(h.height() + 30), Bottom: "70"}),
		charts.WithVisualMapOpts(opts.VisualMap{Type: "continuous", Calculable: yes(), Min: below(lo), Max: above(hi), Dimension: pixels(len(axes) - 1),
			InRange: &opts.VisualMapInRange{Color: []string{colours}}, Orient: "horizontal", Left: "center", Bottom: "4",
			Text: []string{c.Runs.Objective, ""}, TextStyle: &opts.TextStyle{Color: "@ink"}}),
	)...)
	data := make([]opts.ParallelData, len(kept))
	for n, i := range kept {
		run := c.Runs.Rows[i]
		data[n] = opts.ParallelData{Name: c.Runs.note(i), Value: append(slices.Clone(run.Values), run.Objective)}
	}
	chart.AddSeries("runs", data, charts.WithLineStyleOpts(opts.LineStyle{Width: 1.5, Opacity: opts.Float(float32(opacity(len(kept))))}))
	chart.Accept(parallelAxes{axes: own})
	return &option{chart: &chart.BaseConfiguration, height: 440, named: true}
}

// cut is a text of at most n letters, with an ellipsis where some are left out.
func cut(text string, n int) string {
	if letters := []rune(text); len(letters) > n {
		return string(letters[:n-1]) + "…"
	}
	return text
}

// twoLines breaks a text of more than n letters behind a sign such as _, or
// where the line is full; what is too long for the second line is left out.
func twoLines(text string, n int) string {
	letters := []rune(text)
	if len(letters) <= n {
		return text
	}
	at := n
	for i := n; i > 1; i-- {
		if strings.ContainsRune("_ .-", letters[i-1]) {
			at = i
			break
		}
	}
	return string(letters[:at]) + "\n" + cut(string(letters[at:]), n)
}

// below and above are the nearest numbers of go-echarts' precision that leave v
// inside.
func below(v float64) float32 {
	if f := float32(v); float64(f) <= v {
		return f
	}
	return math.Nextafter32(float32(v), float32(math.Inf(-1)))
}

func above(v float64) float32 { return -below(-v) }
