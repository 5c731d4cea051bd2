package widgets

import "io"

// explorerFiles are the script of an explorer after js/kit.js.
var explorerFiles = []string{"assign.js", "engine.js", "pane.js", "marks.js", "legend.js", "picture.js", "charts.js", "explorer.js"}

// Title is that of the options.
func (e *Explorer) Title() string { return e.opts.Title }

// WriteHTML writes the explorer; see [Widget]. Errors: those of [Explorer.PNG]
// and of w.
func (e *Explorer) WriteHTML(w io.Writer) error {
	data, err := e.payload()
	if err != nil {
		return err
	}
	picture, err := e.PNG()
	if err != nil {
		return err
	}
	text, err := e.text()
	if err != nil {
		return err
	}
	return part{
		kind: "explorer", files: explorerFiles, styles: []string{"pane.css", "charts.css", "explorer.css"},
		data: data, picture: picture, text: text,
		legend: " Green circles are found, yellow squares missed, orange crosses false.",
	}.write(w)
}
