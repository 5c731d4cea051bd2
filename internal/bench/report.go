package bench

import (
	"fmt"
	"strings"
)

// Report is what a benchmark came to.
type Report struct {
	Bench   string  `json:"bench"`
	Machine Machine `json:"machine"`
	// Peer says what we were compared with; "" when there was none.
	Peer    string `json:"peer,omitempty"`
	Rounds  int    `json:"rounds"`
	Warmups int    `json:"warmups"`
	Items   []Item `json:"items"`
}

// Text returns the report for a terminal: times in seconds as "median (least
// to most)".
func (r Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", r.Machine)
	measured := "no peer was named: only ours is measured"
	if r.Peer != "" {
		measured = "peer: " + r.Peer + "\nboth sides in turn"
	}
	fmt.Fprintf(&b, "%s, %s after %s; seconds as median (least to most)\n", measured, plural(r.Rounds, "round"), plural(r.Warmups, "warm-up"))
	for _, it := range r.Items {
		it.write(&b)
	}
	return b.String()
}

func (it Item) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s\n", it.Name)
	it.line(b, "ours", it.Ours)
	if it.Peer != nil {
		it.line(b, "peer", it.Peer)
		fmt.Fprintf(b, "  peer / ours   %.2f; of pairs %s\n", it.Ratio, it.PairRatios.text("%.2f"))
	}
	if it.Equal != nil {
		word := "equal"
		if !*it.Equal {
			word = "NOT EQUAL"
		}
		fmt.Fprintf(b, "  results       %s: %s\n", word, it.Comparison)
	}
	if it.Note != "" {
		fmt.Fprintf(b, "  note          %s\n", it.Note)
	}
}

func (it Item) line(b *strings.Builder, who string, s *Sample) {
	fmt.Fprintf(b, "  %-13s %s", who, s.text("%.4g"))
	if it.Images > 0 {
		fmt.Fprintf(b, ", %.3g images/s", float64(it.Images)/s.Median)
	}
	b.WriteString("\n")
}

// text is "median (least to most)", each as format says.
func (s Spread) text(format string) string {
	return fmt.Sprintf(format+" ("+format+" to "+format+")", s.Median, s.Min, s.Max)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
