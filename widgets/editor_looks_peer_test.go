//go:build peer

package widgets

import (
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// newSampleEditor is an editor of a third of the true points of a sample, with the
// peaks of its map as suggestions.
func newSampleEditor(t testing.TB, s sample, change func(*EditorOptions)) *Editor {
	t.Helper()
	found, err := detection.Detect(s.prob, detection.DefaultDetectOptions())
	if err != nil {
		t.Fatal(err)
	}
	o := DefaultEditorOptions()
	o.Suggestions = found
	if change != nil {
		change(&o)
	}
	e, err := NewEditor(s.image, s.truth[:len(s.truth)/3], o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEditorLooks(t *testing.T) {
	p := browser.Open(t)
	s := newSample(t, [3]int{1, 384, 512}, 120, 3, 3)
	e := newSampleEditor(t, s, func(o *EditorOptions) { o.Classes = Classes("lymphocyte", "monocyte", "platelet") })
	html := editorPage(t, e)
	for _, look := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"light", 1240, 900, "light"}, {"dark", 1240, 900, "dark"}, {"narrow", 740, 1500, "light"}, {"phone", 500, 1600, "dark"}} {
		p.Size(look.width, look.height, look.scheme)
		p.Load(html)
		p.Ready()
		p.Screenshot("editor-" + look.name)
		var over float64
		p.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
		if over > 0 {
			t.Errorf("%s: the page is %v pixels too wide", look.name, over)
		}
	}
	p.Clean()
}
