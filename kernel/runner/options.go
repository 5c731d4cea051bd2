package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

// Options configures [Run]. Begin with [DefaultOptions].
type Options struct {
	// Input is the path of the notebook, for messages and the record.
	Input string
	// Output is the file that the notebook is written to after every cell; ""
	// writes none.
	Output string
	// Dir is the working folder of the kernel; "" is ours.
	Dir string
	// Env is added to the kernel's environment, as NAME=value.
	Env []string
	// Timeout bounds every cell; 0 does not. A cell overrides it by
	// metadata.puncta.timeout, a number of seconds or a text such as "2m", or by
	// a tag such as timeout=2m.
	Timeout time.Duration
	// Grace is how long a kernel has to obey an interrupt, and to shut down,
	// before it is killed. At least 0.
	Grace time.Duration
	// AllowErrors goes on behind cells that fail.
	AllowErrors bool
	// ExpectErrors makes a cell tagged raises-exception that does not fail a
	// failure.
	ExpectErrors bool
	// ReadyTimeout bounds the start of the kernel. Above 0.
	ReadyTimeout time.Duration
	// Progress is told about every code cell; nil for nobody.
	Progress Progress
	// KernelLog receives what the kernel itself writes; nil drops it.
	KernelLog io.Writer
}

// DefaultOptions returns no time-out, ten seconds of grace, a minute to start
// and a stop at the first cell that fails.
func DefaultOptions() Options { return Options{Grace: 10 * time.Second, ReadyTimeout: time.Minute} }

// Validate reports every invalid field, each by name and value.
func (o Options) Validate() error {
	var errs []error
	if o.Timeout < 0 {
		errs = append(errs, fmt.Errorf("Timeout is %v: want 0 or more", o.Timeout))
	}
	if o.Grace < 0 {
		errs = append(errs, fmt.Errorf("Grace is %v: want 0 or more", o.Grace))
	}
	if o.ReadyTimeout <= 0 {
		errs = append(errs, fmt.Errorf("ReadyTimeout is %v: want more than 0", o.ReadyTimeout))
	}
	return errors.Join(errs...)
}

// Event is a step of a run.
type Event struct {
	// Cell is the position of the cell in the notebook, from 1; Cells is the
	// number of cells.
	Cell, Cells int
	// Status is Running when the cell starts, and Completed or Failed at its end.
	Status Status
	// Elapsed is the time that the cell took; 0 at its start.
	Elapsed time.Duration
}

// Progress is told how a run goes, from one goroutine.
type Progress interface{ Report(Event) }

const (
	raisesTag  = "raises-exception"
	skipTag    = "skip-execution"
	timeoutTag = "timeout="
)

// timeout is that of a cell.
func (o Options) timeout(c *notebook.Cell) (time.Duration, error) {
	const want = `want seconds, or a text such as "90s" or "2m"`
	if i := slices.IndexFunc(c.Tags(), func(t string) bool { return strings.HasPrefix(t, timeoutTag) }); i >= 0 {
		d, err := time.ParseDuration(strings.TrimPrefix(c.Tags()[i], timeoutTag))
		if err != nil || d < 0 {
			return 0, fmt.Errorf("the tag %s: %s", c.Tags()[i], `want a time such as timeout=90s or timeout=2m`)
		}
		return d, nil
	}
	own, _ := c.Metadata["puncta"].(notebook.Object)
	switch v := own["timeout"].(type) {
	case nil:
		return o.Timeout, nil
	case string:
		if d, err := time.ParseDuration(v); err == nil && d >= 0 {
			return d, nil
		}
	case json.Number:
		if s, err := v.Float64(); err == nil && s >= 0 && s < 1e9 {
			return time.Duration(s * float64(time.Second)), nil
		}
	}
	return 0, fmt.Errorf("metadata.puncta.timeout is %v: %s", own["timeout"], want)
}

// CheckTimeouts looks at the time-outs of all cells, so that a mistake is known
// before anything runs. Errors name the cell.
func CheckTimeouts(nb *notebook.Notebook) error {
	for i, c := range nb.Cells {
		if _, err := (Options{}).timeout(c); err != nil {
			return fmt.Errorf("cell %d: %w", i+1, err)
		}
	}
	return nil
}

// executes says whether the cell has something to execute.
func executes(c *notebook.Cell) bool {
	return c.Type == notebook.Code && strings.TrimSpace(c.Source) != "" && !c.HasTag(skipTag)
}
