package plots

import (
	"fmt"
	"image/color"
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// note is the time of a single job; of several each bar says its own.
func (t Timing) note() string {
	if len(t.Jobs) > 1 {
		return ""
	}
	return "in all " + lengthOf(t.Jobs[0].total())
}

// seconds is the axis of the bars, with room at its end for the times.
func (t Timing) seconds() axis {
	_, longest := t.bars()
	if longest == 0 {
		longest = 1
	}
	return axis{lo: 0, hi: longest * 1.18}
}

// segment is a part of the horizontal bar in a row, the first row at the top.
type segment struct {
	row      int
	from, to float64
	colour   color.Color // nil for none
	words    string      // behind its end
}

// segmentHeight is how thick bars are.
const segmentHeight = 22.0

func (s segment) Plot(c draw.Canvas, p *plot.Plot) {
	y := c.Y(p.Y.Norm(-float64(s.row)))
	from, to := c.X(p.X.Norm(s.from)), c.X(p.X.Norm(s.to))
	half := px(segmentHeight / 2)
	if s.colour != nil && to > from {
		c.FillPolygon(s.colour, corners(vg.Rectangle{Min: vg.Point{X: from, Y: y - half}, Max: vg.Point{X: to, Y: y + half}}))
	}
	style := textStyle(9.5, inkColour)
	style.YAlign = draw.YCenter
	c.FillText(style, vg.Point{X: to + px(5), Y: y}, s.words)
}

// Thumbnail is a square in the legend.
func (s segment) Thumbnail(c *draw.Canvas) {
	r := c.Rectangle
	r.Min.X += px(8)
	c.FillPolygon(s.colour, corners(r))
}

// stepTicks are the names of bars, the first at the top.
type stepTicks []string

func (names stepTicks) Ticks(float64, float64) []plot.Tick {
	style := textStyle(10, inkColour)
	var out []plot.Tick
	for i, n := range names {
		out = append(out, plot.Tick{Value: -float64(i), Label: fitted(style, n, px(220))})
	}
	return out
}

func (t Timing) sheet() (sheet, error) {
	if err := t.check(); err != nil {
		return sheet{}, err
	}
	names, _ := t.bars()
	p := newPlot("seconds", "")
	grid := newGrid()
	grid.Horizontal.Width = 0
	p.Add(grid)
	p.Y.Tick.Marker, p.Y.Tick.Length = stepTicks(names), 0
	restyle(&p.Y.Tick.Label, 10, inkColour)
	var keys []key
	if len(t.Jobs) == 1 {
		for i, s := range t.Jobs[0].Seconds {
			if !math.IsNaN(s) {
				p.Add(segment{row: i, to: s, colour: palette[0], words: lengthOf(s)})
			}
		}
	} else {
		for k, step := range t.Steps {
			keys = append(keys, key{step, segment{colour: palette[k%len(palette)]}})
		}
		for i, j := range t.Jobs {
			end := 0.0
			for k, s := range j.Seconds {
				if !math.IsNaN(s) {
					p.Add(segment{row: i, from: end, to: end + s, colour: palette[k%len(palette)]})
					end += s
				}
			}
			p.Add(segment{row: i, from: end, to: end, words: lengthOf(end)})
		}
	}
	x := t.seconds()
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.lo, x.hi, -float64(len(names))+0.4, 0.6
	s := onePlot(p, t.Title, keys)
	s.note, s.width, s.height = t.note(), pictureWidth, 120+34*len(names)
	return s, nil
}

func (t Timing) option() *option {
	names, _ := t.bars()
	h := head{title: t.Title, note: t.note(), keys: len(t.Jobs) > 1}
	x := xAxis("seconds")
	_, longest := t.bars()
	fixX(&x, axis{lo: 0, hi: max(longest, 1e-3)}.outwards())
	y := opts.YAxis{Type: "category", Inverse: yes(), Data: names,
		AxisLabel: &opts.AxisLabel{Interval: "0", Color: "@ink", Width: 130, Overflow: "truncate"}}
	bar := charts.NewBar()
	bar.SetGlobalOptions(append(h.options(&opts.ToolBoxFeature{}),
		charts.WithGridOpts(opts.Grid{Left: "148", Right: "100", Top: pixels(h.height()), Bottom: "48"}),
		charts.WithXAxisOpts(x), charts.WithYAxisOpts(y),
	)...)
	beside := func(words string) *opts.Label {
		return &opts.Label{Show: yes(), Position: "right", Formatter: words, Color: "@ink", FontSize: 11}
	}
	if len(t.Jobs) == 1 {
		data := make([]opts.BarData, len(names))
		for i, s := range t.Jobs[0].Seconds {
			data[i] = t.datum(0, i)
			if !math.IsNaN(s) {
				data[i].Label = beside(lengthOf(s))
			}
		}
		bar.AddSeries("seconds", data, charts.WithBarChartOpts(opts.BarChart{BarWidth: "22"}))
	} else {
		totals := make([]opts.BarData, len(names))
		for k, step := range t.Steps {
			data := make([]opts.BarData, len(names))
			for i := range t.Jobs {
				data[i] = t.datum(i, k)
			}
			bar.AddSeries(step, data, charts.WithBarChartOpts(opts.BarChart{Stack: "job", BarWidth: "22"}))
		}
		for i, j := range t.Jobs {
			totals[i] = opts.BarData{Name: j.Name, Value: 0, Label: beside(lengthOf(j.total()))}
		}
		bar.AddSeries("in all", totals, charts.WithBarChartOpts(opts.BarChart{Stack: "job"}))
		bar.Legend.Data = t.Steps
	}
	return &option{chart: &bar.BaseConfiguration, height: min(h.height()+60+34*len(names), 2000), named: true}
}

// datum is the time of step k of job i.
func (t Timing) datum(i, k int) opts.BarData {
	j := t.Jobs[i]
	s := j.Seconds[k]
	if math.IsNaN(s) {
		return opts.BarData{Value: "-"}
	}
	name := t.Steps[k] + "\n" + lengthOf(s)
	if total := j.total(); total > 0 {
		name += fmt.Sprintf(", %s of %s", percent(s/total), lengthOf(total))
	}
	return opts.BarData{Name: j.Name + "\n" + name, Value: s}
}
