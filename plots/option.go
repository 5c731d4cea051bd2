package plots

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"
)

// Places of the parts of an interactive chart, in CSS pixels.
const (
	usualHeight = 380
	titleHeight = 28 // of the title
	noteHeight  = 20 // of the note below it
	keysHeight  = 32 // of the legend
)

// yes and no are the flags of go-echarts.
func yes() types.Bool { return opts.Bool(true) }
func no() types.Bool  { return opts.Bool(false) }

// pixels is a length for echarts.
func pixels(n int) string { return strconv.Itoa(n) }

// head is what is above the plot: title, note and legend.
type head struct {
	title, note string
	keys        bool
	mark        bool // the plot has a mark, with its name above
}

// height is how much room it takes.
func (h head) height() int {
	n := titleHeight + 8
	if h.note != "" {
		n += noteHeight
	}
	if h.keys {
		n += keysHeight
	}
	if h.mark {
		n += 12
	}
	return n
}

// options are those of the head, and of the tools and tooltips that every chart
// has.
func (h head) options(tools *opts.ToolBoxFeature) []charts.GlobalOpts {
	top := titleHeight
	if h.note != "" {
		top += noteHeight
	}
	tools.SaveAsImage = &opts.ToolBoxFeatureSaveAsImage{Show: yes()}
	return []charts.GlobalOpts{
		charts.WithTitleOpts(opts.Title{
			Top: "2", Left: "6", Title: h.title, TitleStyle: &opts.TextStyle{FontSize: 15, Color: "@ink"}, // the widths are the script's
			Subtitle: h.note, SubtitleStyle: &opts.TextStyle{FontSize: 12, Color: "@pale"},
		}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(h.keys), Type: "scroll", Top: pixels(top), Left: "4", Right: "40"}),
		charts.WithTooltipOpts(opts.Tooltip{Show: yes(), Trigger: "item"}),
		charts.WithToolboxOpts(opts.Toolbox{Show: yes(), Right: "8", Feature: tools}),
	}
}

// zoomTools are the tools of a chart that can be zoomed.
func zoomTools() *opts.ToolBoxFeature {
	return &opts.ToolBoxFeature{Restore: &opts.ToolBoxFeatureRestore{Show: yes()}}
}

// xAxis and yAxis are axes of numbers, with their names beside them. Those of y
// are as far away as their numbers are long.
func xAxis(name string) opts.XAxis {
	return opts.XAxis{Type: "value", Name: name, NameLocation: "middle", NameGap: 28, Scale: yes(), SplitLine: splitLine(), AxisLine: lineAside()}
}

func yAxis(name string, room int) opts.YAxis {
	return opts.YAxis{Type: "value", Name: name, NameLocation: "middle", NameGap: room, Scale: yes(), SplitLine: splitLine(), AxisLine: lineAside()}
}

// numberRoom is the space for the numbers of an axis of y, of 12 pixels: a digit
// is 7 wide, and echarts puts commas between thousands.
func numberRoom(a axis) int {
	longest := 3
	for _, t := range a.ticks() {
		n := utf8.RuneCountInString(t.label)
		if math.Abs(t.value) >= 1000 {
			n++
		}
		longest = max(longest, n)
	}
	return 14 + 7*longest
}

// grid is the place of the plot, right of the numbers of y and their name.
func grid(h head, room int) charts.GlobalOpts {
	return charts.WithGridOpts(opts.Grid{Left: pixels(room + 20), Right: "28", Top: pixels(h.height()), Bottom: "48"})
}

// fix gives an axis a range from tick to tick, at which echarts has the ticks of
// a.
func fixX(x *opts.XAxis, a axis) {
	x.Min, x.Max, x.SplitNumber = a.lo, a.hi, int(math.Round((a.hi-a.lo)/a.step()))
}

func fixY(y *opts.YAxis, a axis) {
	y.Min, y.Max, y.SplitNumber = a.lo, a.hi, int(math.Round((a.hi-a.lo)/a.step()))
}

// lineAside keeps the line of an axis at the edge of the plot, also where the
// other one has a 0 inside.
func lineAside() *opts.AxisLine { return &opts.AxisLine{OnZero: no()} }

func splitLine() *opts.SplitLine {
	return &opts.SplitLine{Show: yes(), LineStyle: &opts.LineStyle{Color: "@grid"}}
}

// crowded says that names do not fit side by side below a plot as wide as a
// narrow page.
func crowded(names []string) bool {
	const page, letter, gap = 590, 7, 8
	before := 0 // the width of the name before
	for _, n := range names {
		width := letter * utf8.RuneCountInString(n)
		if before > 0 && (before+width)/2+gap > page/len(names) {
			return true
		}
		before = width
	}
	return false
}

// slanted is how far names reach down where they do not fit side by side.
const slanted = 62

// categoryAxis is an axis of names of x; below is the room that it needs.
func categoryAxis(name string, names []string) (x opts.XAxis, below int) {
	x = opts.XAxis{Type: "category", Name: name, NameLocation: "middle", NameGap: 28, Data: names, AxisTick: &opts.AxisTick{Show: no()},
		AxisLabel: &opts.AxisLabel{Interval: "0", Color: "@ink"}}
	if crowded(names) {
		x.AxisLabel.Rotate, x.AxisLabel.Width, x.AxisLabel.Overflow = 38, 90, "truncate"
		x.NameGap = slanted + 8
	}
	return x, x.NameGap + 20
}

// markAt are the options of a series that carries a vertical line at x, of an
// axis from lo to hi, with its name above, which stays inside.
func markAt(x, lo, hi float64, name string) []charts.SeriesOpts {
	label := &opts.Label{Show: yes(), Formatter: "{b}", Color: "@pale"}
	switch at := (x - lo) / (hi - lo); {
	case at > 0.85:
		label.Align = "right"
	case at < 0.15:
		label.Align = "left"
	}
	return []charts.SeriesOpts{
		charts.WithMarkLineNameXAxisItemOpts(opts.MarkLineNameXAxisItem{Name: name, XAxis: x}),
		charts.WithMarkLineStyleOpts(opts.MarkLineStyle{
			Symbol: []string{"none", "none"}, Label: label,
			LineStyle: &opts.LineStyle{Type: "dashed", Width: 1.5, Color: "@pale"}}),
	}
}

// legendLine is an entry of the legend for a line without signs.
type legendLine struct {
	Name string `json:"name"`
	Icon string `json:"icon"`
}

func lineEntry(name string) legendLine { return legendLine{name, "path://M0 0h24v3h-24z"} }
