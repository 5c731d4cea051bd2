package export

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/puncta-bio/puncta/detection"
)

// className is the name of class k from 1: names[k-1], or "class k" without
// names.
func className(names []string, k int) string {
	if len(names) == 0 {
		return "class " + strconv.Itoa(k)
	}
	return names[k-1]
}

// classOf is the inverse of className: the class with that name.
func classOf(names []string, name string) (int, error) {
	if len(names) == 0 {
		digits, ok := strings.CutPrefix(name, "class ")
		if k, err := strconv.Atoi(digits); ok && err == nil && k > 0 && strconv.Itoa(k) == digits {
			return k, nil
		}
		return 0, fmt.Errorf(`class is %q: want "class 1", "class 2" and so on, or the names of the classes as an option`, name)
	}
	for i, n := range names {
		if n == name {
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("class is %q: want one of %q", name, names)
}

// checkClassNames reports each name that another program would change or take
// for something else, and repeated ones. forbidden are characters that the
// program gives a meaning.
func checkClassNames(names []string, forbidden string) []error {
	var errs []error
	seen := map[string]int{}
	for i, name := range names {
		switch {
		case name == "" || name != strings.TrimSpace(name):
			errs = append(errs, fmt.Errorf("ClassNames[%d] is %q: want a name without blanks around it", i, name))
		case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
			errs = append(errs, fmt.Errorf("ClassNames[%d] is %q: want UTF-8 without control characters", i, name))
		case strings.ContainsAny(name, forbidden):
			errs = append(errs, fmt.Errorf("ClassNames[%d] is %q: want a name without %q", i, name, forbidden))
		case seen[name] > 0:
			errs = append(errs, fmt.Errorf("ClassNames[%d] is %q like ClassNames[%d]: want each name once", i, name, seen[name]-1))
		}
		seen[name] = i + 1
	}
	return errs
}

// maxPlane bounds z: the format of ImageJ has 23 bits for a place in the stack,
// from 1.
const maxPlane = 1<<23 - 2

// limits are what a format takes of a point.
type limits struct {
	ndim   int // 2 or 3
	planes int // the largest z
	named  int // number of named classes; 0: classes need no names
	class  int // the largest class; 0: any
}

// checkAll reports the first point beyond the limits by its place in the slice.
func (l limits) checkAll(points []detection.Point) error {
	for i, p := range points {
		if err := l.check(p); err != nil {
			return fmt.Errorf("point at index %d: %w", i, err)
		}
	}
	return nil
}

func (l limits) check(p detection.Point) error {
	for axis, v := range p.Pos {
		if math.IsNaN(v) || math.Abs(v) > math.MaxInt32 {
			return fmt.Errorf("%s is %v: want a number of at most %d voxels", detection.AxisNames[axis], v, math.MaxInt32)
		}
	}
	z := math.Round(p.Pos[0])
	switch {
	case l.ndim == 2 && p.Pos[0] != 0:
		return fmt.Errorf("z is %v: want 0 in 2D", p.Pos[0])
	case z < 0 || z > float64(l.planes):
		return fmt.Errorf("z is %v: want a plane of the stack, 0 to %d", p.Pos[0], l.planes)
	case p.Class < 0:
		return fmt.Errorf("class is %d: want 0 or more", p.Class)
	case l.named > 0 && p.Class > l.named:
		return fmt.Errorf("class is %d: ClassNames has %d names", p.Class, l.named)
	case l.class > 0 && p.Class > l.class:
		return fmt.Errorf("class is %d: want at most %d", p.Class, l.class)
	case !(p.Prob >= 0 && p.Prob <= 1):
		return fmt.Errorf("probability is %v: want 0 to 1", p.Prob)
	}
	return nil
}

// readLimits are those of points that are read.
var readLimits = limits{ndim: 3, planes: maxPlane}

// checkNDim is the rule for the field NDim of all options.
func checkNDim(ndim int) error {
	if ndim != 2 && ndim != 3 {
		return fmt.Errorf("NDim %d: want 2 or 3", ndim)
	}
	return nil
}

// byClass cuts points into those of each class, ascending, keeping their
// order; class 0, the points without one, comes first.
func byClass(points []detection.Point) [][]detection.Point {
	byID := map[int][]detection.Point{}
	for _, p := range points {
		byID[p.Class] = append(byID[p.Class], p)
	}
	var groups [][]detection.Point
	for _, class := range slices.Sorted(maps.Keys(byID)) {
		groups = append(groups, byID[class])
	}
	return groups
}
