package notebooks

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

// tutorial is one of them, as it lies on the disk.
type tutorial struct {
	name, title, subtitle string
	text                  []byte
	nb                    *notebook.Notebook
}

var opening = regexp.MustCompile(`^# (.+)\n\n\*(.+\.)\*$`)

// tutorials are all that there are.
func tutorials(t *testing.T) (all []tutorial) {
	t.Helper()
	paths, err := filepath.Glob("*.ipynb")
	if err != nil || len(paths) < 2 {
		t.Fatalf("found %v, %v", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		nb, err := notebook.Read(text)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		one := tutorial{name: strings.TrimSuffix(path, ".ipynb"), text: text, nb: nb}
		if m := opening.FindStringSubmatch(nb.Cells[0].Source); m != nil && nb.Cells[0].Type == notebook.Markdown {
			one.title, one.subtitle = m[1], m[2]
		}
		all = append(all, one)
	}
	return all
}

// exercise is a cell to be answered, by its place, with the answer that passes.
type exercise struct {
	cell   int
	answer string
}

var (
	question = regexp.MustCompile(`(?s)^%%\n// Your answer:\n(.+?)\n\n// The check:\n`)
	solution = regexp.MustCompile("(?s)^<details><summary>Solution</summary>\n\n```go\n(.+?)\n```\n\n.+\n\n</details>$")
)

// exercises are those of a tutorial; what is wrong with their form is an error of
// the test.
func (u tutorial) exercises(t *testing.T) (all []exercise) {
	t.Helper()
	for i, c := range u.nb.Cells {
		follows := i > 0 && u.nb.Cells[i-1].HasTag("exercise")
		if c.HasTag("solution") != follows {
			t.Errorf("%s, cell %d: a solution belongs behind an exercise, and only there", u.name, i+1)
			continue
		}
		if !c.HasTag("exercise") {
			continue
		}
		if c.Type != notebook.Code || !question.MatchString(c.Source) || i+1 == len(u.nb.Cells) {
			t.Errorf("%s, cell %d: an exercise wants an answer, a check and a solution; see the package comment", u.name, i+1)
			continue
		}
		m := solution.FindStringSubmatch(u.nb.Cells[i+1].Source)
		if m == nil || u.nb.Cells[i+1].Type != notebook.Markdown {
			t.Errorf("%s, cell %d: a solution is folded and begins with Go; see the package comment", u.name, i+2)
			continue
		}
		all = append(all, exercise{i, m[1]})
	}
	return all
}

// solved is the source of an exercise with another answer.
func solved(source, answer string) string {
	at := question.FindStringSubmatchIndex(source)
	return source[:at[2]] + answer + source[at[3]:]
}

func TestSolved(t *testing.T) {
	got := solved("%%\n// Your answer:\na := 1\n\nb := $1\n\n// The check:\nx(a)\n", "a := 2 // $1")
	if want := "%%\n// Your answer:\na := 2 // $1\n\n// The check:\nx(a)\n"; got != want {
		t.Errorf("got %q", got)
	}
}

var fileName = regexp.MustCompile(`^[0-9][0-9]_[a-z0-9_]+$`)

func TestForm(t *testing.T) {
	numbers := map[string]string{}
	for _, u := range tutorials(t) {
		if !fileName.MatchString(u.name) {
			t.Errorf("%s: want a name like 04_thresholds", u.name)
		} else if other := numbers[u.name[:2]]; other != "" {
			t.Errorf("%s has the number of %s", u.name, other)
		}
		numbers[u.name[:2]] = u.name
		if u.title == "" {
			t.Errorf("%s: the first cell is %q: want a title and a line in italics with a full stop", u.name, u.nb.Cells[0].Source)
		}
		if u.nb.Minor != 5 || !bytes.Equal(u.nb.Bytes(), u.text) {
			t.Errorf("%s: not as nbformat 5 writes it", u.name)
		}
		if kernel := u.nb.KernelName(); kernel != "puncta" {
			t.Errorf("%s: kernel %q", u.name, kernel)
		}
		for key := range u.nb.Metadata {
			if !slices.Contains([]string{"kernelspec", "language_info", "puncta"}, key) {
				t.Errorf("%s: metadata %s: want it stripped", u.name, key)
			}
		}
		if len(u.exercises(t)) == 0 && u.name != "01_first_detection" { // a tour
			t.Errorf("%s has no exercise", u.name)
		}
		u.checkCells(t)
	}
}

// mostColumns is what fits on a page of puncta notebook run --html.
const mostColumns = 111

func (u tutorial) checkCells(t *testing.T) {
	t.Helper()
	codes, parameters := 0, 0
	for i, c := range u.nb.Cells {
		for key := range c.Metadata {
			if key != "tags" {
				t.Errorf("%s, cell %d: metadata %s: want it stripped", u.name, i+1, key)
			}
		}
		if i > 0 && strings.HasPrefix(c.Source, "# ") {
			t.Errorf("%s, cell %d: a second title", u.name, i+1)
		}
		if c.Type != notebook.Code {
			continue
		}
		codes++
		if c.Count != nil || len(c.Outputs) > 0 {
			t.Errorf("%s, cell %d: want it without outputs and count", u.name, i+1)
		}
		if codes == 1 && !(strings.HasPrefix(c.Source, "import (\n") && strings.Contains(c.Source, "\t\"flag\"\n")) {
			t.Errorf("%s, cell %d: want the imports first, with flag among them", u.name, i+1)
		}
		if c.HasTag("parameters") {
			parameters++
		}
		for line := range strings.Lines(c.Source) {
			if n := columns(line); n > mostColumns {
				t.Errorf("%s, cell %d: %d columns, of which a page shows %d: %s", u.name, i+1, n, mostColumns, line)
			}
		}
	}
	if parameters != 1 {
		t.Errorf("%s: %d cells tagged parameters, want 1", u.name, parameters)
	}
}

// columns is the width of a line, tabs reaching to the next multiple of 4.
func columns(line string) (n int) {
	for _, r := range strings.TrimRight(line, "\n") {
		if n++; r == '\t' {
			n = (n + 3) / 4 * 4
		}
	}
	return n
}

func TestColumns(t *testing.T) {
	for line, want := range map[string]int{"": 0, "ab\n": 2, "\ta": 5, "ab\tc": 5, "1234\t": 8, "ö": 1} {
		if got := columns(line); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
	}
}
