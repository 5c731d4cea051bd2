//go:build peer

package widgets

import (
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

func TestViewerLooks(t *testing.T) {
	s := newSample(t, [3]int{9, 200, 260}, 60, 1, 3)
	s.image.Spacing, s.image.Unit = detection.Spacing{2, 0.65, 0.65}, "um"
	o := DefaultViewerOptions()
	o.Title, o.Prob, o.Truth = "Nuclei", s.prob, s.truth
	var err error
	if o.Found, err = detection.Detect(s.prob, detection.DefaultDetectOptions()); err != nil {
		t.Fatal(err)
	}
	v, err := NewViewer(s.image, o)
	if err != nil {
		t.Fatal(err)
	}
	looks(t, "viewer", page(t, v))
}

// looks takes pictures of a page at the widths that matter, and refuses one that
// is wider than the window.
func looks(t *testing.T, name, html string) {
	t.Helper()
	p := browser.Open(t)
	for _, look := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"light", 1240, 860, "light"}, {"dark", 1240, 860, "dark"}, {"medium", 724, 1300, "light"}, {"narrow", 504, 1500, "dark"}, {"phone", 380, 1600, "light"}} {
		p.Size(look.width, look.height, look.scheme)
		p.Load(html)
		p.Ready()
		p.Screenshot(name + "-" + look.name)
		var over float64
		p.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
		if over > 0 {
			t.Errorf("%s, %s: the page is %v pixels too wide", name, look.name, over)
		}
	}
	p.Clean()
}
