package widgets

import "io"

// errorsFiles are the script of an error browser after js/kit.js.
var errorsFiles = []string{"pane.js", "marks.js", "legend.js", "errors_list.js", "errors_thumbs.js", "errors_view.js", "errors_csv.js", "errors.js"}

// WriteHTML writes the browser; see [Widget]. Errors: those of
// [ErrorBrowser.PNG] and of w.
func (b *ErrorBrowser) WriteHTML(w io.Writer) error {
	data, err := b.payload()
	if err != nil {
		return err
	}
	picture, err := b.PNG()
	if err != nil {
		return err
	}
	return part{
		kind: "errors", files: errorsFiles, styles: []string{"pane.css", "tables.css", "errors.css"},
		data: data, picture: picture, text: b.text(),
		legend: " Orange crosses are false, yellow squares missed, green circles found.",
	}.write(w)
}
