package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/runner"
)

// Batch is a sweep over the parameters of a notebook. Make it by [New], fill the
// other exported fields, then call Run.
type Batch struct {
	// Dir is the folder of the sweep.
	Dir string
	// Parallel is the number of notebooks at a time, from 1. [New] sets what the
	// file says, or half the processors: a cell is compiled on several, and what
	// it asks the engine for is computed on all.
	Parallel int
	// Afresh repeats what the journal says has been done.
	Afresh bool
	// Runner says how notebooks are run; Input, Output, Dir and Progress are set
	// for each.
	Runner runner.Options
	// Progress is told of every run; may be nil.
	Progress detection.Progress
	// Library gives the library of interactive charts for the page; nil leaves them
	// still pictures.
	Library func() ([]byte, error)

	// Known is the number of runs that the journal had.
	Known int

	asked   *sweep.Sweep
	text    []byte // of the notebook
	spec    jupyter.Spec
	runs    []*run
	journal *sweep.Journal
	telling sync.Mutex
	done    int
}

// run is a run of the sweep.
type run struct {
	sweep.Run
	parameters []runner.Parameter
	id         string
}

// ErrInput is what errors about the notebook, its parameters and its kernel are.
var ErrInput = errors.New("bad input")

type inputError struct{ error }

func (e inputError) Unwrap() error        { return e.error }
func (e inputError) Is(target error) bool { return target == ErrInput }

// New reads the notebook and puts the parameters of each run into a copy of it, to
// see that they fit. set are further parameters of all runs, NAME=VALUE.
//
// Errors: for [ErrInput], everything that is wrong, each thing once.
func New(asked *sweep.Sweep, set []string) (*Batch, error) {
	text, err := os.ReadFile(asked.Notebook)
	if err != nil {
		return nil, inputError{err}
	}
	nb, err := notebook.Read(text)
	if err != nil {
		return nil, inputError{fmt.Errorf("%s: %w", asked.Notebook, err)}
	}
	b := &Batch{asked: asked, text: text, Parallel: asked.Parallel, Runner: runner.DefaultOptions()}
	if b.Parallel == 0 {
		b.Parallel = max(runtime.NumCPU()/2, 1)
	}
	name := asked.Kernel
	if name == "" {
		name = nb.KernelName()
	}
	if name == "" {
		return nil, inputError{fmt.Errorf("%s: metadata.kernelspec.name is missing: give the kernel in %s", asked.Notebook, asked.File)}
	}
	if b.spec, err = jupyter.FindSpec(name); err == nil {
		err = runner.CheckTimeouts(nb)
	}
	if err != nil {
		return nil, inputError{fmt.Errorf("%s: %w", asked.Notebook, err)}
	}
	if err := b.prepare(nb, set); err != nil {
		return nil, inputError{err}
	}
	return b, nil
}

// Len is the number of runs.
func (b *Batch) Len() int { return len(b.runs) }

// Run does the runs that the journal does not have yet and writes the table. A
// run that fails, or that does not report the objective, is in the table with its
// sentence, and the others go on.
//
// Errors: those of the folder and the journal; when ctx ends, its error with how
// many runs are done. The table holds what is there, then, too.
func (b *Batch) Run(ctx context.Context) (*sweep.Table, error) {
	if err := os.MkdirAll(filepath.Join(b.Dir, notebooks), 0o755); err != nil {
		return nil, inputError{err}
	}
	var err error
	if b.journal, err = sweep.OpenJournal(b.Dir); err != nil {
		return nil, inputError{err}
	}
	defer b.journal.Close()
	if err := b.writeAsked(); err != nil {
		return nil, err
	}
	err = b.work(ctx)
	table := b.table()
	if written := b.write(table); err == nil {
		err = written
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("%w: %d of %d runs are done; the same command goes on", ctx.Err(), len(table.Rows), len(b.runs))
	}
	return table, err
}

// work does what is not known, as many runs at a time as there may be.
func (b *Batch) work(ctx context.Context) error {
	b.Known, b.done = 0, 0
	var left []*run
	seen := map[string]bool{}
	for _, r := range b.runs {
		if _, done := b.journal.Done(r.id); done && !b.Afresh {
			b.Known++
		} else if !seen[r.id] {
			left = append(left, r)
		}
		seen[r.id] = true
	}
	team, ctx := errgroup.WithContext(ctx)
	team.SetLimit(max(b.Parallel, 1))
	for _, r := range left {
		team.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			record := b.execute(ctx, r)
			if err := ctx.Err(); err != nil {
				return err // what was in flight is not done
			}
			if err := b.journal.Append(record); err != nil {
				return err
			}
			b.tell(r, record, len(left))
			return nil
		})
	}
	return team.Wait()
}

// tell reports a run that is done.
func (b *Batch) tell(r *run, record sweep.Record, total int) {
	b.telling.Lock()
	defer b.telling.Unlock()
	b.done++
	what := record.Error
	if what == "" {
		v, _ := record.Value(b.asked.Objective.Measure)
		what = fmt.Sprintf("%s %.4g", b.asked.Objective.Measure, v)
	}
	detection.Report(b.Progress, detection.ProgressEvent{
		Task: "sweep", Done: b.done, Total: total, Unit: "runs",
		Line: fmt.Sprintf("run %d of %d (%s): %s", r.Number, len(b.runs), b.asked.Describe(r.Run), what),
	})
}

// execute runs the notebook once.
func (b *Batch) execute(ctx context.Context, r *run) sweep.Record {
	file := filepath.ToSlash(filepath.Join(notebooks, r.id+".ipynb"))
	out := sweep.Record{ID: r.id, Kind: sweep.KindRun, Settings: b.asked.Describe(r.Run), Files: map[string]string{"notebook": file}}
	fail := func(err error) sweep.Record {
		out.Error = err.Error()
		return out
	}
	nb, err := notebook.Read(b.text)
	if err != nil {
		return fail(err)
	}
	if _, err := runner.Inject(nb, r.parameters, b.spec.Language); err != nil {
		return fail(err)
	}
	o := b.Runner
	o.Input, o.Output = b.asked.Notebook, filepath.Join(b.Dir, file)
	if o.Dir, err = filepath.Abs(filepath.Dir(b.asked.Notebook)); err != nil {
		return fail(err)
	}
	ran, err := runner.Run(ctx, nb, b.spec, o)
	if err != nil {
		return fail(err)
	}
	results, err := runner.Results(nb)
	if err != nil {
		return fail(err)
	}
	var names []string
	for _, m := range results {
		out.Results = append(out.Results, sweep.Result{Measure: m.Name, Value: m.Value})
		names = append(names, m.Name)
	}
	if _, there := out.Value(b.asked.Objective.Measure); !there {
		reported := "nothing"
		if len(names) > 0 {
			reported = strings.Join(names, ", ")
		}
		out.Results = nil
		return fail(fmt.Errorf("the notebook does not report %q: want a cell with display.Result(%[1]q, …); it reports %s", b.asked.Objective.Measure, reported))
	}
	if _, own := out.Value(seconds); !own {
		out.Results = append(out.Results, sweep.Result{Measure: seconds, Value: ran.Duration.Seconds()})
	}
	return out
}

// seconds is the measure of the time that a notebook took, unless it reports one
// of that name itself.
const seconds = "seconds"

// notebooks is the folder of the notebooks that were run.
const notebooks = "notebooks"
