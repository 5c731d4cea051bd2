package plots

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
	"strings"
)

// Kind says what a [Mark] means.
type Kind int

// The kinds of marks, each with a shape and a colour of its own, told apart
// by people who do not tell red from green (M. Okabe, K. Ito, "Color Universal
// Design", 2008).
const (
	Hit    Kind = iota // a pair: a bluish green circle
	Missed             // a true point that was not found: a yellow square
	False              // a predicted point that is none: a vermilion cross
	Found              // a predicted point, where the truth is not known: a sky blue circle
)

// markColours, by kind.
var markColours = [...]string{Hit: "#00c48f", Missed: "#f0e442", False: "#ff7a1a", Found: "#56b4e9"}

// Mark is a place on the image of an [Overlay], in its pixels, pixel centres
// at whole numbers.
type Mark struct {
	Kind Kind
	X, Y float64
	// Note is shown by a browser that points at a missed or false mark; "" for
	// none.
	Note string
}

// Overlay is an image with marks on it, such as what a detector got right and
// wrong.
type Overlay struct {
	Title string
	// Image is shown as it is; its bounds begin at (0, 0).
	Image image.Image
	Marks []Mark
}

const (
	// overlayWidth is the longer side of a drawn overlay.
	overlayWidth = 720
	// jpegQuality keeps the noise of a microscope's image without its weight: a
	// PNG is three times as large.
	jpegQuality = 88
	// mostNotes bounds the number of marks with notes, which take space each.
	mostNotes = 400
)

// WriteSVG draws the overlay, 720 pixels along its longer side, as one SVG
// that holds the image as JPEG. Marks have a dark rim, so that they can be seen
// on any image, and become smaller where there are many. The same data gives
// the same bytes.
//
// Errors: no image, an unknown kind, a mark that is not finite, and those of w.
func (o Overlay) WriteSVG(w io.Writer) error {
	if o.Image == nil || o.Image.Bounds().Empty() {
		return errors.New("plots: an overlay needs an image")
	}
	for _, m := range o.Marks {
		if m.Kind < Hit || m.Kind > Found || math.IsNaN(m.X-m.X) || math.IsNaN(m.Y-m.Y) {
			return fmt.Errorf("plots: mark %+v: want a known kind and finite numbers", m)
		}
	}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, o.Image, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return fmt.Errorf("plots: overlay: %w", err)
	}
	size := o.Image.Bounds().Size()
	scale := overlayWidth / float64(max(size.X, size.Y))
	width, height := int(math.Round(float64(size.X)*scale)), int(math.Round(float64(size.Y)*scale))
	width, height = max(width, 1), max(height, 1)
	s := newSVG(w)
	s.open(width, height, o.Title)
	smooth := ""
	if scale > 2 { // single pixels are worth seeing
		smooth = ` style="image-rendering:pixelated"`
	}
	s.printf(`<image width="%d" height="%d" preserveAspectRatio="none"%s href="data:image/jpeg;base64,%s"/>`+"\n",
		width, height, smooth, base64.StdEncoding.EncodeToString(picture.Bytes()))
	r := markRadius(len(o.Marks), float64(width*height))
	for _, kind := range []Kind{Hit, Found, Missed, False} { // mistakes lie on top
		s.marks(o.Marks, kind, scale, r)
	}
	return s.close()
}

// markRadius is a third of the side of the square that each of n marks has on
// average, within what can be seen and what hides too much.
func markRadius(n int, area float64) float64 {
	return min(max(math.Sqrt(area/float64(max(n, 1)))/3, 2.5), 9)
}

// marks draws all marks of a kind, first as a dark rim and then in colour.
func (s *svg) marks(marks []Mark, kind Kind, scale, r float64) {
	var path strings.Builder
	var notes []string
	for _, m := range marks {
		if m.Kind == kind {
			d := shape(kind, (m.X+0.5)*scale, (m.Y+0.5)*scale, r)
			path.WriteString(d)
			if m.Note != "" {
				notes = append(notes, d, m.Note)
			}
		}
	}
	if path.Len() == 0 {
		return
	}
	s.printf(`<g fill="none" stroke-linecap="round">` + "\n")
	s.printf(`<path d="%s" stroke="#000" stroke-opacity="0.6" stroke-width="%s"/>`+"\n", path.String(), num(r/2.2+1.2))
	s.printf(`<path d="%s" stroke="%s" stroke-width="%s"/>`+"\n", path.String(), markColours[kind], num(r/3.6+0.4))
	s.printf("</g>\n")
	if len(notes) == 0 || len(notes)/2 > mostNotes {
		return
	}
	s.printf(`<g stroke="none" fill="#000" fill-opacity="0">` + "\n") // nothing to see, but to point at
	for i := 0; i < len(notes); i += 2 {
		s.printf(`<path d="%s"><title>%s</title></path>`+"\n", notes[i], escape(notes[i+1]))
	}
	s.printf("</g>\n")
}

// shape is the path of a mark.
func shape(kind Kind, x, y, r float64) string {
	switch kind {
	case Missed:
		a := r * 0.92
		return fmt.Sprintf("M%s %sh%sv%sh%sz", num(x-a), num(y-a), num(2*a), num(2*a), num(-2*a))
	case False:
		a := r * 0.85
		return fmt.Sprintf("M%s %sl%s %sm0 %sl%s %s", num(x-a), num(y-a), num(2*a), num(2*a), num(-2*a), num(-2*a), num(2*a))
	}
	return fmt.Sprintf("M%s %sa%s %s 0 1 0 %s 0a%s %s 0 1 0 %s 0z", num(x-r), num(y), num(r), num(r), num(2*r), num(r), num(r), num(-2*r))
}

// WriteSample writes the sign of a kind alone, 16 pixels, for a legend.
func (k Kind) WriteSample(w io.Writer) error {
	if k < Hit || k > Found {
		return fmt.Errorf("plots: kind %d: want a known one", k)
	}
	s := newSVG(w)
	s.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><rect width="16" height="16" rx="3" fill="#3a3f45"/>`)
	s.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="1.8" stroke-linecap="round"/>`, shape(k, 8, 8, 5), markColours[k])
	return s.close()
}
