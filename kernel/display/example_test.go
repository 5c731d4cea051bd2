package display_test

import "github.com/puncta-bio/puncta/kernel/display"

// A table in a notebook; a script prints it.
func ExampleTable() {
	display.Table([]string{"threshold", "peaks"}, [][]string{{"0.3", "41"}, {"0.5", "35"}})
	// Output:
	// threshold	peaks
	// 0.3	41
	// 0.5	35
}
