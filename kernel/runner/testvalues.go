package runner

import (
	"encoding/json"
	"fmt"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

// TestParameters are the values that a notebook gives its parameters for a test,
// such as fewer steps of a training: metadata.puncta.test, an object with the
// names and values. They are in the order of the names. A notebook without it
// has none.
//
// Errors: metadata.puncta.test is something else, or holds values that
// [ParseYAML] refuses.
func TestParameters(nb *notebook.Notebook) ([]Parameter, error) {
	own, _ := nb.Metadata["puncta"].(notebook.Object)
	values, there := own["test"]
	if !there {
		return nil, nil
	}
	object, ok := values.(notebook.Object)
	if !ok {
		return nil, fmt.Errorf(`metadata.puncta.test is %v: want an object with names and values of parameters`, values)
	}
	text, err := json.Marshal(object) // JSON is YAML, and its keys come sorted
	if err != nil {
		return nil, fmt.Errorf("metadata.puncta.test: %w", err)
	}
	parameters, err := ParseYAML(text)
	if err != nil {
		return nil, fmt.Errorf("metadata.puncta.test: %w", err)
	}
	return parameters, nil
}
