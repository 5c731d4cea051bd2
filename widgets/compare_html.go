package widgets

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// compareFiles are the script of a comparison after js/kit.js.
var compareFiles = []string{"pane.js", "raster.js", "layer.js", "readout.js", "scalebar.js", "contrast.js", "channels.js", "planes.js", "marks.js", "legend.js", "points.js", "divider.js", "compare.js"}

// comparePayload is what the script of a comparison is given, as JSON.
type comparePayload struct {
	Title    string            `json:"title"`
	Dims     [3]int            `json:"dims"`
	Spacing  [3]float64        `json:"spacing"`
	Unit     string            `json:"unit"`
	Versions [2]versionPayload `json:"versions"`
	// Within is the largest distance of a pair, in words.
	Within string  `json:"within"`
	Truth  *marked `json:"truth,omitempty"`
	// Found counts the true points that both, only the first, only the second and
	// none of the versions found; with two sets of points.
	Found *[4]int  `json:"found,omitempty"`
	Z     int      `json:"z"`
	Notes []string `json:"notes"`
}

// versionPayload is one of the two.
type versionPayload struct {
	Name  string  `json:"name"`
	Image *raster `json:"image,omitempty"`
	// Points have those of the other version as mates; Score and Mates, the indices
	// of true points, -1 for none, are there where these are known.
	Points *marked            `json:"points,omitempty"`
	Score  *detection.Metrics `json:"score,omitempty"`
	Mates  []int              `json:"mates,omitempty"`
	Missed []int              `json:"missed,omitempty"`
}

// Title is that of the options.
func (c *Compare) Title() string { return c.opts.Title }

func (c *Compare) payload() comparePayload {
	image := c.versions[0].Image
	p := comparePayload{
		Title: c.opts.Title, Dims: image.Dims, Spacing: image.Spacing, Unit: image.Unit, Within: c.within(),
		Z: c.z, Notes: append([]string{}, c.notes...),
	}
	if c.opts.Truth != nil {
		p.Truth = markedOf(c.opts.Truth, nil)
	}
	var mates [2][]int // of the true points
	for k, v := range c.versions {
		p.Versions[k] = versionPayload{Name: v.Name, Image: c.rasters[k], Points: c.marks(k)}
		if c.opts.Truth == nil || v.Points == nil {
			continue
		}
		w := &p.Versions[k]
		score := c.scored[k].Score().At(c.opts.Match.Tolerance)
		w.Score, w.Missed = &score, append([]int{}, c.scored[k].UnmatchedTruth...)
		mates[k], w.Mates = matesOf(c.scored[k], len(c.opts.Truth), len(v.Points))
	}
	if c.opts.Truth != nil && c.bothSets() {
		p.Found = &[4]int{}
		for i := range c.opts.Truth {
			switch a, b := mates[0][i] >= 0, mates[1][i] >= 0; {
			case a && b:
				p.Found[0]++
			case a:
				p.Found[1]++
			case b:
				p.Found[2]++
			default:
				p.Found[3]++
			}
		}
	}
	return p
}

// within is the largest distance of a pair in words.
func (c *Compare) within() string {
	if len(c.opts.Match.ClassTolerances) > 0 {
		return "within the tolerance of their class"
	}
	return strings.TrimSpace(fmt.Sprintf("within %v %s", c.opts.Match.Tolerance, distanceUnit(c.versions[0].Image, c.opts.Match.Spacing)))
}

// WriteHTML writes the comparison; see [Widget]. Errors: those of w.
func (c *Compare) WriteHTML(w io.Writer) error {
	data, err := json.Marshal(c.payload())
	if err != nil {
		return fmt.Errorf("widgets: compare: %w", err)
	}
	picture, err := c.PNG()
	if err != nil {
		return err
	}
	return part{
		kind: "compare", files: compareFiles, styles: []string{"pane.css", "readout.css", "scalebar.css", "contrast.css", "gallery.css", "compare.css"},
		data: data, picture: picture, text: c.text(), legend: c.legend(),
	}.write(w)
}

// text says in words what the still picture shows.
func (c *Compare) text() string {
	a, b := c.versions[0], c.versions[1]
	text := fmt.Sprintf("%s: %s on the left and %s on the right of an image of %s", c.opts.Title, a.Name, b.Name, sizeText(a.Image.Dims))
	if a.Image.Dims[0] > 1 {
		text += fmt.Sprintf(" (shown: plane z = %d)", c.z)
	}
	if c.bothSets() {
		s := c.agreement.Score()
		text += fmt.Sprintf("; %s, %d points are found by both, %d only by %s, %d only by %s", c.within(), s.TP, s.FN, a.Name, s.FP, b.Name)
	}
	if c.opts.Truth != nil {
		for k, s := range c.Scores() {
			if v := c.versions[k]; v.Points != nil {
				text += fmt.Sprintf("; %s has F1 %.3f, precision %.3f, recall %.3f", v.Name, s.F1(), s.Precision(), s.Recall())
			}
		}
	}
	return text + "."
}

func (c *Compare) legend() string {
	if c.bothSets() {
		return fmt.Sprintf(" Green circles are found by both, blue squares only by %s, orange crosses only by %s.", c.versions[0].Name, c.versions[1].Name)
	}
	return ""
}
