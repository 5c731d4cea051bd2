package page

import (
	"html/template"
	"regexp"
	"strings"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

// ansi matches what terminals take for colours and movements.
var ansi = regexp.MustCompile("\x1b(\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(\x07|\x1b\\\\)|[@-Z\\\\^_])")

func plain(s string) string { return ansi.ReplaceAllString(s, "") }

// order is the choice among the MIME types of an output, richest first.
var order = []string{"text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain"}

// showOutput turns an output into what the layout wants; false is an output
// with nothing that a page can show.
func showOutput(m converter, o *notebook.Output) (output, bool, error) {
	switch o.Type {
	case notebook.Stream:
		return output{Stream: plain(o.Text), Class: streamClass(o.Name)}, true, nil
	case notebook.Error:
		text := strings.Join(o.Traceback, "\n")
		if strings.TrimSpace(text) == "" {
			text = o.ErrorName + ": " + o.ErrorValue
		}
		return output{Failure: plain(text)}, true, nil
	}
	for _, mime := range order {
		text, ok := o.Data[mime].(string)
		if !ok {
			continue
		}
		switch mime {
		case "text/html", "image/svg+xml":
			return output{HTML: template.HTML(text)}, true, nil // as trustworthy as the notebook
		case "text/markdown":
			html, err := m.convert(text)
			return output{HTML: html}, true, err
		case "image/png", "image/jpeg":
			return output{Image: dataURL(mime, text)}, true, nil
		}
		return output{Plain: plain(text)}, true, nil
	}
	return output{}, false, nil
}

func streamClass(name string) string {
	if name == "stderr" {
		return "stderr"
	}
	return "stdout"
}

// dataURL holds a file in base64, whose line breaks go.
func dataURL(mime, base64 string) template.URL {
	return template.URL("data:" + mime + ";base64," + strings.Join(strings.Fields(base64), ""))
}
