package widgets

import (
	"errors"
	"fmt"
	"math"
	"regexp"

	"github.com/puncta-bio/puncta/detection"
)

// Class is a class of points in an editor.
type Class struct {
	// Name is what people see; not empty.
	Name string
	// Colour is that of its marks, "#rrggbb"; "" is one of a palette that most
	// people tell apart.
	Colour string
}

// Classes are classes of these names, in colours of the palette.
func Classes(names ...string) []Class {
	var list []Class
	for _, n := range names {
		list = append(list, Class{Name: n})
	}
	return list
}

// SaveTarget is a file to which an editor saves through the kernel of a notebook:
// what [github.com/puncta-bio/puncta/kernel/session.Session.Points] returns is
// one.
type SaveTarget interface {
	// SaveTarget is the kernel's id at its Jupyter server, "" where there is none;
	// the path of the file, absolute or from the kernel's working directory; and
	// the hash of what it held when the points were read, "" where there was no
	// file.
	SaveTarget() (kernel, path, hash string)
}

// EditorOptions configures [NewEditor]. Start from [DefaultEditorOptions].
type EditorOptions struct {
	// Title stands above the editor.
	Title string
	// Classes are those that a point may have, 1 to len(Classes), at most 9: as
	// many as there are keys. One class or none writes no column class. Default
	// none: then the classes are those of the points, named by their numbers.
	Classes []Class
	// Suggestions are points that somebody may accept or reject, such as those of a
	// detector, with their probabilities; coordinates like those of the points.
	// One without a class takes that which is chosen at the time. Default none.
	Suggestions []detection.Point
	// KnownDistance leaves out suggestions that are at most so far from a point,
	// voxels, because somebody has labelled that object; 0 leaves out those at the
	// very place, and a negative one none. Default 3.
	KnownDistance float64
	// MostSuggestions bounds their number, 1 to 100,000: the least probable are
	// left out, and a note says so. Default 5,000.
	MostSuggestions int
	// Probability saves a column probability: 1 for points put by hand, and that of
	// the suggestion for others. Default false.
	Probability bool
	// SaveTo is the file to which the editor saves in a live notebook. Default nil:
	// points are downloaded. Where no kernel answers they are downloaded, too.
	SaveTo SaveTarget
	// FileName is the name of a download. Default "": that of the file of SaveTo,
	// or points.csv.
	FileName string
	// Snap is what it begins with. Default [SnapOff].
	Snap Snapping
	// SnapRadius is how far a point may snap, voxels, 1 to 50. Default 4, about the
	// radius of a small nucleus: more takes the neighbour, and less does not reach
	// the middle.
	SnapRadius float64
	// Channels says how the channels of the image are shown, entry by entry; those
	// beyond its end are as [ChannelOptions] says for the zero value.
	Channels []ChannelOptions
	// MostBytes bounds what the image takes of the page, in characters, at least
	// 100,000. Where all values take more they are rounded, and then pixels are means
	// of several, and points cannot snap; notes say so. Default 24,000,000, as for a
	// viewer.
	MostBytes int
	// Notes are sentences to stand below the editor.
	Notes []string
}

// DefaultEditorOptions returns those named at each field.
func DefaultEditorOptions() EditorOptions {
	return EditorOptions{Title: "Point editor", KnownDistance: 3, MostSuggestions: 5000, Snap: SnapOff, SnapRadius: 4, MostBytes: 24_000_000}
}

// SavingTo is [DefaultEditorOptions] for an editor that saves to a file.
func SavingTo(file SaveTarget) EditorOptions {
	o := DefaultEditorOptions()
	o.SaveTo = file
	return o
}

// mostClasses is how many keys there are, mostPoints bounds the points of an
// editor: each takes about 45 bytes of the page.
const mostClasses, mostPoints = 9, 100_000

var isColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// Validate reports every invalid field, each by name and value.
func (o EditorOptions) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(o.Classes) > mostClasses {
		fault("Classes has %d: want at most %d", len(o.Classes), mostClasses)
	}
	for i, c := range o.Classes {
		if c.Name == "" {
			fault("Classes: class %d has no name", i+1)
		}
		if c.Colour != "" && !isColour.MatchString(c.Colour) {
			fault("Classes: colour %q of class %d: want #rrggbb, or none", c.Colour, i+1)
		}
	}
	if math.IsNaN(o.KnownDistance - o.KnownDistance) {
		fault("KnownDistance is %v: want a finite number", o.KnownDistance)
	}
	if o.MostSuggestions < 1 || o.MostSuggestions > mostPoints {
		fault("MostSuggestions is %d: want 1 to %d", o.MostSuggestions, mostPoints)
	}
	switch o.Snap {
	case SnapOff, SnapBright, SnapDark:
	default:
		fault("Snap is %q: want %q, %q or %q", o.Snap, SnapOff, SnapBright, SnapDark)
	}
	if !(o.SnapRadius >= 1 && o.SnapRadius <= 50) {
		fault("SnapRadius is %v: want 1 to 50", o.SnapRadius)
	}
	for i, c := range o.Channels {
		errs = append(errs, c.validate(i))
	}
	return errors.Join(append(errs, checkMostBytes(o.MostBytes))...)
}
