package plots

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/puncta-bio/puncta/plots/echarts"
)

//go:embed interactive.js
var interactiveJS string

// InteractiveOptions configures [Curves.WriteHTML]. Start from
// [DefaultInteractiveOptions].
type InteractiveOptions struct {
	// Library gives the text of echarts, which is put before the chart. nil
	// expects it on the page: a notebook holds it once, 1 MB, and each chart a
	// few kilobytes. echarts.ReadFile reads an installed copy.
	Library func() ([]byte, error)
	// Height in CSS pixels, 100 to 2000; the width is that of the page. Default
	// 380.
	Height int
}

// DefaultInteractiveOptions returns the defaults named at each field.
func DefaultInteractiveOptions() InteractiveOptions { return InteractiveOptions{Height: 380} }

// WriteHTML writes the chart as a part of a page or a cell's output, drawn by
// echarts (see package echarts): a reader can point at values, zoom, and hide
// lines. It follows a light or dark page. Inside lies the picture of
// [Curves.WritePNG], which is seen where scripts are stripped, and where
// echarts is absent, with a sentence that says so. The part loads nothing,
// adds no global name but echarts, and can stand on a page any number of times.
//
// Errors: those of [Curves.WritePNG], of the library and of w; a height out of
// range. A library that is not installed is no error but a still picture.
func (c Curves) WriteHTML(w io.Writer, o InteractiveOptions) error {
	if o.Height < 100 || o.Height > 2000 {
		return fmt.Errorf("plots: Height is %d: want 100 to 2000", o.Height)
	}
	var picture bytes.Buffer
	if err := c.WritePNG(&picture); err != nil {
		return err
	}
	option, err := c.option()
	if err != nil {
		return err
	}
	if o.Library != nil {
		js, err := o.Library()
		switch {
		case errors.Is(err, echarts.ErrAbsent):
		case err != nil:
			return fmt.Errorf("plots: %w", err)
		default:
			if err := echarts.WriteScript(w, js); err != nil {
				return fmt.Errorf("plots: %w", err)
			}
		}
	}
	key := fmt.Sprintf("%x", sha256.Sum256(append(option, picture.Bytes()...)))[:16]
	_, err = fmt.Fprintf(w, `<figure class="puncta-chart" data-puncta="%s" style="margin:0"><img src="data:image/png;base64,%s" alt="%s" style="max-width:100%%;height:auto"/></figure>
<script>
(function () {
"use strict";
%s
start("%s", %d, "%s", "%s", %s);
})();
</script>
`, key, base64.StdEncoding.EncodeToString(picture.Bytes()), html.EscapeString(c.title()), interactiveJS, key, o.Height, echarts.ReadyEvent,
		strings.ReplaceAll(echarts.ErrAbsent.Error(), `"`, `\"`), option)
	if err != nil {
		return fmt.Errorf("plots: %w", err)
	}
	return nil
}

// option is the chart as echarts wants it, JSON that is safe inside a script.
func (c Curves) option() ([]byte, error) {
	line := charts.NewLine()
	yes := opts.Bool(true)
	x := opts.XAxis{Type: "value", Name: c.XLabel, NameLocation: "middle", NameGap: 28, Scale: yes}
	y := opts.YAxis{Type: "value", Name: c.YLabel, NameLocation: "middle", NameGap: 44, Scale: yes}
	if c.XRange[0] < c.XRange[1] {
		x.Min, x.Max = c.XRange[0], c.XRange[1]
	}
	if c.YRange[0] < c.YRange[1] {
		y.Min, y.Max = c.YRange[0], c.YRange[1]
	}
	line.SetGlobalOptions(
		charts.WithTitleOpts(opts.Title{Title: c.Title, TitleStyle: &opts.TextStyle{FontSize: 15}}),
		charts.WithLegendOpts(opts.Legend{Show: yes, Top: "30", Left: "48"}),
		charts.WithTooltipOpts(opts.Tooltip{Show: yes, Trigger: "item"}),
		charts.WithGridOpts(opts.Grid{Left: "64", Right: "20", Top: "66", Bottom: "48"}),
		charts.WithXAxisOpts(x), charts.WithYAxisOpts(y),
		charts.WithDataZoomOpts(opts.DataZoom{Type: "inside"}),
		charts.WithToolboxOpts(opts.Toolbox{Show: yes, Right: "8", Feature: &opts.ToolBoxFeature{
			Restore: &opts.ToolBoxFeatureRestore{Show: yes}, SaveAsImage: &opts.ToolBoxFeatureSaveAsImage{Show: yes}}}),
	)
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
		symbol := []string{"circle", "rect", "triangle"}[i%3]
		options := []charts.SeriesOpts{
			charts.WithLineChartOpts(opts.LineChart{Symbol: symbol, SymbolSize: 7, ShowSymbol: opts.Bool(len(l.X) <= 60)}),
			charts.WithLineStyleOpts(opts.LineStyle{Width: 2}), // its dash and colour are those of the script
		}
		if i == 0 && !math.IsNaN(c.Mark) {
			options = append(options,
				charts.WithMarkLineNameXAxisItemOpts(opts.MarkLineNameXAxisItem{Name: c.MarkLabel, XAxis: c.Mark}),
				charts.WithMarkLineStyleOpts(opts.MarkLineStyle{Symbol: []string{"none", "none"}, Label: &opts.Label{Show: yes, Formatter: "{b}"}, LineStyle: &opts.LineStyle{Type: "dashed", Width: 1.5}}))
		}
		line.AddSeries(l.Name, data, options...)
	}
	line.Validate()
	text, err := json.Marshal(line.JSON()) // escapes <, > and &
	if err != nil {
		return nil, fmt.Errorf("plots: %s: %w", c.Title, err)
	}
	return text, nil
}
