//go:build peer

package workflow

import (
	"math"
	"os"
	"regexp"
	"testing"

	"github.com/puncta-bio/puncta/internal/browser"
)

// In Chromium the error browser of a report runs under the page's policy, shows
// the numbers of the job and loads nothing; without scripts its picture is seen.
func TestReportInBrowser(t *testing.T) {
	_, c := smallData(t)
	j := newJob(t, c, t.TempDir(), 1)
	if err := Run(t.Context(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	if j.Evaluation.Pooled.FP+j.Evaluation.Pooled.FN == 0 {
		t.Fatal("no mistake: the test says little")
	}
	page, err := os.ReadFile(j.Layout.Report())
	if err != nil {
		t.Fatal(err)
	}
	p := browser.Open(t)
	for _, scheme := range []string{"light", "dark"} {
		p.Size(1200, 1000, scheme)
		p.Load(string(page))
		p.Ready()
		p.Eval(`document.querySelector("#mistakes").scrollIntoView()`, nil)
		p.Eval("new Promise(r => setTimeout(r, 500))", nil)
		p.Screenshot("report-" + scheme)
		got, want := p.Shown(0), j.Evaluation.Pooled
		for key, v := range map[string]float64{"f1": want.F1, "precision": want.Precision, "recall": want.Recall, "tp": float64(want.TP), "fp": float64(want.FP), "fn": float64(want.FN), "images": float64(len(j.Test))} {
			if math.Float64bits(got[key]) != math.Float64bits(v) {
				t.Errorf("the browser shows %s %v, the job has %v", key, got[key], v)
			}
		}
		var over float64
		if p.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over); over > 0 {
			t.Errorf("the page is %v pixels too wide", over)
		}
	}
	p.Clean()
	p.Load(regexp.MustCompile(`(?s)<script\b.*?</script>`).ReplaceAllString(string(page), ""))
	var seen bool
	if p.Eval(`(() => { const i = document.querySelector("#mistakes img"); return i.complete && i.naturalWidth > 100 && i.getBoundingClientRect().height > 50; })()`, &seen); !seen {
		t.Error("without scripts the picture of the mistakes is not seen")
	}
	// another script does not run
	p.Load(string(page) + `<script>window.alien = 1</script>`)
	p.Ready()
	var alien bool
	if p.Eval("window.alien === 1", &alien); alien {
		t.Error("the policy lets any script run")
	}
}
