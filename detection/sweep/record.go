package sweep

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// Result is a measure of a run with its value, which may be NaN.
type Result struct {
	Measure string
	Value   float64
}

// Record is what is known about a finished run, or about another finished piece
// of work, such as a training that several runs share.
type Record struct {
	// ID stands for everything that the work depends on; see [ID].
	ID string `json:"id"`
	// Kind is "run", or a name for other work.
	Kind string `json:"kind"`
	// Settings say in words what was done.
	Settings string `json:"settings,omitempty"`
	// Error is the sentence of work that failed; "" for work that is done.
	Error string `json:"error,omitempty"`
	// Results are what was measured, in order.
	Results []Result `json:"results,omitempty"`
	// Files are what was left, by their purpose: paths from the sweep's folder.
	Files map[string]string `json:"files,omitempty"`
}

// KindRun is the kind of a run of the sweep.
const KindRun = "run"

// Value is a result by its measure; false when it was not measured.
func (r Record) Value(measure string) (float64, bool) {
	for _, m := range r.Results {
		if m.Measure == measure {
			return m.Value, true
		}
	}
	return 0, false
}

// MarshalJSON writes ["f1", 0.5]; a value that is no finite number as a text.
func (r Result) MarshalJSON() ([]byte, error) {
	if r.Value-r.Value != 0 {
		return json.Marshal([]any{r.Measure, strconv.FormatFloat(r.Value, 'g', -1, 64)})
	}
	return json.Marshal([]any{r.Measure, r.Value})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Result) UnmarshalJSON(text []byte) error {
	var pair [2]any
	if err := json.Unmarshal(text, &pair); err != nil {
		return err
	}
	name, isText := pair[0].(string)
	if !isText {
		return fmt.Errorf("%s: want a name and a number", text)
	}
	r.Measure = name
	switch v := pair[1].(type) {
	case float64:
		r.Value = v
		return nil
	case string:
		var err error
		r.Value, err = strconv.ParseFloat(v, 64)
		return err
	}
	return fmt.Errorf("%s: want a name and a number", text)
}

// idLength is how many hexadecimal digits an ID has: 64 bits, with which a
// million runs share one by chance once in forty million sweeps.
const idLength = 16

// ID is a hash of parts, each with its length, that stand for all that a piece
// of work depends on.
func ID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		_, _ = io.WriteString(h, p) // a hash does not fail
	}
	return hex.EncodeToString(h.Sum(nil))[:idLength]
}
