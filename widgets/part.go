package widgets

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"strings"
)

// Widget is what this package makes: a part of a page that works by itself, and
// a still picture for where it cannot.
//
// The part is the still picture with its numbers, and a script that puts the
// widget in its place, inside a shadow tree, so that neither the style nor the
// names of the page reach into it. The script adds no global name, loads nothing
// and does not need to be alone on its page; shown twice it works twice. The
// part holds no id, because JupyterLab renames those where scripts are not
// trusted. It is well-formed XML too, so that it fits into any page. The same
// widget gives the same bytes.
type Widget interface {
	// WriteHTML writes the part, for a page or a cell's output. Errors: those of
	// the still picture and of w.
	WriteHTML(w io.Writer) error
	// PNG is the still picture.
	PNG() ([]byte, error)
	// Title is what stands above the widget.
	Title() string
}

//go:embed js
var sources embed.FS

// part is a widget ready to be written.
type part struct {
	// kind names the widget: the host has the class puncta-<kind>, and the script
	// holds a class of that name, with a capital, that extends Widget (js/kit.js).
	kind string
	// files are those of the script after js/kit.js, in order; styles those of the
	// style after js/kit.css.
	files, styles []string
	// data is what the script is given: JSON that is safe inside a script, as
	// json.Marshal makes it.
	data []byte
	// picture is the still picture as PNG, text what it shows, in words; legend is
	// said below it and not needed by those who cannot see it.
	picture      []byte
	text, legend string
}

func (p part) write(w io.Writer) error {
	script, err := read("kit.js", p.files)
	if err != nil {
		return err
	}
	css, err := read("kit.css", p.styles)
	if err != nil {
		return err
	}
	style, err := json.Marshal(css)
	if err != nil {
		return fmt.Errorf("widgets: %s: %w", p.kind, err)
	}
	key := fmt.Sprintf("%x", sha256.Sum256(p.data))[:16]
	// data-lm-suppress-shortcuts keeps JupyterLab from taking keys typed here
	// for commands on cells.
	_, err = fmt.Fprintf(w, `<div class="puncta-widget puncta-%s" data-puncta="%s" data-lm-suppress-shortcuts="true">
<figure style="margin:0"><img src="data:image/png;base64,%s" alt="%s" style="max-width:100%%;height:auto"/>
<figcaption>%s%s This is a still picture: where scripts may run, a widget takes its place.</figcaption></figure>
</div>
<script>//<![CDATA[
(function () {
"use strict";
%s
start("%s", %s, %s, %s);
})();
//]]></script>
`, p.kind, key, base64.StdEncoding.EncodeToString(p.picture), html.EscapeString(p.text), html.EscapeString(p.text), html.EscapeString(p.legend), script, key, capital(p.kind), p.data, style)
	if err != nil {
		return fmt.Errorf("widgets: %s: %w", p.kind, err)
	}
	return nil
}

// read joins sources.
func read(first string, names []string) (string, error) {
	var b strings.Builder
	for _, name := range append([]string{first}, names...) {
		text, err := sources.ReadFile("js/" + name)
		if err != nil {
			return "", fmt.Errorf("widgets: %w", err)
		}
		b.Write(text)
		b.WriteByte('\n')
	}
	return b.String(), nil
}

func capital(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// HTML is the part of a widget as text; see [Widget]. Errors: those of
// WriteHTML.
func HTML(widget Widget) (string, error) {
	var b bytes.Buffer
	err := widget.WriteHTML(&b)
	return b.String(), err
}

// WritePage writes widgets, at least one, as a whole page below each other,
// whose policy forbids the browser to load anything.
//
// Errors: no widget, and those of WriteHTML.
func WritePage(w io.Writer, title string, widgets ...Widget) error {
	if len(widgets) == 0 {
		return errors.New("widgets: a page needs at least one widget")
	}
	if _, err := fmt.Fprintf(w, pageHead, html.EscapeString(title)); err != nil {
		return fmt.Errorf("widgets: %w", err)
	}
	for _, widget := range widgets {
		if err := widget.WriteHTML(w); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(w, "</main>\n</body>\n</html>\n"); err != nil {
		return fmt.Errorf("widgets: %w", err)
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
main { max-width: 1200px; margin: 0 auto; padding: 16px 10px; display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
@media (prefers-color-scheme: dark) { body { background: #0e1013; color: #e7eaee; } }
</style>
</head>
<body>
<main>
`
