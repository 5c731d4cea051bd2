package charts

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// swept is a sweep over two axes, of which one setting failed.
func swept() *protocol.Swept {
	s := &protocol.Swept{Axes: []string{"threshold", "refinement", "radius"}}
	for i, threshold := range []string{"0.1", "0.2", "0.3"} {
		for k, refinement := range []string{"none", "subpixel"} {
			row := protocol.SweptRow{Number: len(s.Rows) + 1, Values: []string{threshold, refinement, "4"}}
			row.Metrics = detection.Score{TP: 10 + i + k, FP: 3, FN: 2}.At(5)
			row.Points, row.Seconds = 13+i+k, 0.5
			s.Rows = append(s.Rows, row)
		}
	}
	s.Rows[2].SweepResult = protocol.SweepResult{Error: "im.tif: a sentence"}
	s.Rows[3].Seconds = 0
	return s
}

func TestSweepTable(t *testing.T) {
	header, rows := swept().Table(3)
	if !slices.Equal(header, []string{"run", "threshold", "refinement", "radius", "F1", "precision", "recall", "TP", "FP", "FN", "points"}) ||
		!slices.Equal(rows[0], []string{"6", "0.3", "subpixel", "4", "0.8387", "0.8125", "0.8667", "13", "3", "2", "16"}) || len(rows) != 3 || rows[1][0] != "4" || rows[2][0] != "5" {
		t.Errorf("%v\n%v", header, rows)
	}
	header, rows = swept().Table(10)
	if last := rows[5]; len(rows) != 6 || len(last) != len(header) || last[0] != "3" || last[len(last)-1] != "im.tif: a sentence" || header[len(header)-1] != "what went wrong" {
		t.Errorf("%v\n%v", header, rows)
	}
	if best := swept().Best(); best.Number != 6 {
		t.Errorf("best is %+v", best)
	}
	failed := swept()
	failed.Rows = failed.Rows[2:3]
	if best := failed.Best(); best != nil {
		t.Errorf("the best of failures is %+v", best)
	}
	if err := Sweep(swept()); err != nil { // prints
		t.Error(err)
	}
}

func TestSweepCharts(t *testing.T) {
	runs := SweepRuns(swept())
	if len(runs.Rows) != 5 || len(runs.Parameters) != 2 || runs.Validate() != nil || !math.IsNaN(runs.Rows[2].Seconds) || runs.Rows[4].Objective != 2*13./(2*13+5) {
		t.Errorf("%+v", runs)
	}
	fragment, err := sweepHTML(swept())
	if err != nil || strings.Count(fragment, `class="puncta-chart"`) != 2 || !strings.Contains(fragment, "5 settings") {
		t.Errorf("%v, %.200s", err, fragment)
	}
	one := swept()
	for i := range one.Rows {
		one.Rows[i].Values = []string{fmt.Sprint(i), "none", "4"}
	}
	if fragment, err := sweepHTML(one); err != nil || strings.Count(fragment, `class="puncta-chart"`) != 1 {
		t.Errorf("one axis: %v", err)
	}
	one.Rows = one.Rows[:1]
	if fragment, err := sweepHTML(one); err != nil || fragment != "" {
		t.Errorf("one row: %v, %q", err, fragment)
	}
}
