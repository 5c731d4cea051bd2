package runner

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

func TestTestParameters(t *testing.T) {
	nb := book(cell("var (\n\trate = 0.5\n\tname = \"a\"\n\tradii = []float64{1}\n\tsteps = 100\n)", "parameters"))
	if values, err := TestParameters(nb); err != nil || values != nil {
		t.Errorf("none: %v, %v", values, err)
	}
	nb.Metadata["puncta"] = notebook.Object{"test": notebook.Object{
		"steps": json.Number("3"), "rate": json.Number("1"), "name": "0.5", "radii": []any{json.Number("2"), json.Number("2.5")},
	}}
	values, err := TestParameters(nb)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Inject(nb, values, "go"); err != nil {
		t.Fatal(err)
	}
	want := "// Parameters\nvar rate = 1.0\nvar name = \"0.5\"\nvar radii = []float64{2.0, 2.5}\nvar steps = 3"
	if got := nb.Cells[1].Source; got != want {
		t.Errorf("injected %q, want %q", got, want)
	}
	for _, test := range []struct {
		value any
		want  string
	}{
		{"steps=3", "metadata.puncta.test is steps=3: want an object"},
		{notebook.Object{"a b": json.Number("1")}, `metadata.puncta.test: line 1: `},
		{notebook.Object{"a": notebook.Object{}}, "metadata.puncta.test: line 1: parameter a: "},
	} {
		nb.Metadata["puncta"] = notebook.Object{"test": test.value}
		if _, err := TestParameters(nb); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%v: error %v, want %s", test.value, err, test.want)
		}
	}
}
