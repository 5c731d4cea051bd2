package display

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// wellFormed checks that a fragment closes what it opens.
func wellFormed(t *testing.T, fragment string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(fragment))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, fragment)
		}
	}
}

func TestBarHTML(t *testing.T) {
	tests := []struct {
		name    string
		e       detection.ProgressEvent
		elapsed time.Duration
		want    []string
	}{
		{"begins", detection.ProgressEvent{Task: "predict", Total: 10, Unit: "tiles"}, 0, []string{"predict: 0 of 10 tiles<", `value="0"`}},
		{"half", detection.ProgressEvent{Task: "train", Done: 5, Total: 10, Values: []detection.Measurement{{Name: "loss", Value: 0.123456}}}, 20 * time.Second,
			[]string{"train: 5 of 10 (loss 0.1235, about 20s left)", `value="5"`, `aria-valuenow="5"`}},
		{"ends", detection.ProgressEvent{Task: "train", Done: 10, Total: 10}, 61300 * time.Millisecond, []string{"10 of 10 (1m1.3s)"}},
		{"no total", detection.ProgressEvent{Task: "<read>", Done: 3}, time.Second, []string{"&lt;read&gt;: 3<"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := barHTML(tt.e, tt.elapsed)
			wellFormed(t, got)
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in %s", want, got)
				}
			}
		})
	}
}

func TestCourseHTML(t *testing.T) {
	num := func(v float64) *float64 { return &v }
	c := protocol.Course{Total: 8, Best: 1, Epochs: []protocol.Epoch{{Epoch: 1, Loss: 0.9, ValLoss: num(0.8), F1: num(0.1)}, {Epoch: 2, Loss: 0.5, ValLoss: num(0.4), F1: num(0.6)}}}
	got, err := courseHTML(c)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, got)
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

func TestTableHTML(t *testing.T) {
	got := tableHTML([]string{"image", "F1"}, [][]string{{"a<b", "0.5"}})
	wellFormed(t, got)
	if want := "<table><thead><tr><th>image</th><th>F1</th></tr></thead><tbody><tr><td>a&lt;b</td><td>0.5</td></tr></tbody></table>"; got != want {
		t.Errorf("got %s", got)
	}
}
