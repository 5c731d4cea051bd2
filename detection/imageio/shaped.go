package imageio

import (
	"encoding/json"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// parseShaped understands the description that tifffile writes by default: a
// JSON object with the shape of the array and, if its user gave them, the
// names of the axes and the truncated mark of a single directory for all
// planes. It is nil when the description is something else or does not fit the
// pages, which then speak for themselves. Letters other than T, Z and C name
// nothing here.
//
// Source: tifffile, the "shaped" format.
func parseShaped(text string, p *page, pages int) *metadata {
	var desc struct {
		Shape     []int  `json:"shape"`
		Axes      string `json:"axes"`
		Truncated bool   `json:"truncated"`
	}
	if json.Unmarshal([]byte(text), &desc) != nil {
		return nil
	}
	within := []int{p.height, p.width}
	if p.samples > 1 && p.planar {
		within = []int{p.samples, p.height, p.width}
	} else if p.samples > 1 {
		within = []int{p.height, p.width, p.samples}
	}
	n := len(desc.Shape) - len(within)
	if n < 0 {
		return nil
	}
	for i, size := range within {
		if desc.Shape[n+i] != size {
			return nil
		}
	}
	meta := &metadata{source: "tifffile's description", spacing: detection.UnitSpacing, contiguous: desc.Truncated}
	planes := int64(1)
	for i, size := range desc.Shape[:n] {
		if size < 1 {
			return nil
		}
		name := byte(unnamed)
		if len(desc.Axes) == len(desc.Shape) && strings.IndexByte("TZC", desc.Axes[i]) >= 0 {
			name = desc.Axes[i]
		}
		meta.axes = append(meta.axes, axis{name, size})
		planes = satMul(planes, int64(size))
	}
	if planes != int64(pages) && !desc.Truncated {
		return nil
	}
	return meta
}
