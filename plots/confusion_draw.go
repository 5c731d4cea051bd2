package plots

import (
	"fmt"
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// percent writes a share.
func percent(share float64) string {
	if share > 0 && share < 0.005 {
		return "<1 %"
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

// confusionNote says what colours and shares are.
const confusionNote = "rows are true classes; the percentage is the share of the row"

func (c Confusion) sheet() (sheet, error) {
	if err := c.check(); err != nil {
		return sheet{}, err
	}
	n := len(c.Counts)
	return sheet{
		title: c.Title, note: confusionNote,
		width: min(240+100*n, 1400), height: min(150+56*n, 1000), body: c.draw,
	}, nil
}

// draw draws the cells, rows from the top.
func (c Confusion) draw(d draw.Canvas) {
	n, k := len(c.Counts), len(c.Classes)
	names := textStyle(10, inkColour)
	names.XAlign, names.YAlign = draw.XRight, draw.YCenter
	left := vg.Length(0)
	for _, name := range c.rowNames() {
		left = max(left, names.Width(name))
	}
	left = min(left, (d.Max.X-d.Min.X)*0.35) + px(30)
	bottom := px(44)
	width, height := (d.Max.X-d.Min.X-left)/vg.Length(n), (d.Max.Y-d.Min.Y-bottom)/vg.Length(n)
	gap := px(2)
	for t, row := range c.Counts {
		y := d.Max.Y - vg.Length(t+1)*height
		if t == k {
			y -= gap * 2
		}
		d.FillText(names, vg.Point{X: d.Min.X + left - px(8), Y: y + height/2}, fitted(names, c.rowNames()[t], left-px(29)))
		for p, count := range row {
			if t == k && p == k {
				continue
			}
			x := d.Min.X + left + vg.Length(p)*width
			if p == k {
				x += gap * 2
			}
			ground := cellRamp.at(c.share(t, p))
			d.FillPolygon(ground, corners(vg.Rectangle{Min: vg.Point{X: x + gap, Y: y + gap}, Max: vg.Point{X: x + width, Y: y + height}}))
			middle := vg.Point{X: x + (width+gap)/2, Y: y + (height+gap)/2}
			d.FillText(centred(11, inkOn(ground), true), vg.Point{X: middle.X, Y: middle.Y + px(8)}, fmt.Sprint(count))
			d.FillText(centred(8.5, inkOn(ground), true), vg.Point{X: middle.X, Y: middle.Y - px(8)}, percent(c.share(t, p)))
		}
	}
	under := d.Max.Y - vg.Length(n)*height - gap*2
	names.XAlign, names.YAlign = draw.XCenter, draw.YTop
	for p, name := range c.columnNames() {
		d.FillText(names, vg.Point{X: d.Min.X + left + (vg.Length(p)+0.5)*width, Y: under - px(4)}, fitted(names, name, width-px(6)))
	}
	axis := textStyle(10.5, paleColour)
	axis.XAlign = draw.XCenter
	d.FillText(axis, vg.Point{X: d.Min.X + left + vg.Length(n)*width/2, Y: d.Min.Y + px(2)}, "predicted class")
	axis.Rotation = math.Pi / 2
	axis.YAlign = draw.YTop
	d.FillText(axis, vg.Point{X: d.Min.X, Y: under + vg.Length(n)*height/2}, "true class")
}

// mostShares is up to how many rows the cells of the interactive chart show
// shares.
const mostShares = 9

func (c Confusion) option() *option {
	n, k := len(c.Counts), len(c.Classes)
	h := head{title: c.Title, note: confusionNote}
	x, below := categoryAxis("predicted class", c.columnNames())
	rows := c.rowNames()
	y := opts.YAxis{Type: "category", Name: "true class", NameLocation: "middle", NameGap: 104, Inverse: yes(), Data: rows,
		AxisLabel: &opts.AxisLabel{Interval: "0", Color: "@ink", Width: 90, Overflow: "truncate"}, AxisLine: &opts.AxisLine{Show: no()}}
	x.AxisLine = &opts.AxisLine{Show: no()}
	heat := charts.NewHeatMap()
	heat.SetGlobalOptions(append(h.options(&opts.ToolBoxFeature{}),
		charts.WithGridOpts(opts.Grid{Left: "130", Right: "20", Top: pixels(h.height()), Bottom: pixels(below)}),
		charts.WithXAxisOpts(x), charts.WithYAxisOpts(y),
		charts.WithVisualMapOpts(opts.VisualMap{Show: no(), Min: 0, Max: 1, Dimension: "3", InRange: &opts.VisualMapInRange{Color: []string{"@cells"}}}),
	)...)
	var data []opts.HeatMapData
	for t, row := range c.Counts {
		for p, count := range row {
			if t == k && p == k {
				continue
			}
			data = append(data, opts.HeatMapData{Name: c.cellNote(t, p), Value: []any{p, t, count, c.share(t, p), percent(c.share(t, p))}})
		}
	}
	label := opts.Label{Show: yes(), Formatter: "{@[2]}\n{@[4]}", FontSize: 12, LineHeight: 16}
	if n > mostShares { // the cells are too narrow for more than the count
		label = opts.Label{Show: yes(), Formatter: "{@[2]}", FontSize: 9}
	}
	heat.AddSeries("objects", data, charts.WithLabelOpts(label),
		charts.WithItemStyleOpts(opts.ItemStyle{BorderColor: "@ground", BorderWidth: 2}))
	return &option{chart: &heat.BaseConfiguration, height: min(max(72+below+min(52, 240/n+30)*n, 280), 900), named: true}
}

// cellNote says what a count is.
func (c Confusion) cellNote(t, p int) string {
	k, count, share := len(c.Classes), c.Counts[t][p], percent(c.share(t, p))
	switch {
	case t == k:
		return fmt.Sprintf("%d false points were called %s\n%s of the false points", count, c.Classes[p], share)
	case p == k:
		return fmt.Sprintf("%d of %s were missed\n%s of the true objects of the class", count, c.Classes[t], share)
	case t == p:
		return fmt.Sprintf("%d of %s were right\n%s of the true objects of the class", count, c.Classes[t], share)
	}
	return fmt.Sprintf("%d of %s were called %s\n%s of the true objects of the class", count, c.Classes[t], c.Classes[p], share)
}
