package charts

import (
	"bytes"
	"fmt"
	"math"

	"github.com/puncta-bio/puncta/kernel/display"
	"github.com/puncta-bio/puncta/kernel/protocol"
	"github.com/puncta-bio/puncta/plots"
)

// Training shows the course of a training as two charts, loss and F1 over
// epochs, that are drawn anew after every epoch. Give its Show to
// [github.com/puncta-bio/puncta/kernel/session.Training] as OnEpoch. Outside a
// notebook it shows nothing: the progress prints a line per epoch.
type Training struct{ place display.Place }

// NewTraining makes one for a cell.
func NewTraining() *Training { return &Training{display.NewPlace()} }

// Show draws the course so far.
func (t *Training) Show(c protocol.Course) {
	if fragment, err := courseHTML(c); err == nil && display.InNotebook() {
		t.place.Show(fragment)
	}
}

// style gives the charts' lines colours that serve on light and dark grounds.
const style = "--line-1:#1b7fb8;--line-2:#d2691e;display:flex;flex-wrap:wrap;gap:1em"

// courseHTML is the charts of a course.
func courseHTML(c protocol.Course) (string, error) {
	if len(c.Epochs) == 0 {
		return "", nil
	}
	loss, val, f1 := plots.Curve{Name: "training"}, plots.Curve{Name: "validation"}, plots.Curve{Name: "validation"}
	for _, e := range c.Epochs {
		x := float64(e.Epoch)
		loss.X, loss.Y = append(loss.X, x), append(loss.Y, e.Loss)
		if e.ValLoss != nil {
			val.X, val.Y = append(val.X, x), append(val.Y, *e.ValLoss)
		}
		if e.F1 != nil {
			f1.X, f1.Y = append(f1.X, x), append(f1.Y, *e.F1)
		}
	}
	last := c.Epochs[len(c.Epochs)-1]
	title := fmt.Sprintf("epoch %d of %d", last.Epoch, max(c.Total, last.Epoch))
	best := math.NaN()
	if c.Best >= 0 && c.Best < len(c.Epochs) {
		best = float64(c.Epochs[c.Best].Epoch)
	}
	lossLines := []plots.Curve{loss}
	if len(val.X) > 0 {
		lossLines = append(lossLines, val)
	}
	charts := []plots.Curves{{Title: "Loss, " + title, XLabel: "epoch", YLabel: "loss", Lines: lossLines, Mark: best, MarkLabel: "best"}}
	if len(f1.X) > 0 {
		charts = append(charts, plots.Curves{Title: "F1, " + title, XLabel: "epoch", YLabel: "F1 at the best threshold", Lines: []plots.Curve{f1}, Mark: best, MarkLabel: "best"})
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<div style="%s">`, style)
	for _, chart := range charts {
		b.WriteString(`<div style="flex:1 1 20em;max-width:40em">`)
		if err := chart.WriteSVG(&b); err != nil {
			return "", err
		}
		b.WriteString(`</div>`)
	}
	b.WriteString(`</div>`)
	return b.String(), nil
}
