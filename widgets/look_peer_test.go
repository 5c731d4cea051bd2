//go:build peer

package widgets

import (
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/browser"
)

// page is an explorer as a whole page.
func page(t testing.TB, e *Explorer) string {
	t.Helper()
	var b strings.Builder
	if err := e.WritePage(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// ready waits until all explorers of the page are there.
const ready = `(async () => {
  const hosts = () => [...document.querySelectorAll(".puncta-explorer")];
  for (let i = 0; i < 400 && !(hosts().length && hosts().every(h => h.dataset.ready)); i++) await new Promise(r => setTimeout(r, 25));
  if (!hosts().every(h => h.dataset.ready)) throw new Error("an explorer is not ready");
  await new Promise(r => requestAnimationFrame(() => setTimeout(r)));
})()`

func TestLook(t *testing.T) {
	p := browser.Open(t)
	s := newSample(t, [3]int{1, 512, 512}, 190, 1, 3)
	e, err := NewExplorer(s.image, s.prob, s.truth, DefaultExplorerOptions())
	if err != nil {
		t.Fatal(err)
	}
	html := page(t, e)
	for _, look := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"light", 1240, 820, "light"}, {"dark", 1240, 820, "dark"}, {"narrow", 640, 1500, "light"}, {"phone", 380, 1700, "dark"}} {
		p.Size(look.width, look.height, look.scheme)
		p.Load(html)
		p.Eval(ready, nil)
		p.Screenshot("explorer-" + look.name)
		var over float64
		p.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
		if over > 0 {
			t.Errorf("%s: the page is %v pixels too wide", look.name, over)
		}
	}
	p.Clean()
}
