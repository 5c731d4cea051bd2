package widgets

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// target is a [SaveTarget].
type target struct{ kernel, path, hash string }

func (t target) SaveTarget() (kernel, path, hash string) { return t.kernel, t.path, t.hash }

func at(z, y, x float64) detection.Point { return detection.Point{Pos: [3]float64{z, y, x}, Prob: 1} }

func newEditor(t testing.TB, dims [3]int, points []detection.Point, change func(*EditorOptions)) *Editor {
	t.Helper()
	o := DefaultEditorOptions()
	if change != nil {
		change(&o)
	}
	v := detection.NewVolume(dims, 1)
	for i := range v.Data {
		v.Data[i] = float32(i % 251)
	}
	e, err := NewEditor(v, points, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// classes are those of the options, or as many as the points have; points without
// one get the first.
func TestEditorClasses(t *testing.T) {
	plain := newEditor(t, [3]int{1, 9, 9}, []detection.Point{at(0, 1, 1)}, nil)
	if len(plain.classes) != 0 || plain.Points()[0].Class != 0 {
		t.Errorf("%v, %v: want no classes", plain.classes, plain.Points())
	}
	third := at(0, 2, 2)
	third.Class = 3
	own := newEditor(t, [3]int{1, 9, 9}, []detection.Point{third, at(0, 1, 1)}, nil)
	if len(own.classes) != 3 || own.classes[2].Name != "class 3" || own.Points()[1].Class != 1 || !strings.Contains(own.payload().Notes[0], "are taken for class 1: 1.") {
		t.Errorf("%v, %v, %q", own.classes, own.Points(), own.payload().Notes)
	}
	named := newEditor(t, [3]int{1, 9, 9}, []detection.Point{third}, func(o *EditorOptions) {
		o.Classes = []Class{{Name: "a"}, {Name: "b", Colour: "#123aBC"}, {Name: "c"}}
	})
	p := named.payload()
	if want := []payloadClass{{"a", palette[0]}, {"b", "#123aBC"}, {"c", palette[2]}}; !slices.Equal(p.Classes, want) || len(p.Notes) != 0 {
		t.Errorf("%v, %q, want %v", p.Classes, p.Notes, want)
	}
}

// Suggestions come by descending probability, without those that are known.
func TestEditorSuggestions(t *testing.T) {
	suggest := func(prob, y, x float64) detection.Point { p := at(0, y, x); p.Prob = prob; return p }
	list := []detection.Point{suggest(0.2, 5, 5), suggest(0.9, 10, 13), suggest(0.5, 10, 14), suggest(0.5, 30, 30), suggest(0.7, 10, 10)}
	for known, want := range map[float64][]float64{3: {0.5, 0.5, 0.2}, 2.9: {0.9, 0.5, 0.5, 0.2}, 0: {0.9, 0.5, 0.5, 0.2}, -1: {0.9, 0.7, 0.5, 0.5, 0.2}, 40: nil} {
		e := newEditor(t, [3]int{1, 40, 40}, []detection.Point{at(0, 10, 10)}, func(o *EditorOptions) { o.Suggestions, o.KnownDistance = list, known })
		var got []float64
		for _, s := range e.Suggestions() {
			got = append(got, s.Prob)
		}
		if !slices.Equal(got, want) {
			t.Errorf("KnownDistance %v leaves %v, want %v", known, got, want)
		}
	}
	e := newEditor(t, [3]int{1, 40, 40}, nil, func(o *EditorOptions) { o.Suggestions, o.MostSuggestions = list, 2 })
	if s := e.Suggestions(); len(s) != 2 || s[1].Prob != 0.7 || !strings.Contains(strings.Join(e.payload().Notes, ""), "the 2 most probable of 5") {
		t.Errorf("%v, %q", s, e.payload().Notes)
	}
	var equal []detection.Point // in turn of three probabilities
	for k := range 90 {
		equal = append(equal, suggest(float64(k*7%3)/4, float64(k%30), float64(k/30)))
	}
	last := 1.0
	number := -1
	for _, s := range newEditor(t, [3]int{1, 40, 40}, nil, func(o *EditorOptions) { o.Suggestions = equal }).Suggestions() {
		n := slices.Index(equal, s)
		if s.Prob > last || s.Prob == last && n < number {
			t.Fatalf("probability %v, number %d after probability %v, number %d", s.Prob, n, last, number)
		}
		last, number = s.Prob, n
	}
	if list[0].Prob != 0.2 {
		t.Error("the list that was given is sorted")
	}
}

// What nearby finds is what a look at all pairs finds.
func TestNearby(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var points []detection.Point
		for range r.IntN(20) {
			points = append(points, at(float64(r.IntN(4)), float64(r.IntN(9))-2, float64(r.IntN(90))/4))
		}
		d := float64(r.IntN(12)) / 2
		n := newNearby(points, max(d, 1))
		for range 20 {
			p := at(float64(r.IntN(4)), float64(r.IntN(9))-2, float64(r.IntN(90))/4)
			want := slices.ContainsFunc(points, func(q detection.Point) bool { return detection.Distance(p, q, detection.UnitSpacing) <= d })
			if got := n.within(p, d); got != want {
				t.Fatalf("%v within %v of %v: %v, want %v", p.Pos, d, points, got, want)
			}
		}
	}
}

// The script gets points, suggestions and target with all digits.
func TestEditorPayload(t *testing.T) {
	points := []detection.Point{at(2, 1.0/3, 7), at(0, 0, 8.000000000000002), at(2, 1.0/3, 7)}
	points[1].Prob, points[1].Class = 0.1234567890123456789, 2
	e := newEditor(t, [3]int{3, 9, 9}, points, func(o *EditorOptions) {
		o.SaveTo, o.Snap, o.Probability = target{"kernel-1", filepath.Join("a", "näme.csv"), "abc"}, SnapDark, true
		o.Suggestions = []detection.Point{at(1, 4, 4)}
		o.Notes = []string{"mine"}
	})
	text, err := json.Marshal(e.payload())
	if err != nil {
		t.Fatal(err)
	}
	var p editorPayload
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	read := func(text string) (list []float64) {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		for ; len(raw) > 0; raw = raw[8:] {
			list = append(list, math.Float64frombits(binary.LittleEndian.Uint64(raw)))
		}
		return list
	}
	if got, want := read(p.Points.Pos), []float64{2, 1.0 / 3, 7, 0, 0, 8.000000000000002, 2, 1.0 / 3, 7}; !slices.Equal(got, want) {
		t.Errorf("places %v, want %v", got, want)
	}
	if got, want := read(p.Points.Prob), []float64{1, 0.1234567890123456789, 1}; !slices.Equal(got, want) {
		t.Errorf("probabilities %v, want %v", got, want)
	}
	if got, want := read(p.Points.Classes), []float64{1, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("classes %v, want %v", got, want)
	}
	if got := read(p.Suggestions.Pos); !slices.Equal(got, []float64{1, 4, 4}) || p.Suggestions.Classes != "" {
		t.Errorf("suggestions %v, %q", got, p.Suggestions.Classes)
	}
	if p.Kernel != "kernel-1" || p.Path != filepath.Join("a", "näme.csv") || p.Hash != "abc" || p.FileName != "näme.csv" {
		t.Errorf("saves to %q %q %q %q", p.Kernel, p.Path, p.Hash, p.FileName)
	}
	if p.NDim != 3 || !p.Probability || p.Snap != SnapDark || p.SnapRadius != 4 || p.Z != 2 {
		t.Errorf("%+v", p)
	}
	if len(p.Notes) != 3 || !strings.Contains(p.Notes[1], "in a voxel that another one has already: 1.") || p.Notes[2] != "mine" {
		t.Errorf("notes %q", p.Notes)
	}
	if o := SavingTo(target{path: "/a/b.csv"}); o.SaveTo != (target{path: "/a/b.csv"}) || o.SnapRadius != 4 {
		t.Errorf("SavingTo gives %+v", o)
	}
	if name := newEditor(t, [3]int{1, 9, 9}, nil, func(o *EditorOptions) { o.FileName = "x.csv"; o.SaveTo = target{path: "/a/b.csv"} }).payload().FileName; name != "x.csv" {
		t.Errorf("the file is called %q", name)
	}
	if name := newEditor(t, [3]int{1, 9, 9}, nil, nil).payload().FileName; name != "points.csv" {
		t.Errorf("the file is called %q", name)
	}
}

// Where the page cannot hold all pixels nothing snaps, and a note says so.
func TestEditorReduces(t *testing.T) {
	v := detection.NewVolume([3]int{1, 600, 600}, 1)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range v.Data {
		v.Data[i] = r.Float32()
	}
	o := DefaultEditorOptions()
	o.MostBytes, o.Snap = 100_000, SnapBright
	e, err := NewEditor(v, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	p := e.payload()
	if p.Image.Factor < 2 || p.Snap != "" || !strings.Contains(strings.Join(p.Notes, " "), "Points do not snap") {
		t.Errorf("factor %d, snap %q, notes %q", p.Image.Factor, p.Snap, p.Notes)
	}
	if pos := [3]float64{0, 5.5, 5}; e.Snap(pos, SnapBright) != pos {
		t.Error("a point snaps to a pixel that the page does not have")
	}
}

func TestEditorErrors(t *testing.T) {
	v := detection.NewVolume([3]int{1, 8, 10}, 1)
	bad := at(0, 1, 1)
	bad.Class = 3
	low := at(0, 1, 1)
	low.Prob = -0.1
	for want, change := range map[string]func(*EditorOptions) []detection.Point{
		"Classes has 10: want at most 9":             func(o *EditorOptions) []detection.Point { o.Classes = make([]Class, 10); return nil },
		"class 2 has no name":                        func(o *EditorOptions) []detection.Point { o.Classes = Classes("a", ""); return nil },
		`colour "red" of class 1`:                    func(o *EditorOptions) []detection.Point { o.Classes = []Class{{"a", "red"}}; return nil },
		"KnownDistance is NaN":                       func(o *EditorOptions) []detection.Point { o.KnownDistance = math.NaN(); return nil },
		"MostSuggestions is 0":                       func(o *EditorOptions) []detection.Point { o.MostSuggestions = 0; return nil },
		`Snap is "up"`:                               func(o *EditorOptions) []detection.Point { o.Snap = "up"; return nil },
		"SnapRadius is 0.5":                          func(o *EditorOptions) []detection.Point { o.SnapRadius = 0.5; return nil },
		"MostBytes is 9":                             func(o *EditorOptions) []detection.Point { o.MostBytes = 9; return nil },
		"100001 points: want at most 100000":         func(*EditorOptions) []detection.Point { return make([]detection.Point, 100_001) },
		"Channels[0] has Low 2 and High 1":           func(o *EditorOptions) []detection.Point { o.Channels = []ChannelOptions{{Low: 2, High: 1}}; return nil },
		"Channels has 2 entries":                     func(o *EditorOptions) []detection.Point { o.Channels = make([]ChannelOptions, 2); return nil },
		"point 2 at [0 7.5 1]":                       func(*EditorOptions) []detection.Point { return []detection.Point{at(0, 1, 1), at(0, 7.5, 1)} },
		"point 1 at [0 1 -0.5]":                      func(*EditorOptions) []detection.Point { return []detection.Point{at(0, 1, -0.5)} },
		"point 1 at [0 1 1e+300]":                    func(*EditorOptions) []detection.Point { return []detection.Point{at(0, 1, 1e300)} },
		"want finite numbers":                        func(*EditorOptions) []detection.Point { return []detection.Point{at(0, math.NaN(), 1)} },
		"want z = 0 in a 2D image":                   func(*EditorOptions) []detection.Point { return []detection.Point{at(0.2, 1, 1)} },
		"has class 3: want at most 2, the number":    func(o *EditorOptions) []detection.Point { o.Classes = Classes("a", "b"); return []detection.Point{bad} },
		"suggestion 1 at [0 1 20]":                   func(o *EditorOptions) []detection.Point { o.Suggestions = []detection.Point{at(0, 1, 20)}; return nil },
		"want a probability of 0 to 1":               func(o *EditorOptions) []detection.Point { o.Probability = true; return []detection.Point{low} },
		"has class 12: want at most 9":               func(*EditorOptions) []detection.Point { p := at(0, 1, 1); p.Class = 12; return []detection.Point{p} },
		"class -1: want a class of 0 or more":        func(*EditorOptions) []detection.Point { p := at(0, 1, 1); p.Class = -1; return []detection.Point{p} },
		"SnapRadius is NaN: want 1 to 50\nMostBytes": func(o *EditorOptions) []detection.Point { o.SnapRadius, o.MostBytes = math.NaN(), 0; return nil },
	} {
		o := DefaultEditorOptions()
		points := change(&o)
		if _, err := NewEditor(v, points, o); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "widgets: editor: ") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := NewEditor(&detection.Volume{}, nil, DefaultEditorOptions()); err == nil {
		t.Error("no image is accepted")
	}
	const defaults = "{Title:Point editor Classes:[] Suggestions:[] KnownDistance:3 MostSuggestions:5000 Probability:false SaveTo:<nil> FileName: Snap:off SnapRadius:4 Channels:[] MostBytes:24000000 Notes:[]}"
	if got := fmt.Sprintf("%+v", DefaultEditorOptions()); got != defaults {
		t.Errorf("defaults are %s, want %s", got, defaults)
	}
}

// A slow look at all voxels finds what Snap finds.
func TestSnap(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	moved := 0
	for range 400 {
		v := detection.NewVolume([3]int{1 + r.IntN(2), 4 + r.IntN(12), 4 + r.IntN(12)}, 1+r.IntN(3))
		levels := 2 + r.IntN(300)
		for i := range v.Data {
			v.Data[i] = float32(r.IntN(levels))
			if r.IntN(2) == 0 && levels > 200 {
				v.Data[i] = r.Float32() * 10
			}
			if r.IntN(20) == 0 {
				v.Data[i] = float32([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}[r.IntN(3)])
			}
		}
		o := DefaultEditorOptions()
		o.SnapRadius = 1 + r.Float64()*5
		if r.IntN(2) == 0 {
			o.SnapRadius = float64(1 + r.IntN(5)) // some voxels lie just at the end
		}
		e, err := NewEditor(v, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		pos := [3]float64{float64(r.IntN(v.Dims[0])) + r.Float64()*0.8 - 0.4, r.Float64()*float64(v.Dims[1]) - 0.5, r.Float64()*float64(v.Dims[2]) - 0.5}
		for _, kind := range []Snapping{SnapOff, SnapBright, SnapDark} {
			want := slowSnap(v, pos, o.SnapRadius, kind)
			if got := e.Snap(pos, kind); got != want {
				t.Fatalf("%s: %v snaps to %v, want %v", kind, pos, got, want)
			} else if got != pos {
				moved++
			}
		}
	}
	if moved < 600 {
		t.Errorf("%d of 1200 points move", moved)
	}
}

// slowSnap sorts all voxels of the plane.
func slowSnap(v *detection.Volume, pos [3]float64, radius float64, kind Snapping) [3]float64 {
	if kind == SnapOff {
		return pos
	}
	type candidate struct {
		sum      float64
		distance int
		pos      [3]float64
	}
	from := detection.Point{Pos: pos}.Voxel()
	var all []candidate
	for y := range v.Dims[1] {
		for x := range v.Dims[2] {
			c := candidate{0, (y-from[1])*(y-from[1]) + (x-from[2])*(x-from[2]), [3]float64{pos[0], float64(y), float64(x)}}
			for k := range v.Channels {
				c.sum += float64(v.At(from[0], y, x, k))
			}
			if kind == SnapDark {
				c.sum = -c.sum
			}
			if math.Sqrt(float64(c.distance)) <= radius && !math.IsNaN(c.sum) && !math.IsInf(c.sum, 0) {
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		switch {
		case a.sum != b.sum:
			return map[bool]int{true: -1, false: 1}[a.sum > b.sum]
		default:
			return a.distance - b.distance
		}
	})
	if len(all) == 0 {
		return pos
	}
	return all[0].pos
}

// The still picture shows every class in its sign and colour, and suggestions.
func TestEditorStillGolden(t *testing.T) {
	var points []detection.Point
	for k := range mostClasses {
		p := at(0, 20+20*float64(k/5), 14+28*float64(k%5))
		p.Class = k + 1
		points = append(points, p)
	}
	suggestion := at(0, 70, 60)
	suggestion.Class = 1
	e := newEditor(t, [3]int{1, 100, 150}, points, func(o *EditorOptions) { o.Suggestions = []detection.Point{suggestion} })
	got, err := e.PNG()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "editor_golden.png", got)
	if text, want := e.text(), "Point editor: image of 100 x 150 pixels, 9 points (1 class 1, 1 class 2, 1 class 3, 1 class 4, 1 class 5, 1 class 6, 1 class 7, 1 class 8, 1 class 9), 1 suggestion."; text != want {
		t.Errorf("says %q, want %q", text, want)
	}
	empty := newEditor(t, [3]int{4, 20, 20}, nil, nil)
	if text, want := empty.text(), "Point editor: image of 4 x 20 x 20 voxels (shown: plane z = 2), 0 points."; text != want {
		t.Errorf("says %q, want %q", text, want)
	}
}

// The part asks for nothing until somebody saves, holds no id and no end of a
// script, and the same data gives the same bytes.
func TestEditorHTML(t *testing.T) {
	e := newEditor(t, [3]int{1, 30, 40}, []detection.Point{at(0, 3, 3)}, func(o *EditorOptions) {
		o.Title, o.Classes = `</script><b>A & "B"`, Classes(`</script><i>`, "\u2028'`${x}")
		o.SaveTo = target{"</script>", `/a/"b".csv`, ""}
	})
	part, err := HTML(e)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := HTML(e); err != nil || again != part {
		t.Errorf("two writes differ: %v", err)
	}
	if found := regexp.MustCompile(`https?:|wss?:|(src|href)\s*=\s*"[^d]|XMLHttpRequest|import\s*\(|@import|url\(`).FindString(part); found != "" {
		t.Errorf("the part may load something: %q", found)
	}
	if n := strings.Count(part, "fetch("); n != 1 {
		t.Errorf("%d calls of fetch: want the one of askKernel", n)
	}
	if found := regexp.MustCompile(`<[^>]*\sid=`).FindString(part); found != "" {
		t.Errorf("an id: %q", found)
	}
	if n := strings.Count(part, "</script"); n != 1 || strings.Contains(part, "<b>A") || strings.Contains(part, "<i>") {
		t.Errorf("%d ends of a script", n)
	}
	if !bytes.Contains([]byte(part), []byte(`data-lm-suppress-shortcuts="true"`)) {
		t.Error("JupyterLab would take the keys")
	}
}
