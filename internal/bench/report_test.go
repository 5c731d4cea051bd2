package bench

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestReportText(t *testing.T) {
	machine := Machine{Cores: 2, CPU: "A CPU", OS: "linux", Arch: "amd64", Go: "go1.26", Load: "0.10"}
	alone := newItem("peaks", []float64{0.5, 0.25, 1}, nil)
	pair := newItem("step", []float64{2, 2, 4}, []float64{1, 3, 3})
	pair.Images, pair.Note = 6, "unlike"
	differs := false
	pair.Equal, pair.Comparison = &differs, "3 points and 4"
	tests := []struct {
		name   string
		report Report
		want   string
	}{
		{"alone", Report{Machine: machine, Rounds: 3, Warmups: 1, Items: []Item{alone}}, `2 cores, A CPU, linux/amd64, go1.26, load before 0.10
no peer was named: only ours is measured, 3 rounds after 1 warm-up; seconds as median (least to most)

peaks
  ours          0.5 (0.25 to 1)
`},
		{"with a peer", Report{Machine: machine, Peer: "python", Rounds: 3, Warmups: 2, Items: []Item{pair}}, `2 cores, A CPU, linux/amd64, go1.26, load before 0.10
peer: python
both sides in turn, 3 rounds after 2 warm-ups; seconds as median (least to most)

step
  ours          2 (2 to 4), 3 images/s
  peer          3 (1 to 3), 2 images/s
  peer / ours   1.50; of pairs 0.75 (0.50 to 1.50)
  results       NOT EQUAL: 3 points and 4
  note          unlike
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.report.Text(); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// What was not measured or compared is missing in the JSON, and not 0 or false.
func TestReportJSON(t *testing.T) {
	text, err := json.Marshal(Report{Bench: "stages", Rounds: 1, Items: []Item{newItem("peaks", []float64{2}, nil)}})
	if err != nil {
		t.Fatal(err)
	}
	const item = `"items":[{"name":"peaks","ours":{"median":2,"min":2,"max":2,"seconds":[2]}}]`
	if !strings.Contains(string(text), item) {
		t.Errorf("got %s, want %s in it", text, item)
	}
}

func TestCPUModel(t *testing.T) {
	const text = "processor\t: 0\nvendor_id\t: X\nmodel name\t: Some CPU @ 2.00: GHz\nflags\t: a b\n\nprocessor\t: 1\nmodel name\t: Other\n"
	if got := cpuModel(text); got != "Some CPU @ 2.00: GHz" {
		t.Errorf("got %q", got)
	}
	if got := cpuModel("Hardware\t: none\n"); got != "" {
		t.Errorf("got %q of a text without a model", got)
	}
}
