package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/puncta-bio/puncta/detection"
)

// progress returns what shows the progress of a job: bars on a terminal,
// lines elsewhere, nothing when quiet.
func (a *app) progress() detection.Progress {
	if a.quiet {
		return nil
	}
	if f, ok := a.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &barProgress{w: f}
	}
	return &lineProgress{w: a.stderr, now: time.Now}
}

// barProgress draws one bar per task, which stays when the task is done.
type barProgress struct {
	w    io.Writer
	task string
	bar  *progressbar.ProgressBar
}

func (p *barProgress) Report(e detection.ProgressEvent) {
	if p.bar == nil || e.Task != p.task {
		p.task = e.Task
		p.bar = progressbar.NewOptions(e.Total,
			progressbar.OptionSetWriter(p.w), progressbar.OptionSetDescription(e.Task),
			progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionSetWidth(24),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionOnCompletion(func() { fmt.Fprintln(p.w) }))
	}
	if e.Line != "" {
		_ = p.bar.Clear()
		fmt.Fprintln(p.w, e.Line)
	}
	p.bar.Describe(describe(e))
	_ = p.bar.Set(e.Done) // fails only beyond the end
	if e.Done == e.Total && e.Line == "" && e.Task != "train" || e.Total == 0 {
		p.bar = nil
	}
}

// describe is the task with its measurements: "train, loss 0.31, IoU 0.42".
func describe(e detection.ProgressEvent) string {
	var b strings.Builder
	b.WriteString(e.Task)
	for _, v := range e.Values {
		fmt.Fprintf(&b, ", %s %.3g", v.Name, v.Value)
	}
	return b.String()
}

// betweenLines is the least time between two lines about one task.
const betweenLines = 10 * time.Second

// lineProgress writes a line now and then, and whenever a task ends or has
// something to say.
type lineProgress struct {
	w     io.Writer
	now   func() time.Time
	task  string
	start time.Time
	first int
	last  time.Time
}

func (p *lineProgress) Report(e detection.ProgressEvent) {
	now := p.now()
	if e.Task != p.task || e.Done == 0 {
		p.task, p.start, p.first, p.last = e.Task, now, e.Done, now
	}
	switch {
	case e.Line != "":
		fmt.Fprintln(p.w, e.Line)
		p.last = now
	case e.Done > 0 && (e.Done == e.Total && e.Task != "train" || now.Sub(p.last) >= betweenLines):
		fmt.Fprintf(p.w, "%s: %d of %d %s%s%s\n", e.Task, e.Done, e.Total, e.Unit, strings.TrimPrefix(describe(e), e.Task), p.left(e, now))
		p.last = now
	}
}

// left is the time that the rest will take at the pace so far.
func (p *lineProgress) left(e detection.ProgressEvent, now time.Time) string {
	done := e.Done - p.first
	if done <= 0 || e.Done >= e.Total {
		return ""
	}
	rest := time.Duration(float64(now.Sub(p.start)) / float64(done) * float64(e.Total-e.Done))
	return fmt.Sprintf(", %s left", rest.Round(time.Second))
}

// downloads shows the progress of a download with the same means.
func (a *app) downloads() func(done, total int64) {
	p := a.progress()
	if p == nil {
		return nil
	}
	const mega = 1 << 20
	return func(done, total int64) {
		p.Report(detection.ProgressEvent{Task: "download", Done: int(done / mega), Total: int((total + mega - 1) / mega), Unit: "MB"})
	}
}
