//go:build peer

package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/internal/peer"
)

// rewrite validates every notebook of a folder and writes it again.
const rewrite = `
import glob, sys, warnings, nbformat
warnings.simplefilter("error")
for path in sorted(glob.glob(sys.argv[1] + "/*.ipynb")):
    nb = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(nb)
    nbformat.write(nb, path + ".nbformat", version=nbformat.NO_CONVERT)
`

// Every notebook that we write is valid, and nbformat writes the same bytes.
func TestNbformatWritesTheSame(t *testing.T) {
	dir := t.TempDir()
	var books []*Notebook
	golden, _ := filepath.Glob("testdata/golden*.ipynb")
	for _, file := range golden {
		nb, err := ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		books = append(books, nb)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		books = append(books, randomBook(random))
	}
	for i, nb := range books {
		if err := nb.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.ipynb", i))); err != nil {
			t.Fatal(err)
		}
	}
	peer.Run(t, peer.Jupyter, rewrite, dir)
	for i, nb := range books {
		want, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%03d.ipynb.nbformat", i)))
		if err != nil {
			t.Fatal(err)
		}
		got := nb.Bytes()
		if !bytes.Equal(got, want) {
			t.Fatalf("notebook %d: %s", i, firstDifference(got, want))
		}
		again, err := Read(want)
		if err != nil || !bytes.Equal(again.Bytes(), want) {
			t.Fatalf("notebook %d is not read to the same: %v", i, err)
		}
	}
}

// randomBook has what is odd about texts, numbers and keys.
func randomBook(r *rand.Rand) *Notebook {
	alphabet := []rune("ab\"\\/<&>'\n\n\r\t\b\f\v\x00\x1c\x1e\x7f\u0085é\u2028\u2029\ufeff😀")
	text := func() string {
		s := make([]rune, r.IntN(12))
		for i := range s {
			s[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(s)
	}
	numbers := []json.Number{"0", "-1", "1.0", "1e5", "1E-7", "123456789012345678901", "0.1", "1.5e300", "5e-324", "1e16", "123456789.123456789", "1e22", "9007199254740993.0"}
	var value func(depth int) any
	value = func(depth int) any {
		switch n := r.IntN(7); {
		case n == 0:
			return nil
		case n == 1:
			return r.IntN(2) == 0
		case n == 2 && depth < 3:
			list := []any{}
			for range r.IntN(3) {
				list = append(list, value(depth+1))
			}
			return list
		case n == 3 && depth < 3:
			o := Object{}
			for range r.IntN(4) {
				o["k"+text()] = value(depth + 1)
			}
			return o
		case n == 4:
			return numbers[r.IntN(len(numbers))]
		}
		return text()
	}
	object := func() Object { return Object{"x" + text(): value(0), "y": value(0)} }
	count := r.IntN(9)
	nb := &Notebook{Minor: []int{0, 2, 4, 5}[r.IntN(4)], Metadata: object()}
	for i := range r.IntN(6) {
		c := &Cell{Type: []CellType{Code, Code, Markdown, Raw}[r.IntN(4)], Source: text(), Metadata: object()}
		if nb.Minor >= 5 {
			c.ID = fmt.Sprintf("id-%d", i)
		}
		if c.Type == Markdown && r.IntN(2) == 0 && nb.Minor >= 1 {
			c.Attachments = Object{"a.png": Object{"image/png": "AA==", "text/plain": text()}}
		}
		if c.Type == Code {
			c.Count = &count
			c.Outputs = []*Output{
				{Type: Stream, Name: "stdout", Text: text()},
				{Type: DisplayData, Data: Object{"text/plain": text(), "text/html": text(), "image/png": "AA==\n", "application/json": Object{"a": text()}, "image/svg+xml": text(), "application/javascript": text()}, Metadata: object()},
				{Type: ExecuteResult, Data: Object{"text/plain": text()}, Metadata: Object{}},
				{Type: Error, ErrorName: text(), ErrorValue: text(), Traceback: []string{text(), text()}},
			}[:r.IntN(5)]
		}
		nb.Cells = append(nb.Cells, c)
	}
	return nb
}
