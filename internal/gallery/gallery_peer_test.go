//go:build peer

package gallery

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/internal/peer"
)

// All of it works on one page, in light and dark, on narrow and wide screens,
// without a request or a complaint.
func TestPeerGallery(t *testing.T) {
	var page bytes.Buffer
	if err := Write(&page, func() ([]byte, error) { return peer.ECharts(t), nil }); err != nil {
		t.Fatal(err)
	}
	for _, look := range []struct {
		width  int
		scheme string
	}{{1240, "light"}, {1240, "dark"}, {700, "light"}, {420, "dark"}} {
		p := browser.Open(t)
		p.Size(look.width, 1000, look.scheme)
		p.Load(page.String())
		p.Ready()
		var figures, drawn, height, wide int
		for range 100 {
			p.Eval(`[...document.querySelectorAll(".puncta-chart")].filter(f => (f.shadowRoot ?? f).querySelector("canvas, svg")).length`, &drawn)
			if p.Eval(`document.querySelectorAll(".puncta-chart").length`, &figures); drawn == figures {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if figures < 12 || drawn != figures {
			t.Errorf("%+v: %d charts of %d are drawn", look, drawn, figures)
		}
		p.Eval(`document.documentElement.scrollHeight`, &height)
		p.Eval(`document.documentElement.scrollWidth`, &wide)
		if wide > look.width {
			t.Errorf("%+v: the page is %d wide: want no scrolling to the side", look, wide)
		}
		p.Size(look.width, height, look.scheme)
		time.Sleep(time.Second) // charts move into their places
		p.Screenshot(fmt.Sprintf("gallery-%d-%s", look.width, look.scheme))
		p.Clean()
	}
}
