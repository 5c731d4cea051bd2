package dataset

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says how much a [Finding] matters.
type Severity string

// The severities, worst first.
const (
	// Error is what a training refuses, or what makes its score worthless.
	Error Severity = "error"
	// Warning is what makes a training worse.
	Warning Severity = "warning"
	// Note is what is worth knowing.
	Note Severity = "note"
)

// rank orders severities, worst first.
func (s Severity) rank() int {
	return slices.Index([]Severity{Error, Warning, Note}, s)
}

// Kind groups findings of one sort.
type Kind string

// The kinds of findings, in the order of a report.
const (
	KindLayout    Kind = "layout"    // missing folders and empty splits
	KindPair      Kind = "pair"      // images without CSV, CSVs without image, equal names
	KindRead      Kind = "read"      // files that cannot be read
	KindFormat    Kind = "format"    // channels, dimensions, sample types that differ
	KindSize      Kind = "size"      // smaller than a patch
	KindValues    Kind = "values"    // constant, saturated, dark, few grey levels, not finite
	KindPoints    Kind = "points"    // faults of a CSV, repeated points, points outside
	KindTouching  Kind = "touching"  // points that a mask shows as one object
	KindEmpty     Kind = "empty"     // images without points
	KindClasses   Kind = "classes"   // missing and rare classes
	KindDuplicate Kind = "duplicate" // one image twice
)

func kinds() []Kind {
	return []Kind{KindLayout, KindPair, KindRead, KindFormat, KindSize, KindValues, KindPoints,
		KindTouching, KindEmpty, KindClasses, KindDuplicate}
}

// Finding is one thing found in a set.
type Finding struct {
	Severity Severity `json:"severity"`
	Kind     Kind     `json:"kind"`
	// File is the file or folder that it is about.
	File string `json:"file"`
	// Line of a CSV, from 1; 0 when the finding is of the file as a whole.
	Line int `json:"line,omitempty"`
	// Column of a CSV by its name; "" when the finding is not of one column.
	Column string `json:"column,omitempty"`
	// Other is a second file concerned, such as the one that File repeats.
	Other string `json:"other,omitempty"`
	// Message is a sentence that says what was found and, where it is wrong,
	// what is expected. It does not repeat File and Line.
	Message string `json:"message"`
}

// String is the finding as a line: "set/y/a.csv:3: axis-0 is ...".
func (f Finding) String() string {
	if f.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Message)
	}
	return f.File + ": " + f.Message
}

// sortFindings orders by severity and kind; within these the order in which
// the set was walked stays.
func sortFindings(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Severity.rank(), b.Severity.rank()),
			cmp.Compare(slices.Index(kinds(), a.Kind), slices.Index(kinds(), b.Kind)))
	})
}
