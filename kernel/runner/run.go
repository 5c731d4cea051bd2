package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/notebook"
)

// ErrTimeout says that a cell took longer than it may.
var ErrTimeout = errors.New("time-out")

// CellError says which cell failed, and how.
type CellError struct {
	// Notebook is Options.Input.
	Notebook string
	// Cell is the position in the notebook that was run, from 1.
	Cell int
	// Name, Value and Traceback are those of the kernel's error; empty when it
	// was not the code that failed.
	Name, Value string
	Traceback   []string
	// Err is what else went wrong: [ErrTimeout], [jupyter.ErrDied],
	// context.Canceled; nil when the code failed.
	Err error
}

func (e *CellError) Error() string {
	where := fmt.Sprintf("cell %d", e.Cell)
	if e.Notebook != "" {
		where = e.Notebook + ": " + where
	}
	switch {
	case e.Err != nil:
		return where + ": " + e.Err.Error()
	case strings.TrimSpace(e.Value) == "":
		return where + ": " + e.Name
	}
	return where + ": " + e.Name + ": " + strings.TrimSpace(e.Value)
}

// Unwrap returns Err.
func (e *CellError) Unwrap() error { return e.Err }

// Result is what a run came to.
type Result struct {
	// Executed counts the code cells that were executed, failed ones included.
	Executed int
	// Duration is the time from before the kernel's start to the last cell.
	Duration time.Duration
	// Failures are the cells that failed although they were not meant to: at
	// most one without AllowErrors.
	Failures []*CellError
}

// Run executes the code cells of nb in order in a new kernel and puts their
// outputs into nb. Cells without text and those tagged skip-execution are
// passed over. nb loses the outputs of earlier runs.
//
// The run ends at the first cell that fails, unless that cell is tagged
// raises-exception or AllowErrors is on; the cells behind it stay without
// outputs. A cell that takes longer than it may is interrupted, and the kernel
// killed when it does not obey; this is a failure whatever the cell's tags.
// When ctx is cancelled the cell is interrupted in the same way and the run
// ends.
//
// Errors: those of [Options.Validate] and [CheckTimeouts]; a kernel that does
// not start; the [*CellError] of the cell that ended the run; an output that
// cannot be written. With AllowErrors failures are in the result only. The
// result counts what was done in any case.
func Run(ctx context.Context, nb *notebook.Notebook, spec jupyter.Spec, opts Options) (Result, error) {
	if err := errors.Join(opts.Validate(), CheckTimeouts(nb)); err != nil {
		return Result{}, fmt.Errorf("runner: %w", err)
	}
	r := &run{nb: nb, opts: opts, record: newRecord(nb, opts.Input, opts.Output, time.Now), recorder: notebook.NewRecorder()}
	err := r.all(ctx, spec)
	r.result.Duration = r.record.ends()
	if saved := r.save(); err == nil {
		err = saved
	}
	return r.result, err
}

// run is the state of one run.
type run struct {
	nb       *notebook.Notebook
	opts     Options
	kernel   *jupyter.Kernel
	record   *record
	recorder *notebook.Recorder
	result   Result
}

func (r *run) all(ctx context.Context, spec jupyter.Spec) error {
	if err := r.save(); err != nil {
		return err
	}
	start := jupyter.DefaultStartOptions()
	start.Dir, start.Env, start.Log, start.ReadyTimeout = r.opts.Dir, r.opts.Env, r.opts.KernelLog, r.opts.ReadyTimeout
	kernel, err := jupyter.Start(ctx, spec, start)
	if err != nil {
		return err
	}
	r.kernel = kernel
	defer kernel.Shutdown(r.opts.Grace)
	r.noteLanguage()
	for i, c := range r.nb.Cells {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%w before cell %d of %s", err, i+1, r.opts.Input)
		}
		if err := r.one(ctx, i, c); err != nil {
			return err
		}
	}
	return nil
}

// noteLanguage keeps what the kernel says about its language, which viewers
// need for colours, as nbclient does.
func (r *run) noteLanguage() {
	var language notebook.Object
	d := json.NewDecoder(strings.NewReader(string(r.kernel.Info().Language)))
	d.UseNumber()
	if d.Decode(&language) == nil && language != nil {
		r.nb.Metadata["language_info"] = language
	}
}

// one runs a cell; its error ends the run.
func (r *run) one(ctx context.Context, i int, c *notebook.Cell) error {
	start := r.record.cellStarts(c)
	var failure *CellError
	goOn := true
	if executes(c) {
		r.report(Event{Cell: i + 1, Status: Running})
		r.result.Executed++
		failure, goOn = r.execute(ctx, i, c)
	}
	status := Completed
	if failure != nil {
		status = Failed
		r.result.Failures = append(r.result.Failures, failure)
	}
	elapsed := r.record.cellEnds(c, start, status)
	if executes(c) {
		r.report(Event{Cell: i + 1, Status: status, Elapsed: elapsed})
	}
	if err := r.save(); err != nil {
		return err
	}
	if goOn {
		return nil
	}
	return failure
}

func (r *run) report(e Event) {
	if r.opts.Progress != nil {
		e.Cells = len(r.nb.Cells)
		r.opts.Progress.Report(e)
	}
}

func (r *run) save() error {
	if r.opts.Output == "" {
		return nil
	}
	return r.nb.WriteFile(r.opts.Output)
}

// execute runs the code of a cell. It returns the failure, nil for none and for
// one that was expected, and whether the run goes on.
func (r *run) execute(ctx context.Context, i int, c *notebook.Cell) (*CellError, bool) {
	r.recorder.Begin(c)
	mayFail := r.opts.AllowErrors || c.HasTag(raisesTag)
	var bad error
	opts := jupyter.DefaultExecuteOptions()
	opts.StopOnError = !mayFail
	limit, _ := r.opts.timeout(c) // checked before
	reply, alive, err := r.guarded(ctx, limit, c.Source, opts, func(m jupyter.Message) {
		if err := r.recorder.Message(m.Type, m.Content); err != nil && bad == nil {
			bad = err
		}
	})
	r.recorder.End()
	if c.Count == nil {
		c.Count = reply.ExecutionCount
	}
	failure := &CellError{Notebook: r.opts.Input, Cell: i + 1, Name: reply.Name, Value: reply.Value, Traceback: reply.Traceback}
	switch {
	case err != nil:
		failure.Err = err
		r.explain(c, err)
		return failure, alive && r.opts.AllowErrors && errors.Is(err, ErrTimeout)
	case bad != nil:
		failure.Err = bad
		return failure, r.opts.AllowErrors
	case reply.Status != "ok":
		if failure.Name == "" {
			failure.Name = "the kernel answered " + reply.Status
		}
		if c.HasTag(raisesTag) {
			return nil, true
		}
		return failure, r.opts.AllowErrors
	case r.opts.ExpectErrors && c.HasTag(raisesTag):
		failure.Name = "the cell is tagged raises-exception and did not fail"
		return failure, r.opts.AllowErrors
	}
	return nil, true
}

// explain gives a cell that ended without an error of its own one that says
// what happened, so that the notebook tells, too.
func (r *run) explain(c *notebook.Cell, err error) {
	for _, o := range c.Outputs {
		if o.Type == notebook.Error {
			return
		}
	}
	name := "Error"
	switch {
	case errors.Is(err, ErrTimeout):
		name = "Timeout"
	case errors.Is(err, jupyter.ErrDied):
		name = "KernelDied"
	case errors.Is(err, context.Canceled):
		name = "Interrupted"
	}
	c.Outputs = append(c.Outputs, &notebook.Output{Type: notebook.Error, ErrorName: name, ErrorValue: err.Error(), Traceback: []string{name + ": " + err.Error()}})
}
