package widgets

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// errorsPayload is what the script of an error browser is given, as JSON.
// Positions are base64 of little-endian float64, so that no digit is lost.
type errorsPayload struct {
	Title   string         `json:"title"`
	Notes   []string       `json:"notes"`
	Crop    int            `json:"crop"`
	Columns int            `json:"columns"` // of an atlas
	Pooled  numbers        `json:"pooled"`
	Match   string         `json:"match"` // in words
	Images  []errorsImage  `json:"images"`
	Words   errorsVerdicts `json:"verdicts"`
	Classes []int          `json:"classes,omitempty"`
	// NDim is that of the exported coordinates.
	NDim int `json:"ndim"`
}

type errorsVerdicts struct {
	False  []string `json:"false"`
	Missed []string `json:"missed"`
}

// numbers are those of [detection.Metrics].
type numbers struct {
	F1        float64 `json:"f1"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	TP        int     `json:"tp"`
	FP        int     `json:"fp"`
	FN        int     `json:"fn"`
}

func numbersOf(m detection.Metrics) numbers {
	return numbers{m.F1, m.Precision, m.Recall, m.TP, m.FP, m.FN}
}

// errorsImage is an image, in the order of the worst first.
type errorsImage struct {
	numbers
	Name string `json:"name"`
	// Seen is nil for an image of which nothing is shown.
	Seen *errorsSeen `json:"seen,omitempty"`
}

// errorsSeen is what is shown of an image.
type errorsSeen struct {
	Dims     [3]int   `json:"dims"`
	Atlas    string   `json:"atlas"`
	Factor   int      `json:"factor"`
	Exact    bool     `json:"exact"` // the pictures are, voxel for voxel
	Planes   []int    `json:"planes"`
	Pictures []string `json:"pictures"`
	// TP, FP and FN are the positions (z, y, x) of the marks: found points of a
	// pair, found points without and true points without.
	TP string `json:"tp"`
	FP string `json:"fp"`
	FN string `json:"fn"`
	// Mistakes are those with a thumbnail, in the order of the atlas.
	Mistakes []errorsMistake `json:"mistakes"`
}

// errorsMistake is a [Mistake]. At is its place in FP or FN.
type errorsMistake struct {
	Missed bool `json:"missed"`
	At     int  `json:"at"`
	Class  int  `json:"class"`
	// Value is null when it is not known, or not a finite number.
	Value *float64 `json:"value"`
}

func (b *ErrorBrowser) payload() ([]byte, error) {
	p := errorsPayload{
		Title: b.opts.Title, Notes: append([]string{}, b.notes...), Crop: b.opts.Crop, Columns: atlasColumns,
		Pooled: numbersOf(b.evaluation.Pooled), Match: b.matchText(), NDim: 2,
		Words: errorsVerdicts{b.opts.FalseVerdicts, b.opts.MissedVerdicts}, Classes: b.classList(),
	}
	if b.volumes {
		p.NDim = 3
	}
	seen := map[int]*errorsSeen{}
	for _, s := range b.shown {
		seen[s.image] = b.seen(s)
	}
	for _, i := range b.order {
		p.Images = append(p.Images, errorsImage{numbersOf(b.evaluation.Images[i]), b.images[i].Name, seen[i]})
	}
	data, err := json.Marshal(p) // escapes <, > and &: safe inside a script
	if err != nil {
		return nil, fmt.Errorf("widgets: error browser: %w", err)
	}
	return data, nil
}

// mostHits bounds the marks of found points, which take 32 characters each.
const mostHits = 60_000

// hits is how many found points the images shown have.
func (b *ErrorBrowser) hits() int {
	n := 0
	for _, s := range b.shown {
		n += b.evaluation.Images[s.image].TP
	}
	return n
}

func (b *ErrorBrowser) seen(s shownImage) *errorsSeen {
	im, m := b.images[s.image], b.evaluation.Matchings[s.image]
	places := func(points []detection.Point, indices []int) (string, map[int]int) {
		list, at := make([]detection.Point, len(indices)), map[int]int{}
		for k, i := range indices {
			list[k], at[i] = points[i], k
		}
		return doubles(list, position), at
	}
	var hits []int
	if b.hits() <= mostHits {
		for _, pair := range m.Pairs {
			hits = append(hits, pair.Pred)
		}
	}
	out := &errorsSeen{Dims: s.dims, Atlas: s.atlas, Factor: s.factor, Exact: !s.lossy && s.factor == 1, Planes: s.planes, Pictures: s.pictures}
	out.TP, _ = places(im.Found, hits)
	var falseAt, missedAt map[int]int
	out.FP, falseAt = places(im.Found, m.UnmatchedPred)
	out.FN, missedAt = places(im.Truth, m.UnmatchedTruth)
	for _, k := range b.mistakes[s.first : s.first+s.count] {
		e := errorsMistake{Missed: k.Missed, At: falseAt[k.Index], Class: k.Class}
		if k.Missed {
			e.At = missedAt[k.Index]
		}
		if !math.IsNaN(k.Value) && !math.IsInf(k.Value, 0) {
			e.Value = &k.Value
		}
		out.Mistakes = append(out.Mistakes, e)
	}
	return out
}

// classList are the classes of the points, ascending; nil without any.
func (b *ErrorBrowser) classList() []int {
	if !b.classes {
		return nil
	}
	var list []int
	for _, c := range b.evaluation.Classes {
		list = append(list, c.Class)
	}
	return list
}

// matchText says what counts as found.
func (b *ErrorBrowser) matchText() string {
	o := b.opts.Match
	unit := "voxels"
	if o.Spacing != detection.UnitSpacing {
		unit = "physical units"
	}
	text := fmt.Sprintf("tolerance %v %s", o.Tolerance, unit)
	if o.ClassAware {
		text += ", class by class"
		for c, t := range o.ClassTolerances {
			text += fmt.Sprintf(", class %d: %v", c+1, t)
		}
	}
	return text
}
