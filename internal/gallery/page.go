package gallery

import (
	"fmt"
	"io"

	"github.com/puncta-bio/puncta/plots"
)

// Write writes the page. library gives the text of echarts, by which charts are
// drawn; nil leaves them still pictures. The same library gives the same bytes.
//
// Errors: those of the builders, of the library and of w.
func Write(w io.Writer, library func() ([]byte, error)) error {
	s, err := newScene()
	if err != nil {
		return err
	}
	widgets, err := s.widgets()
	if err != nil {
		return err
	}
	charts, err := s.charts()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, head); err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	for _, widget := range widgets {
		if err := widget.WriteHTML(w); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(w, "<h2>Charts</h2>\n<p>Point at a value, scroll to zoom, click a name in the legend to hide a line.</p>\n<div class=\"charts\">\n"); err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	o := plots.DefaultInteractiveOptions()
	o.Library = library // with the first one only
	for _, c := range charts {
		if _, err := io.WriteString(w, "<div class=\"card\">\n"); err != nil {
			return fmt.Errorf("gallery: %w", err)
		}
		if err := c.WriteHTML(w, o); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "</div>\n"); err != nil {
			return fmt.Errorf("gallery: %w", err)
		}
		o.Library = nil
	}
	if _, err := io.WriteString(w, "</div>\n</main>\n</body>\n</html>\n"); err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	return nil
}

const head = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"/>
<title>Widgets and charts – Puncta</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0; background: #eef0f3; color: #1b1f24; font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 16px 10px; display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
h1, h2, p { margin: 0 6px; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 540px), 1fr)); gap: 16px; }
.card { background: #fff; border: 1px solid #d9dde3; border-radius: 12px; padding: 14px; min-width: 0; }
@media (prefers-color-scheme: dark) {
  body { background: #0e1013; color: #e7eaee; }
  .card { background: #171b20; border-color: #363d46; }
}
</style>
</head>
<body>
<main>
<h1>Widgets and charts</h1>
<p>Everything here is one file with its data inside; the images are generated. In a notebook, display.Widget and
charts.Show show the same.</p>
<h2>Widgets</h2>
`
