// Package result is how a notebook reports a number, so that what runs it can
// read it from the saved file: an output of the MIME type [Type], a JSON object
// with the name and the value, beside the same in plain text for readers.
//
//	"data": {
//	  "application/vnd.puncta.result+json": {"f1": 0.83},
//	  "text/plain": "f1 = 0.83"
//	}
//
// A value that JSON has no number for is a text: "NaN", "+Inf". The outputs of a
// notebook are read in their order, and of two results with one name the later
// one counts.
package result

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Type is the MIME type of a result.
const Type = "application/vnd.puncta.result+json"

// Result is a number with its name.
type Result struct {
	Name  string
	Value float64
}

// Data is a result as the kernel's display protocol takes it.
func (r Result) Data() any {
	if r.Value-r.Value != 0 {
		return map[string]string{r.Name: digits(r.Value)}
	}
	return map[string]float64{r.Name: r.Value}
}

// String is "f1 = 0.83", with all digits.
func (r Result) String() string { return r.Name + " = " + digits(r.Value) }

func digits(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Parse reads the data of an output, as a JSON decoder leaves it: results in the
// order of their names.
//
// Errors: another form than the package says.
func Parse(data any) ([]Result, error) {
	// through JSON once more: decoders have several types for one thing
	text, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || len(object) == 0 {
		return nil, fmt.Errorf("result: %.100s: want an object such as {\"f1\": 0.83}", text)
	}
	var list []Result
	for _, name := range slices.Sorted(maps.Keys(object)) {
		word := string(object[name])
		if unquoted := ""; json.Unmarshal(object[name], &unquoted) == nil {
			word = unquoted
		}
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, fmt.Errorf("result: %s is %.100s: want a number", name, object[name])
		}
		list = append(list, Result{name, v})
	}
	return list, nil
}
