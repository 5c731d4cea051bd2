// Package page makes one self-contained HTML page of a notebook: text, code and
// outputs, light or dark as the reader's screen, with no request to the
// network. HTML outputs and HTML in markdown cells stand in it as they are,
// scripts included, as nbconvert does: the page is as trustworthy as the
// notebook.
package page

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

//go:embed page.html
var layout string

var page = template.Must(template.New("page").Parse(layout))

// Options configures [Write].
type Options struct {
	// Title is that of the page; "" takes the first heading of the notebook, or
	// the word Notebook.
	Title string
	// HideCode leaves out the source of code cells.
	HideCode bool
}

// cell is a cell as the layout wants it.
type cell struct {
	Anchor  string
	Tags    []string
	Text    template.HTML // of a markdown cell
	Raw     string
	Code    template.HTML
	HasCode bool
	Count   string
	Outputs []output
}

// output is an output as the layout wants it: one of the fields.
type output struct {
	Stream, Class string
	HTML          template.HTML
	Image         template.URL
	Plain         string
	Failure       string
}

// Write writes the page of a notebook to w. Of an output's MIME types it takes
// the first that it can show, in the order text/html, text/markdown,
// image/svg+xml, image/png, image/jpeg, text/latex, text/plain: that of
// nbconvert but for widgets and scripts, which need more than the page. Colours
// of terminals are left out. Formulas stay as they are written.
//
// Errors: those of w; a markdown cell that cannot be converted.
func Write(w io.Writer, nb *notebook.Notebook, opts Options) error {
	m := markdown()
	var cells []cell
	for i, c := range nb.Cells {
		shown, err := show(m, c, opts)
		if err != nil {
			return fmt.Errorf("page: cell %d: %w", i+1, err)
		}
		shown.Anchor = fmt.Sprintf("cell-%d", i+1)
		cells = append(cells, shown)
	}
	title := opts.Title
	if title == "" {
		title = heading(nb)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, map[string]any{"Title": title, "Cells": cells}); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func show(m converter, c *notebook.Cell, opts Options) (cell, error) {
	switch c.Type {
	case notebook.Markdown:
		text, err := m.convert(attach(c))
		return cell{Text: text}, err
	case notebook.Code:
		shown := cell{Tags: c.Tags(), Count: " "}
		if c.Count != nil {
			shown.Count = fmt.Sprint(*c.Count)
		}
		if shown.HasCode = !opts.HideCode && c.Source != ""; shown.HasCode {
			shown.Code = highlight(c.Source)
		}
		for _, o := range c.Outputs {
			out, ok, err := showOutput(m, o)
			if err != nil {
				return cell{}, err
			}
			if ok {
				shown.Outputs = append(shown.Outputs, out)
			}
		}
		return shown, nil
	}
	return cell{Raw: c.Source}, nil
}
