package plots

import "slices"

// WordsRun is a run whose values are in words, for [NewRuns].
type WordsRun struct {
	// Name is shown where a reader points at the run.
	Name string
	// Values has one entry for each parameter, in their order.
	Values []string
	// Objective and Seconds are those of [Run].
	Objective, Seconds float64
}

// NewRuns makes runs of values in words: each parameter by [NewParameter], in
// their order. One that has the same value in all runs is left out, because there
// is nothing to compare; if all are, the first one stays.
func NewRuns(objective string, lowerIsBetter bool, parameters []string, rows []WordsRun) Runs {
	r := Runs{Objective: objective, LowerIsBetter: lowerIsBetter, Rows: make([]Run, len(rows))}
	for i, row := range rows {
		r.Rows[i] = Run{Name: row.Name, Objective: row.Objective, Seconds: row.Seconds}
	}
	add := func(k int) {
		words := make([]string, len(rows))
		for i, row := range rows {
			words[i] = row.Values[k]
		}
		p, values := NewParameter(parameters[k], words)
		r.Parameters = append(r.Parameters, p)
		for i, v := range values {
			r.Rows[i].Values = append(r.Rows[i].Values, v)
		}
	}
	for k := range parameters {
		if slices.ContainsFunc(rows, func(row WordsRun) bool { return row.Values[k] != rows[0].Values[k] }) {
			add(k)
		}
	}
	if len(r.Parameters) == 0 && len(parameters) > 0 {
		add(0)
	}
	return r
}
