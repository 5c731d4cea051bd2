package display

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/png"
	"io"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/puncta-bio/puncta/kernel/result"
)

// InNotebook reports whether the program is a cell.
func InNotebook() bool { return gonbui.IsNotebook }

// HTML shows a fragment of HTML.
func HTML(fragment string) {
	if gonbui.IsNotebook {
		gonbui.DisplayHTML(fragment)
		gonbui.Sync() // a cell that ends at once would lose a large output
	}
}

// Widget shows what writes itself as a fragment of HTML, as the widgets and
// charts of this module do.
func Widget(w interface{ WriteHTML(io.Writer) error }) error {
	var fragment bytes.Buffer
	if err := w.WriteHTML(&fragment); err != nil {
		return err
	}
	HTML(fragment.String())
	return nil
}

// MustWidget is [Widget], for cells: it takes what a function such as
// widgets.NewExplorer returns, and panics with its error.
//
//	display.MustWidget(widgets.NewExplorer(image, prob, truth, options))
func MustWidget(w interface{ WriteHTML(io.Writer) error }, err error) {
	if err == nil {
		err = Widget(w)
	}
	if err != nil {
		panic(err)
	}
}

// PNG shows a picture that writes itself as PNG, such as a chart of package
// plots.
func PNG(write func(io.Writer) error) error {
	var data bytes.Buffer
	if err := write(&data); err != nil {
		return err
	}
	if gonbui.IsNotebook {
		gonbui.DisplayPng(data.Bytes())
		gonbui.Sync()
	}
	return nil
}

// Image shows a picture.
func Image(m image.Image) error {
	return PNG(func(w io.Writer) error { return png.Encode(w, m) })
}

// Markdown shows a text in Markdown; outside a notebook it is printed.
func Markdown(text string) {
	if !gonbui.IsNotebook {
		fmt.Println(text)
		return
	}
	gonbui.DisplayMarkdown(text)
	gonbui.Sync()
}

// Table shows rows under a header; outside a notebook they are printed, with
// tabs.
func Table(header []string, rows [][]string) {
	if !gonbui.IsNotebook {
		for _, row := range append([][]string{header}, rows...) {
			for i, cell := range row {
				if i > 0 {
					fmt.Print("\t")
				}
				fmt.Print(cell)
			}
			fmt.Println()
		}
		return
	}
	HTML(tableHTML(header, rows))
}

func tableHTML(header []string, rows [][]string) string {
	var b bytes.Buffer
	line := func(tag string, cells []string) {
		b.WriteString("<tr>")
		for _, c := range cells {
			fmt.Fprintf(&b, "<%s>%s</%s>", tag, html.EscapeString(c), tag)
		}
		b.WriteString("</tr>")
	}
	b.WriteString("<table><thead>")
	line("th", header)
	b.WriteString("</thead><tbody>")
	for _, row := range rows {
		line("td", row)
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

// Result reports a number of a notebook by its name, such as a score, so that
// "puncta sweep" can compare runs by it, and shows it as "name = value". Of two
// with one name the later one counts. Outside a notebook it is printed.
func Result(name string, value float64) {
	r := result.Result{Name: name, Value: value}
	if !gonbui.IsNotebook {
		fmt.Println(r)
		return
	}
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{result.Type: r.Data(), protocol.MIMETextPlain: r.String()}})
	gonbui.Sync()
}

// Place is an output that can be replaced, from the cell that shows it.
type Place struct{ id string }

// NewPlace makes one; nothing is shown yet.
func NewPlace() Place { return Place{"puncta-" + gonbui.UniqueId()} }

// Show replaces what is shown by a fragment of HTML.
func (p Place) Show(fragment string) {
	if gonbui.IsNotebook {
		gonbui.UpdateHTML(p.id, fragment)
		gonbui.Sync()
	}
}
