package widgets

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/puncta-bio/puncta/detection"
)

// editorFiles and editorStyles are script and style of an editor.
var (
	editorFiles = []string{"pane.js", "raster.js", "layer.js", "marks.js", "contrast.js", "channels.js", "planes.js", "readout.js", "scalebar.js",
		"points_csv.js", "edits.js", "snap.js", "jupyter.js", "saver.js", "hand.js", "classes.js", "suggestions.js", "editor_draw.js", "editor_keys.js", "editor_acts.js", "editor.js"}
	editorStyles = []string{"pane.css", "contrast.css", "readout.css", "scalebar.css", "editor.css"}
)

// Title is that of the options.
func (e *Editor) Title() string { return e.opts.Title }

// WriteHTML writes the editor; see [Widget]. Errors: those of [Editor.PNG] and of
// w.
func (e *Editor) WriteHTML(w io.Writer) error {
	data, err := json.Marshal(e.payload()) // escapes <, > and &: safe inside a script
	if err != nil {
		return fmt.Errorf("widgets: editor: %w", err)
	}
	picture, err := e.PNG()
	if err != nil {
		return err
	}
	return part{
		kind: "editor", files: editorFiles, styles: editorStyles, data: data, picture: picture, text: e.text(),
		legend: e.legend(),
	}.write(w)
}

// editorPayload is what the script of an editor is given, as JSON. Lists of
// numbers are those of [doubles].
type editorPayload struct {
	Title   string            `json:"title"`
	Dims    [3]int            `json:"dims"`
	Spacing detection.Spacing `json:"spacing"`
	Unit    string            `json:"unit"`
	Image   raster            `json:"image"`
	Z       int               `json:"z"` // the plane to begin with

	// NDim and Probability say what columns the file has, beside a class where
	// there are two classes or more.
	NDim        int            `json:"ndim"`
	Probability bool           `json:"probability"`
	Classes     []payloadClass `json:"classes"`
	Points      payloadPoints  `json:"points"`
	Suggestions payloadPoints  `json:"suggestions"`

	Snap       Snapping `json:"snap"` // "" where there is none
	SnapRadius float64  `json:"snapRadius"`
	FileName   string   `json:"fileName"`
	// Kernel, Path and Hash are those of [SaveTarget].
	Kernel string   `json:"kernel"`
	Path   string   `json:"path"`
	Hash   string   `json:"hash"`
	Notes  []string `json:"notes"`
}

type payloadClass struct {
	Name   string `json:"name"`
	Colour string `json:"colour"`
}

// payloadPoints are (z, y, x), probability and class of points; no classes where
// all are 0.
type payloadPoints struct {
	Pos     string `json:"pos"`
	Prob    string `json:"prob"`
	Classes string `json:"classes,omitempty"`
}

func packed(points []detection.Point) payloadPoints {
	return payloadPoints{doubles(points, position), doubles(points, func(p detection.Point) []float64 { return []float64{p.Prob} }), classes(points)}
}

func (e *Editor) payload() editorPayload {
	p := editorPayload{
		Title: e.opts.Title, Dims: e.image.Dims, Spacing: e.image.Spacing, Unit: e.image.Unit, Image: e.raster, Z: e.plane(),
		NDim: e.image.NDim(), Probability: e.opts.Probability, Classes: []payloadClass{}, Points: packed(e.points), Suggestions: packed(e.suggestions),
		SnapRadius: e.opts.SnapRadius, FileName: e.opts.FileName, Notes: append([]string{}, e.notes...),
	}
	for _, c := range e.classes {
		p.Classes = append(p.Classes, payloadClass(c))
	}
	if e.snaps() {
		p.Snap = e.opts.Snap
	}
	p.Kernel, p.Path, p.Hash = e.target()
	return p
}
