package notebooks

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/notebook/page"
)

// docs holds the rendered tutorials.
var docs = filepath.Join("..", "docs", "notebooks")

var update = flag.Bool("update", false, "write the list of tutorials anew")

// list is the text of the list of tutorials.
func list(all []tutorial) []byte {
	var b bytes.Buffer
	b.WriteString("# Tutorials\n\nAs they look after a run; `puncta lab` opens the notebooks themselves. Written by `scripts/render-notebooks`.\n\n")
	for _, u := range all {
		fmt.Fprintf(&b, "- [%s %s](%s.html): %s [Notebook](../../notebooks/%s.ipynb).\n", u.name[:2], u.title, u.name, u.subtitle, u.name)
	}
	return b.Bytes()
}

func TestList(t *testing.T) {
	path, want := filepath.Join(docs, "README.md"), list(tutorials(t))
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the tutorials say (%v): run scripts/render-notebooks", path, err)
	}
}

// Sizes of pages that can be kept in the repository.
const (
	mostBytes      = 2 << 20
	mostBytesOfAll = 8 << 20
)

// foreign matches what a page in the repository must not have: paths of the
// machine that made it, what went wrong, and addresses that a browser asks for by itself.
var foreign = regexp.MustCompile(`/tmp/|/root/|/home/|<pre class="(error|stderr)">|src="https?://|<link[^>]+href="https?://`)

// The pages are those of the tutorials as they are: each cell is there, in order.
func TestPages(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(docs, "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	all := tutorials(t)
	if len(pages) != len(all) {
		t.Errorf("%d pages of %d tutorials: run scripts/render-notebooks", len(pages), len(all))
	}
	sum := 0
	for _, u := range all {
		text, err := os.ReadFile(filepath.Join(docs, u.name+".html"))
		if err != nil {
			t.Error(err)
			continue
		}
		sum += len(text)
		if len(text) > mostBytes {
			t.Errorf("%s.html has %d bytes, more than %d", u.name, len(text), mostBytes)
		}
		rest := string(text)
		for i, c := range u.nb.Cells {
			before, after, found := strings.Cut(rest, part(t, c))
			if !found {
				t.Errorf("%s.html does not have cell %d as it is: run scripts/render-notebooks", u.name, i+1)
				break
			}
			if at := foreign.FindString(before); at != "" {
				t.Errorf("%s.html: before cell %d there is %s", u.name, i+1, at)
			}
			rest = after
		}
		if at := foreign.FindString(rest); at != "" {
			t.Errorf("%s.html: behind the last cell there is %s", u.name, at)
		}
	}
	if sum > mostBytesOfAll {
		t.Errorf("the pages have %d bytes together, more than %d", sum, mostBytesOfAll)
	}
}

var inPage = regexp.MustCompile(`(?s)<pre class="source">.*?</pre>|<div class="cell text" id="cell-1">\n(.*?)</div>\n</body>`)

// part is what a page has of a cell without outputs.
func part(t *testing.T, c *notebook.Cell) string {
	t.Helper()
	var b bytes.Buffer
	if err := page.Write(&b, &notebook.Notebook{Minor: 5, Cells: []*notebook.Cell{c}}, page.Options{}); err != nil {
		t.Fatal(err)
	}
	m := inPage.FindStringSubmatch(b.String())
	if m == nil || m[0] == "" {
		t.Fatalf("no cell in %s", b.String())
	}
	if m[1] != "" {
		return m[1]
	}
	return m[0]
}
