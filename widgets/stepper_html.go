package widgets

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// stepperFiles are the script of a stepper after js/kit.js.
var stepperFiles = []string{"pane.js", "raster.js", "layer.js", "readout.js", "scalebar.js", "contrast.js", "channels.js", "planes.js", "marks.js", "legend.js", "lines.js", "points.js", "gallery.js", "stepper.js"}

// stepperPayload is what the script of a stepper is given, as JSON.
type stepperPayload struct {
	Title   string     `json:"title"`
	Dims    [3]int     `json:"dims"`
	Spacing [3]float64 `json:"spacing"`
	Unit    string     `json:"unit"`
	Image   *raster    `json:"image"`
	Prob    *raster    `json:"prob"`
	Stages  []Stage    `json:"stages"`
	// Peaks have the index of the peak that removes each as mates; Kept are the
	// indices of those that none removes, and Points those, refined.
	Peaks  *marked `json:"peaks"`
	Kept   []int   `json:"kept"`
	Points *marked `json:"points"`
	Truth  *marked `json:"truth,omitempty"`
	// Close and Match are the spacings of distances between peaks and between
	// points and true points.
	Close     [3]float64 `json:"close"`
	CloseUnit string     `json:"closeUnit"`
	Match     [3]float64 `json:"match"`
	MatchUnit string     `json:"matchUnit"`
	Z         int        `json:"z"`
	Notes     []string   `json:"notes"`
}

// Title is that of the options.
func (s *Stepper) Title() string { return s.opts.Title }

// WriteHTML writes the stepper; see [Widget]. Errors: those of w.
func (s *Stepper) WriteHTML(w io.Writer) error {
	prune, match := s.opts.Detect.Prune.Spacing, s.opts.Match.Spacing
	data, err := json.Marshal(stepperPayload{
		Title: s.opts.Title, Dims: s.image.Dims, Spacing: s.image.Spacing, Unit: s.image.Unit,
		Image: s.raster, Prob: s.mapRaster, Stages: s.Stages(),
		Peaks: s.found(), Kept: append([]int{}, s.kept...), Points: s.marks(), Truth: s.true(),
		Close: prune, CloseUnit: distanceUnit(s.image, prune), Match: match, MatchUnit: distanceUnit(s.image, match),
		Z: s.z, Notes: append([]string{}, s.notes...),
	})
	if err != nil {
		return fmt.Errorf("widgets: stepper: %w", err)
	}
	picture, err := s.PNG()
	if err != nil {
		return err
	}
	return part{
		kind: "stepper", files: stepperFiles, styles: []string{"pane.css", "readout.css", "scalebar.css", "contrast.css", "gallery.css"},
		data: data, picture: picture, text: s.text(), legend: s.legend(),
	}.write(w)
}

// text says in words what the still picture shows.
func (s *Stepper) text() string {
	var parts []string
	for _, stage := range s.Stages() {
		parts = append(parts, stage.Name+" ("+stage.Numbers+")")
	}
	text := s.opts.Title + ": " + strings.Join(parts, "; ") + "."
	if s.image.Dims[0] > 1 {
		text += fmt.Sprintf(" Shown is the plane z = %d.", s.z)
	}
	return text
}

func (s *Stepper) legend() string {
	legend := " In rows from the left. Blue circles are peaks and points, crosses those that were removed."
	if s.hasTruth {
		legend += " In the last picture green circles are found, yellow squares missed, orange crosses false."
	}
	return legend
}
