package plots

import "io"

// Chart is a chart that can be written as a picture and as an interactive part
// of a page: every chart of this package.
type Chart interface {
	// WritePNG draws the chart as a picture on white. The same data gives the
	// same bytes. Errors: data that cannot be drawn, and those of w.
	WritePNG(w io.Writer) error
	// WriteHTML writes the chart as a part of a page or a cell's output; see
	// [Curves.WriteHTML]. Errors: those of WritePNG, of the library and of w; a
	// height out of range.
	WriteHTML(w io.Writer, o InteractiveOptions) error
}
