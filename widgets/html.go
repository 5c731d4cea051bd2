package widgets

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"
)

var (
	//go:embed js/assign.js
	assignJS string
	//go:embed js/engine.js
	engineJS string
	//go:embed js/view.js
	viewJS string
	//go:embed js/charts.js
	chartsJS string
	//go:embed js/explorer.js
	explorerJS string
	//go:embed js/style.css
	styleCSS string
)

// WriteHTML writes the explorer as a part of a page or a cell's output: the
// still picture with its numbers, and a script that puts the explorer in its
// place, inside a shadow tree, so that neither the style nor the names of the
// page reach into it. The script adds no global name, loads nothing and does
// not need to be alone on its page; shown twice it works twice. The same
// explorer gives the same bytes.
//
// The part holds no id, because JupyterLab renames those where scripts are not
// trusted.
//
// Errors: those of [Explorer.PNG] and of w.
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
	style, err := json.Marshal(styleCSS)
	if err != nil {
		return fmt.Errorf("widgets: explorer: %w", err)
	}
	key := fmt.Sprintf("%x", sha256.Sum256(data))[:16]
	// data-lm-suppress-shortcuts keeps JupyterLab from taking keys typed here
	// for commands on cells.
	_, err = fmt.Fprintf(w, `<div class="puncta-explorer" data-puncta="%s" data-lm-suppress-shortcuts="true">
<figure style="margin:0"><img src="data:image/png;base64,%s" alt="%s" style="max-width:100%%;height:auto"/>
<figcaption>%s Green circles are found, yellow squares missed, orange crosses false. This is a still picture: where scripts may run, sliders take its place.</figcaption></figure>
</div>
<script>
(function () {
"use strict";
%s
start("%s", %s, %s);
})();
</script>
`, key, base64.StdEncoding.EncodeToString(picture), html.EscapeString(text), html.EscapeString(text), script(), key, data, style)
	if err != nil {
		return fmt.Errorf("widgets: explorer: %w", err)
	}
	return nil
}

// script is the program of an explorer.
func script() string {
	return strings.Join([]string{assignJS, engineJS, viewJS, chartsJS, explorerJS}, "\n")
}

// HTML is what [Explorer.WriteHTML] writes.
func (e *Explorer) HTML() (string, error) {
	var b bytes.Buffer
	err := e.WriteHTML(&b)
	return b.String(), err
}

// WritePage writes the explorer as a whole page, whose policy forbids the
// browser to load anything. Errors: those of [Explorer.WriteHTML].
func (e *Explorer) WritePage(w io.Writer) error {
	if _, err := fmt.Fprintf(w, pageHead, html.EscapeString(e.opts.Title)); err != nil {
		return fmt.Errorf("widgets: explorer: %w", err)
	}
	if err := e.WriteHTML(w); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "</main>\n</body>\n</html>\n"); err != nil {
		return fmt.Errorf("widgets: explorer: %w", err)
	}
	return nil
}

const pageHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"/>
<title>%s – Puncta</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0; background: #eef0f3; color: #1b1f24; font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 16px 10px; }
@media (prefers-color-scheme: dark) { body { background: #0e1013; color: #e7eaee; } }
</style>
</head>
<body>
<main>
`
