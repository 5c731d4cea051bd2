//go:build peer

package report

import (
	"fmt"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/internal/peer"
)

// The page of a sweep in a browser: all charts are drawn, in light and dark, on
// wide and narrow screens, without a request or a complaint.
func TestPeerSweepPage(t *testing.T) {
	s := sampleSweep(54)
	js := peer.ECharts(t)
	s.Library = func() ([]byte, error) { return js, nil }
	page := writtenSweep(t, s)
	for _, look := range []struct {
		width  int
		scheme string
	}{{1200, "light"}, {1200, "dark"}, {420, "dark"}} {
		p := browser.Open(t)
		p.Size(look.width, 1000, look.scheme)
		p.Load(page)
		drawn, height, wide := 0, 0, 0
		for range 100 {
			if p.Eval(`document.querySelectorAll(".puncta-chart[data-ready]").length`, &drawn); drawn == 3 {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if drawn != 3 {
			t.Errorf("%+v: %d charts are drawn", look, drawn)
		}
		p.Eval(`document.documentElement.scrollHeight`, &height)
		p.Eval(`document.documentElement.scrollWidth`, &wide)
		if wide > look.width {
			t.Errorf("%+v: the page is %d wide: want no scrolling to the side", look, wide)
		}
		var best string
		p.Eval(`document.querySelector("tr.best td").textContent`, &best)
		if best != "23" {
			t.Errorf("the best run is %s", best)
		}
		p.Size(look.width, height, look.scheme)
		time.Sleep(time.Second) // charts move into their places
		p.Screenshot(fmt.Sprintf("sweep-%d-%s", look.width, look.scheme))
		p.Clean()
	}
}
