package plots

import (
	"io"

	"github.com/go-echarts/go-echarts/v2/charts"
)

// Chart is a chart that can be written as a picture and as an interactive part
// of a page: every chart of this package. Numbers larger than 1e100 or nearer to
// 0 than 1e-100, without being 0, are refused: no axis could show them.
type Chart interface {
	// WritePNG draws the chart as a picture on white. The same data gives the
	// same bytes. Errors: data that cannot be drawn, and those of w.
	WritePNG(w io.Writer) error
	// WriteHTML writes the chart as a part of a page or a cell's output, drawn by
	// echarts (see package echarts): a reader can point at values, and hide parts
	// by the legend. It follows a light or dark page. Inside lies the picture of
	// WritePNG, which is seen where scripts are stripped, and where echarts is
	// absent, with a sentence that says so. The part loads nothing, adds no global
	// name but echarts, and can stand on a page any number of times. The same data
	// gives the same bytes.
	//
	// Errors: those of WritePNG, of the library and of w; a height out of range. A
	// library that is not installed is no error but a still picture.
	WriteHTML(w io.Writer, o InteractiveOptions) error
}

// builder is what a chart has to bring: [writePNG] and [writeHTML] do the rest.
type builder interface {
	// sheet is the chart as a picture; errors are those of the data.
	sheet() (sheet, error)
	// option is the chart for echarts; it is asked after sheet, with data that
	// are right.
	option() *option
	// words are the chart in words, for readers who do not see it.
	words() string
}

// option is a chart for echarts and what its script has to know beside.
type option struct {
	// chart is made by go-echarts. Names that begin with @ in place of colours
	// are those of interactive.js, which knows the scheme of the page.
	chart *charts.BaseConfiguration
	// height in CSS pixels where the reader of the page gives none.
	height int
	// named says that the name of a datum is all of its tooltip, line by line. In
	// other charts the tooltip names the series and both values, too.
	named bool
}

// writePNG draws any chart.
func writePNG(w io.Writer, b builder) error {
	s, err := b.sheet()
	if err != nil {
		return err
	}
	return s.write(w)
}
