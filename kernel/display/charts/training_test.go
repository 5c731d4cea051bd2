package charts

import (
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/markup"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

func TestCourseHTML(t *testing.T) {
	num := func(v float64) *float64 { return &v }
	c := protocol.Course{Total: 8, Best: 1, Epochs: []protocol.Epoch{{Epoch: 1, Loss: 0.9, ValLoss: num(0.8), F1: num(0.1)}, {Epoch: 2, Loss: 0.5, ValLoss: num(0.4), F1: num(0.6)}}}
	got, err := courseHTML(c)
	if err != nil {
		t.Fatal(err)
	}
	markup.WellFormed(t, got)
	for _, want := range []string{"Loss, epoch 2 of 8", "F1, epoch 2 of 8", "validation"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
	alone := protocol.Course{Total: 8, Best: 0, Epochs: []protocol.Epoch{{Epoch: 1, Loss: 0.9}}}
	if got, err = courseHTML(alone); err != nil || strings.Contains(got, "F1") || strings.Contains(got, "validation") {
		t.Errorf("without validation: %v, %s", err, got)
	}
	if got, err = courseHTML(protocol.Course{}); err != nil || got != "" {
		t.Errorf("before the first epoch: %q, %v", got, err)
	}
}
