package page

import (
	"bytes"
	"html/template"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

// converter turns markdown into HTML.
type converter struct{ goldmark.Markdown }

// markdown is that of Jupyter: tables, strike-through, plain links, task lists,
// headings with anchors, and HTML as it is.
func markdown() converter {
	return converter{goldmark.New(
		goldmark.WithExtensions(extension.GFM),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(html.WithUnsafe()),
	)}
}

func (c converter) convert(text string) (template.HTML, error) {
	var b bytes.Buffer
	if err := c.Convert([]byte(text), &b); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil
}

// attach is the text of a markdown cell with its attachments in place of the
// links to them.
func attach(c *notebook.Cell) string {
	text := c.Source
	for name, file := range c.Attachments {
		bundle, _ := file.(notebook.Object)
		for mime, data := range bundle {
			if s, ok := data.(string); ok && strings.HasPrefix(mime, "image/") {
				text = strings.ReplaceAll(text, "attachment:"+name, string(dataURL(mime, s)))
			}
		}
	}
	return text
}

// heading is the first heading of the notebook, as plain text.
func heading(nb *notebook.Notebook) string {
	for _, c := range nb.Cells {
		if c.Type != notebook.Markdown {
			continue
		}
		for line := range strings.Lines(c.Source) {
			if title := strings.TrimSpace(strings.TrimLeft(line, "#")); strings.HasPrefix(line, "#") && title != "" {
				return title
			}
		}
	}
	return "Notebook"
}
