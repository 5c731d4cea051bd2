package runner

import (
	"time"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

// recordKey is the section of the metadata that papermill writes, and what
// reads papermill's notebooks looks for.
const recordKey = "papermill"

// Status is how far a cell has come.
type Status string

// The states of a cell, in papermill's words.
const (
	Pending   Status = "pending"
	Running   Status = "running"
	Completed Status = "completed"
	Failed    Status = "failed"
)

// section is the object under key in metadata, made when it is not there or
// something else.
func section(metadata *notebook.Object, key string) notebook.Object {
	if *metadata == nil {
		*metadata = notebook.Object{}
	}
	s, ok := (*metadata)[key].(notebook.Object)
	if !ok {
		s = notebook.Object{}
		(*metadata)[key] = s
	}
	return s
}

// record keeps the account of a run in the metadata, with papermill's keys:
// exception, start_time, end_time, duration in seconds, and status for cells.
type record struct {
	nb    *notebook.Notebook
	start time.Time
	now   func() time.Time
}

func newRecord(nb *notebook.Notebook, input, output string, now func() time.Time) *record {
	r := &record{nb: nb, start: now(), now: now}
	top := section(&nb.Metadata, recordKey)
	top["start_time"], top["end_time"], top["duration"], top["exception"] = stamp(r.start), nil, nil, nil
	top["input_path"], top["output_path"] = input, output
	for _, key := range []string{"parameters", "default_parameters", "environment_variables"} {
		section(&top, key)
	}
	for _, c := range nb.Cells {
		section(&c.Metadata, recordKey)
		c.Metadata[recordKey] = notebook.Object{
			"exception": nil, "start_time": nil, "end_time": nil, "duration": nil, "status": string(Pending),
		}
		if c.Type == notebook.Code {
			c.Outputs, c.Count = nil, nil
		}
	}
	return r
}

// stamp is a time as Python's isoformat writes it, in UTC.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

func (r *record) cellStarts(c *notebook.Cell) time.Time {
	start := r.now()
	s := section(&c.Metadata, recordKey)
	s["start_time"], s["status"], s["exception"] = stamp(start), string(Running), false
	return start
}

// cellEnds notes the end of a cell and returns how long it took.
func (r *record) cellEnds(c *notebook.Cell, start time.Time, status Status) time.Duration {
	end := r.now()
	s := section(&c.Metadata, recordKey)
	s["end_time"], s["duration"], s["status"], s["exception"] = stamp(end), end.Sub(start).Seconds(), string(status), status == Failed
	if status == Failed {
		section(&r.nb.Metadata, recordKey)["exception"] = true
	}
	return end.Sub(start)
}

// ends notes the end of the run and returns how long it took.
func (r *record) ends() time.Duration {
	end := r.now()
	s := section(&r.nb.Metadata, recordKey)
	s["end_time"], s["duration"] = stamp(end), end.Sub(r.start).Seconds()
	return end.Sub(r.start)
}
