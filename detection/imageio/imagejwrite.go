package imageio

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// imageJDescription is the description that [parseImageJ] reads. The version is
// that of the ImageJ whose keys these are, which is what other programs write.
func imageJDescription(v *detection.Volume, pages int, rgb bool) string {
	channels, slices := v.Channels, v.Dims[0]
	if rgb {
		channels = 1
	}
	var b strings.Builder
	line := func(key, value string) { fmt.Fprintf(&b, "%s=%s\n", key, value) }
	line("ImageJ", "1.11a")
	line("images", strconv.Itoa(pages))
	if channels > 1 {
		line("channels", strconv.Itoa(channels))
	}
	if slices > 1 {
		line("slices", strconv.Itoa(slices))
	}
	if channels > 1 || slices > 1 {
		line("hyperstack", "true")
	}
	mode := "grayscale"
	if channels > 1 {
		mode = "composite"
	}
	line("mode", mode)
	if v.Unit != "" {
		line("unit", escape(v.Unit))
	}
	line("spacing", strconv.FormatFloat(v.Spacing[0], 'g', -1, 64))
	line("loop", "false")
	return b.String()
}
