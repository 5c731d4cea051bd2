package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
)

// Recorder folds the messages of a kernel into the outputs of cells, in the
// form in which JupyterLab saves them:
//
//   - stream: consecutive ones of the same name become one output, in which
//     carriage returns and backspaces have had their effect;
//   - display_data and execute_result: an output each;
//   - update_display_data, and display_data with a display id that is known:
//     data and metadata of all outputs of that id change, in whichever cell;
//   - clear_output: the outputs so far go, at once or, with wait, when the next
//     one comes;
//   - error: an output.
//
// Other messages, such as those of widgets, have no effect. A recorder is used
// for all cells of one run and by one goroutine.
type Recorder struct {
	cell      *Cell
	clearNext bool
	stream    *Output  // the last output, when it is a stream
	terminal  terminal // its text
	displays  map[string][]*Output
}

// NewRecorder returns a recorder that knows no displays.
func NewRecorder() *Recorder { return &Recorder{displays: map[string][]*Output{}} }

// Begin makes c the cell that messages go to, and removes its outputs and
// its number.
func (r *Recorder) Begin(c *Cell) {
	r.flush()
	r.cell, r.clearNext = c, false
	c.Outputs, c.Count = nil, nil
}

// End completes the cell, so that it can be written. What comes then opens a new
// output.
func (r *Recorder) End() { r.flush() }

// flush gives the last stream its text. What follows opens a new output; End
// is called when nothing follows.
func (r *Recorder) flush() {
	if r.stream != nil {
		r.stream.Text = r.terminal.text()
	}
	r.stream, r.terminal = nil, terminal{}
}

// content is what the messages have in common.
type content struct {
	Name      string   `json:"name"`
	Text      string   `json:"text"`
	Data      Object   `json:"data"`
	Metadata  Object   `json:"metadata"`
	Count     *int     `json:"execution_count"`
	ErrorName string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
	Wait      bool     `json:"wait"`
	Transient struct {
		DisplayID string `json:"display_id"`
	} `json:"transient"`
}

// Message takes a message of the given type.
//
// Errors: a content that is not what the protocol says for this type; the
// message then has no effect. There must have been a [Recorder.Begin].
func (r *Recorder) Message(kind string, raw json.RawMessage) error {
	switch kind {
	case "stream", "display_data", "update_display_data", "execute_result", "error", "clear_output", "execute_input":
	default:
		return nil
	}
	var c content
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&c); err != nil {
		return fmt.Errorf("message %s of the kernel: %w", kind, err)
	}
	switch kind {
	case "execute_input":
		r.cell.Count = c.Count
	case "clear_output":
		r.clearNext = c.Wait
		if !c.Wait {
			r.clear()
		}
	case "stream":
		r.addStream(c)
	case "update_display_data":
		r.update(c)
	case "display_data", "execute_result":
		r.update(c)
		o := &Output{Type: OutputType(kind), Data: orEmpty(c.Data), Metadata: orEmpty(c.Metadata)}
		if o.Type == ExecuteResult {
			o.Count, r.cell.Count = c.Count, c.Count
		}
		joinBundle(o.Data)
		r.add(o)
		if id := c.Transient.DisplayID; id != "" {
			r.displays[id] = append(r.displays[id], o)
		}
	case "error":
		r.add(&Output{Type: Error, ErrorName: c.ErrorName, ErrorValue: c.Value, Traceback: c.Traceback})
	}
	return nil
}

func (r *Recorder) add(o *Output) {
	r.flush()
	if r.clearNext {
		r.clear()
	}
	r.cell.Outputs = append(r.cell.Outputs, o)
}

func (r *Recorder) addStream(c content) {
	if r.clearNext {
		r.clear()
	}
	if r.stream == nil || r.stream.Name != c.Name {
		r.add(&Output{Type: Stream, Name: c.Name})
		r.stream = r.cell.Outputs[len(r.cell.Outputs)-1]
	}
	r.terminal.add(c.Text)
}

func (r *Recorder) clear() {
	r.clearNext = false
	r.stream, r.terminal = nil, terminal{}
	r.cell.Outputs = nil
}

// update changes the outputs of a display id. Those that were cleared change,
// too, and nobody sees them.
func (r *Recorder) update(c content) {
	joinBundle(c.Data)
	for _, o := range r.displays[c.Transient.DisplayID] {
		o.Data, o.Metadata = orEmpty(maps.Clone(c.Data)), orEmpty(maps.Clone(c.Metadata))
	}
}
