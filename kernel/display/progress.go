package display

import (
	"fmt"
	"html"
	"strings"
	"sync"
	"time"

	"github.com/puncta-bio/puncta/detection"
)

// every is the time between two updates of a bar: more often only costs.
const every = 200 * time.Millisecond

// Progress is a [detection.Progress] that shows one bar per task. Outside a
// notebook it prints the lines that are worth keeping.
type Progress struct {
	mu    sync.Mutex
	tasks map[string]*bar
	now   func() time.Time
}

// bar is the bar of a task.
type bar struct {
	place   Place
	started time.Time
	shown   time.Time
}

// NewProgress makes one for a cell.
func NewProgress() *Progress { return &Progress{tasks: map[string]*bar{}, now: time.Now} }

// Report shows how a task goes.
func (p *Progress) Report(e detection.ProgressEvent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Line != "" {
		fmt.Println(e.Line)
	}
	if !InNotebook() {
		return
	}
	now := p.now()
	b := p.tasks[e.Task]
	if b == nil || e.Done == 0 {
		if b == nil {
			b = &bar{place: NewPlace()}
			p.tasks[e.Task] = b
		}
		b.started, b.shown = now, time.Time{}
	}
	if now.Sub(b.shown) < every && e.Done != e.Total {
		return
	}
	b.shown = now
	b.place.Show(barHTML(e, now.Sub(b.started)))
}

// barHTML is a bar with what is known beside it.
func barHTML(e detection.ProgressEvent, elapsed time.Duration) string {
	text := fmt.Sprintf("%s: %d", e.Task, e.Done)
	if e.Total > 0 {
		text = fmt.Sprintf("%s: %d of %d", e.Task, e.Done, e.Total)
	}
	if e.Unit != "" {
		text += " " + e.Unit
	}
	var more []string
	for _, v := range e.Values {
		more = append(more, fmt.Sprintf("%s %.4g", v.Name, v.Value))
	}
	switch {
	case e.Total > 0 && e.Done >= e.Total:
		more = append(more, elapsed.Round(100*time.Millisecond).String())
	case e.Total > 0 && e.Done > 0:
		left := time.Duration(float64(elapsed) / float64(e.Done) * float64(e.Total-e.Done))
		more = append(more, "about "+left.Round(time.Second).String()+" left")
	}
	if len(more) > 0 {
		text += " (" + strings.Join(more, ", ") + ")"
	}
	return fmt.Sprintf(`<div role="progressbar" aria-valuemin="0" aria-valuemax="%d" aria-valuenow="%d" aria-label="%s"><progress max="%d" value="%d" style="width:16em;vertical-align:middle"></progress> %s</div>`,
		max(e.Total, 1), e.Done, html.EscapeString(e.Task), max(e.Total, 1), e.Done, html.EscapeString(text))
}
