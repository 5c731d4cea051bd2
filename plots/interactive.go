package plots

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/puncta-bio/puncta/plots/echarts"
)

//go:embed interactive.js
var interactiveJS string

// InteractiveOptions configures WriteHTML of a [Chart]. Start from
// [DefaultInteractiveOptions].
type InteractiveOptions struct {
	// Library gives the text of echarts, which is put before the chart. nil
	// expects it on the page: a notebook holds it once, 1 MB, and each chart a
	// few kilobytes. echarts.ReadFile reads an installed copy.
	Library func() ([]byte, error)
	// Height in CSS pixels, 100 to 2000; the width is that of the page. 0, the
	// default, is what suits the chart: 380 for most, more for one with many
	// rows.
	Height int
}

// DefaultInteractiveOptions returns the defaults named at each field.
func DefaultInteractiveOptions() InteractiveOptions { return InteractiveOptions{} }

// settings are what the script is told beside the option.
type settings struct {
	Key    string `json:"key"`
	Height int    `json:"height"`
	Named  bool   `json:"named"`
	// Event is dispatched when the library arrives, and Absent said until then.
	Event  string `json:"event"`
	Absent string `json:"absent"`
	Words  string `json:"words"`
}

// writeHTML writes any chart as [Chart] says.
func writeHTML(w io.Writer, b builder, o InteractiveOptions) error {
	if o.Height != 0 && (o.Height < 100 || o.Height > 2000) {
		return fmt.Errorf("plots: Height is %d: want 100 to 2000, or 0", o.Height)
	}
	var picture bytes.Buffer
	if err := writePNG(&picture, b); err != nil {
		return err
	}
	built := b.option()
	told := settings{Height: o.Height, Named: built.named, Event: echarts.ReadyEvent, Absent: echarts.ErrAbsent.Error(), Words: b.words()}
	if told.Height == 0 {
		told.Height = built.height
	}
	option, err := json.Marshal(built.chart.JSON()) // escapes <, > and &
	if err != nil {
		return fmt.Errorf("plots: %s: %w", told.Words, err)
	}
	if o.Library != nil {
		js, err := o.Library()
		switch {
		case errors.Is(err, echarts.ErrAbsent):
		case err != nil:
			return fmt.Errorf("plots: %w", err)
		default:
			if err := echarts.WriteScript(w, js); err != nil {
				return fmt.Errorf("plots: %w", err)
			}
		}
	}
	told.Key = fmt.Sprintf("%x", sha256.Sum256(append(option, picture.Bytes()...)))[:16]
	heard, err := json.Marshal(told)
	if err != nil {
		return fmt.Errorf("plots: %s: %w", told.Words, err)
	}
	_, err = fmt.Fprintf(w, `<figure class="puncta-chart" data-puncta="%s" style="margin:0"><img src="data:image/png;base64,%s" alt="%s" style="max-width:100%%;height:auto"/></figure>
<script>
(function () {
"use strict";
%s
start(%s, %s);
})();
</script>
`, told.Key, base64.StdEncoding.EncodeToString(picture.Bytes()), escape(told.Words), interactiveJS, heard, option)
	if err != nil {
		return fmt.Errorf("plots: %w", err)
	}
	return nil
}
