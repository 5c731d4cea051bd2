//go:build peer

package widgets

import (
	"math"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// twin is an editor as a list of whole states, slow and plain: what the script
// does by differences. Its methods are what somebody does.
type twin struct {
	e         *Editor
	states    []twinState
	now       int
	last      int // the id of the last change
	saved     int
	selection []int
	cursor    int
	ghost     int
	class     int
	z         int
	cross     *[2]int
	above     float64
	snap      Snapping
}

// twinState is a state, and which of its points the step to it has touched, and
// which points of the state before.
type twinState struct {
	points        []detection.Point
	fates         []byte // 'o'pen, 'a'ccepted, 'r'ejected
	id            int
	before, after []int
	fate          int // the one suggestion that was decided on, -1 for none or several
}

func newTwin(e *Editor) *twin {
	w := &twin{e: e, ghost: -1, z: e.plane(), above: math.Inf(-1), snap: e.opts.Snap}
	if len(e.classes) > 0 {
		w.class = 1
	}
	fates := make([]byte, len(e.suggestions))
	for i := range fates {
		fates[i] = 'o'
	}
	w.states = []twinState{{points: e.Points(), fates: fates}}
	return w
}

func (w *twin) state() *twinState               { return &w.states[w.now] }
func (w *twin) points() []detection.Point       { return w.state().points }
func (w *twin) unsaved() bool                   { return w.state().id != w.saved }
func (w *twin) save()                           { w.saved = w.state().id }
func (w *twin) voxel(p [3]float64) [3]int       { return detection.Point{Pos: p}.Voxel() }
func (w *twin) inside(p [3]float64) bool        { return w.e.image.Contains(w.voxel(p)) }
func (w *twin) snapped(p [3]float64) [3]float64 { return w.e.Snap(p, w.snap) }

// push makes a new state; what was undone is forgotten.
func (w *twin) push(s twinState, changes bool) {
	if s.id = w.state().id; changes {
		w.last++
		s.id = w.last
	}
	w.states = append(w.states[:w.now+1], s)
	w.now++
}

func (w *twin) copy() twinState {
	return twinState{points: slices.Clone(w.points()), fates: slices.Clone(w.state().fates), fate: -1}
}

// holder is the first point in a voxel, but those that are left out; -1 for none.
func (w *twin) holder(v [3]int, without ...int) int {
	for i, p := range w.points() {
		if p.Voxel() == v && !slices.Contains(without, i) {
			return i
		}
	}
	return -1
}

func (w *twin) selects(list []int) {
	w.selection = slices.Compact(slices.Sorted(slices.Values(list)))
	if len(w.selection) > 0 {
		w.cursor = w.selection[0]
	}
	w.ghost = -1
}

// hundredths is a place put by hand.
func (w *twin) hundredths(v float64, axis int) float64 {
	round := func(v float64) float64 { return math.Floor(v*100+0.5) / 100 }
	if axis == 0 {
		return min(max(round(v), 0), float64(w.e.image.Dims[0]-1))
	}
	return min(max(round(v), -0.49), round(float64(w.e.image.Dims[axis])-0.51))
}

func (w *twin) add(y, x float64) {
	pos := [3]float64{float64(w.z), y, x}
	if !w.inside(pos) {
		return
	}
	pos = w.snapped([3]float64{pos[0], w.hundredths(y, 1), w.hundredths(x, 2)})
	if w.append(pos) {
		w.selects([]int{len(w.points()) - 1})
	}
}

func (w *twin) append(pos [3]float64) bool {
	if w.holder(w.voxel(pos)) >= 0 {
		return false
	}
	s := w.copy()
	s.points = append(s.points, detection.Point{Pos: pos, Prob: 1, Class: w.class})
	s.after = []int{len(s.points) - 1}
	w.push(s, true)
	return true
}

func (w *twin) enter(middle [2]int) {
	switch {
	case w.ghost >= 0:
		w.decide(true)
		return
	case w.cross == nil:
		w.cross = &middle
		return
	}
	pos := w.snapped([3]float64{float64(w.z), float64(w.cross[0]), float64(w.cross[1])})
	if w.append(pos) {
		w.selects(nil)
		return
	}
	w.selects([]int{w.holder(w.voxel(pos))})
}

// shift moves points by hand.
func (w *twin) shift(list []int, by [3]float64, snap bool) {
	s := w.copy()
	changed := false
	for _, i := range list {
		p := &s.points[i]
		for a := range 3 {
			if by[a] != 0 {
				p.Pos[a] = w.hundredths(p.Pos[a]+by[a], a)
			}
		}
		if snap && len(list) == 1 {
			p.Pos = w.snapped(p.Pos)
		}
		if p.Pos != w.points()[i].Pos {
			changed = true
			s.after = append(s.after, i)
		}
	}
	s.before = s.after
	if !changed {
		w.selects(list)
		w.look(w.points()[list[0]].Pos)
		return
	}
	taken := map[[3]int]bool{}
	for _, i := range s.after {
		v := s.points[i].Voxel()
		own := v == w.points()[i].Voxel()
		if !w.e.image.Contains(v) || taken[v] || !own && w.holder(v, s.after...) >= 0 {
			return
		}
		taken[v] = true
	}
	w.push(s, true)
	w.selects(list)
	w.look(w.points()[list[0]].Pos)
}

// look goes to the plane of a place.
func (w *twin) look(pos [3]float64) { w.z = w.voxel(pos)[0] }

func (w *twin) remove() {
	if len(w.selection) == 0 {
		return
	}
	s := w.copy()
	s.before = w.selection
	for _, i := range slices.Backward(w.selection) {
		s.points = slices.Delete(s.points, i, i+1)
	}
	w.push(s, true)
	first := w.selection[0]
	w.selects(nil)
	if w.cursor = first; first >= len(w.points()) {
		w.cursor = 0
	}
}

func (w *twin) choose(class int) {
	w.class = class
	s := w.copy()
	for _, i := range w.selection {
		if s.points[i].Class != class {
			s.points[i].Class = class
			s.after = append(s.after, i)
		}
	}
	if s.before = s.after; len(s.after) > 0 {
		w.push(s, true)
	}
}

func (w *twin) open() (list []int) {
	for k, f := range w.state().fates {
		if f == 'o' && w.e.suggestions[k].Prob > w.above {
			list = append(list, k)
		}
	}
	return list
}

func (w *twin) accept(list []int) {
	s := w.copy()
	for _, k := range list {
		p := w.e.suggestions[k]
		if p.Class == 0 || len(w.e.classes) == 0 {
			p.Class = w.class
		}
		if slices.ContainsFunc(s.points, func(q detection.Point) bool { return q.Voxel() == p.Voxel() }) {
			continue
		}
		p.ID = 0
		s.after = append(s.after, len(s.points))
		s.points = append(s.points, p)
		s.fates[k], s.fate = 'a', k
	}
	if len(s.after) == 0 {
		return
	}
	if len(s.after) > 1 {
		s.fate = -1
	}
	w.push(s, true)
	w.decided()
}

func (w *twin) reject(list []int) {
	s := w.copy()
	for _, k := range list {
		s.fates[k], s.fate = 'r', k
	}
	if len(list) > 1 {
		s.fate = -1
	}
	if len(list) > 0 {
		w.push(s, false)
	}
	w.decided()
}

func (w *twin) decided() {
	if w.ghost >= 0 {
		w.lookOn(1)
	}
}

func (w *twin) decide(yes bool) {
	switch {
	case w.ghost < 0:
	case yes:
		w.accept([]int{w.ghost})
	default:
		w.reject([]int{w.ghost})
	}
}

// lookOn looks at the next suggestion, or at the one before.
func (w *twin) lookOn(by int) {
	list := w.open()
	from := w.ghost
	w.selects(nil)
	if len(list) == 0 {
		return
	}
	w.ghost = list[0]
	if by > 0 {
		for _, k := range slices.Backward(list) {
			if k > from {
				w.ghost = k
			}
		}
	} else {
		w.ghost = list[len(list)-1]
		for _, k := range list {
			if from >= 0 && k < from {
				w.ghost = k
			}
		}
		if from >= 0 && list[0] >= from {
			w.ghost = list[len(list)-1]
		}
	}
	w.look(w.e.suggestions[w.ghost].Pos)
}

// undo takes a step back, or does it again.
func (w *twin) undo(again bool) {
	var touched []int
	switch {
	case !again && w.now > 0:
		step := w.states[w.now]
		w.now--
		touched = step.before
		w.selects(touched)
		w.ghost = step.fate
	case again && w.now+1 < len(w.states):
		w.now++
		touched = w.state().after
		w.selects(touched)
	default:
		return
	}
	if len(touched) > 0 {
		w.look(w.points()[w.selection[0]].Pos)
	} else if w.ghost >= 0 {
		w.look(w.e.suggestions[w.ghost].Pos)
	}
}

// step selects the next point, or the one before.
func (w *twin) step(by int) {
	n := len(w.points())
	if n == 0 {
		return
	}
	from := w.cursor
	switch {
	case len(w.selection) > 0 && by > 0:
		from = w.selection[len(w.selection)-1] + 1
	case len(w.selection) > 0:
		from = w.selection[0] - 1
	case by < 0:
		from--
	}
	w.selects([]int{(from + n) % n})
	w.look(w.points()[w.selection[0]].Pos)
}

// escape gives up one thing.
func (w *twin) escape() {
	if len(w.selection) > 0 || w.ghost >= 0 {
		w.selects(nil)
		return
	}
	w.cross = nil
}
