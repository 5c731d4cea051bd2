package protocol

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/puncta-bio/puncta/detection"
)

// SweepArgs asks how well points are found by many settings in a folder of
// images.
type SweepArgs struct {
	// Images and Points are folders, by absolute paths.
	Images   string                    `json:"images"`
	Points   string                    `json:"points"`
	Model    string                    `json:"model"`
	Settings []detection.DetectOptions `json:"settings"`
	Match    detection.MatchOptions    `json:"match"`
}

// SweepReply holds the outcome of each setting, in their order.
type SweepReply struct {
	Results []SweepResult `json:"results"`
	// Images is the number of images, Predicted that of the maps that were not
	// known, and Found that of settings in an image that were not.
	Images    int `json:"images"`
	Predicted int `json:"predicted"`
	Found     int `json:"found"`
}

// SweepResult is the outcome of one setting on all images.
type SweepResult struct {
	// Metrics are pooled over the images.
	Metrics detection.Metrics `json:"metrics"`
	// MeanF1 is the mean of the images' F1.
	MeanF1 float64 `json:"mean_f1"`
	// Classes are those of the points; nil without any.
	Classes []detection.ClassMetrics `json:"classes,omitempty"`
	// Points is the number of points found.
	Points int `json:"points"`
	// Seconds is about the time that finding them takes without the prediction.
	Seconds float64 `json:"seconds"`
	// Error says why the setting failed; "" when it did not.
	Error string `json:"error,omitempty"`
}

// Swept is a sweep as cells get it: a table of its settings with their scores.
type Swept struct {
	// Axes are the names of what was varied.
	Axes []string
	Rows []SweptRow
	// Images is the number of images, Predicted that of the maps that had to be
	// made, Found how often points had to be looked for: at most once for each row
	// and image.
	Images, Predicted, Found int
}

// SweptRow is one setting.
type SweptRow struct {
	// Number counts the settings from 1.
	Number int
	// Values are those of the axes, in words.
	Values []string
	// Options are the setting itself.
	Options detection.DetectOptions
	SweepResult
}

// Order lists the indices of the rows by descending F1, equal ones in their
// order, and last those that failed.
func (s *Swept) Order() []int {
	order := make([]int, len(s.Rows))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) float64 {
		if s.Rows[i].Error != "" {
			return -1
		}
		return s.Rows[i].Metrics.F1
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(rank(j), rank(i)) })
	return order
}

// Best is the row of the highest F1, the first of equal ones; nil when all
// settings failed.
func (s *Swept) Best() *SweptRow {
	if order := s.Order(); len(order) > 0 && s.Rows[order[0]].Error == "" {
		return &s.Rows[order[0]]
	}
	return nil
}

// Table is the header and the rows of the best settings, at most so many, for
// [github.com/puncta-bio/puncta/kernel/display.Table].
func (s *Swept) Table(most int) (header []string, rows [][]string) {
	header = append(append([]string{"run"}, s.Axes...), "F1", "precision", "recall", "TP", "FP", "FN", "points")
	failed := false
	for k, i := range s.Order() {
		if k == most {
			break
		}
		r := s.Rows[i]
		m := r.Metrics
		row := append([]string{strconv.Itoa(r.Number)}, r.Values...)
		if r.Error != "" {
			failed = true
			row = append(row, "", "", "", "", "", "", "", r.Error)
		} else {
			row = append(row, fmt.Sprintf("%.4f", m.F1), fmt.Sprintf("%.4f", m.Precision), fmt.Sprintf("%.4f", m.Recall),
				strconv.Itoa(m.TP), strconv.Itoa(m.FP), strconv.Itoa(m.FN), strconv.Itoa(r.Points))
		}
		rows = append(rows, row)
	}
	if failed {
		header = append(header, "what went wrong")
	}
	return header, rows
}
