package runner

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/fakekernel"
	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/result"
)

// What cells report is in the notebook, also when it has been written and read.
func TestResults(t *testing.T) {
	fakekernel.Install(t, "fake", fakekernel.Options{})
	spec, err := jupyter.FindSpec("fake")
	if err != nil {
		t.Fatal(err)
	}
	nb := book(cell("var x = 0.25\nvar y = 3", "parameters"), cell("report f1 x\nreport loss y\nhtml <b>no result</b>"), cell("report f1 y\nreport recall x"))
	if _, err := Run(t.Context(), nb, spec, DefaultOptions()); err != nil {
		t.Fatal(err)
	}
	again, err := notebook.Read(nb.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := []result.Result{{Name: "f1", Value: 3}, {Name: "loss", Value: 3}, {Name: "recall", Value: 0.25}}
	for _, n := range []*notebook.Notebook{nb, again} {
		if got, err := Results(n); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
	}
	nb.Cells[2].Outputs[0].Data[result.Type] = map[string]any{"f1": json.Number("x")}
	if _, err := Results(nb); err == nil || !strings.Contains(err.Error(), "cell 3") {
		t.Errorf("%v", err)
	}
	if got, err := Results(book(cell("1"))); err != nil || len(got) != 0 {
		t.Errorf("nothing reported: %v, %v", got, err)
	}
}
