package sweep

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// Range are the numbers between two ends, which are included.
type Range struct {
	// From and To are finite, From below To; above 0 with Log.
	From, To float64
	// Log spaces and draws numbers evenly by their logarithms.
	Log bool
	// Whole rounds numbers to whole ones, half away from zero.
	Whole bool
}

// Validate reports every invalid field, each by name and value.
func (r Range) Validate() error {
	var errs []error
	if !(r.From < r.To) || math.IsInf(r.From, 0) || math.IsInf(r.To, 0) {
		errs = append(errs, fmt.Errorf("from %v to %v: want two numbers, the smaller first", r.From, r.To))
	} else if r.Log && !(r.From > 0) {
		errs = append(errs, fmt.Errorf("from %v with scale log: want a number above 0", r.From))
	}
	return errors.Join(errs...)
}

// digits of numbers in a range: 0.1 + 0.1 + 0.1 is 0.3, and what is drawn can be
// read.
const (
	spacedDigits = 12
	drawnDigits  = 6
)

// mostValues bounds the values of a range: more of them is a slip of the pen.
const mostValues = 10000

// step lists From, From + step, … up to To.
func (r Range) step(step float64) ([]Value, error) {
	if !(step > 0) || math.IsInf(step, 0) {
		return nil, fmt.Errorf("step %v: want a number above 0", step)
	}
	if r.Log {
		return nil, errors.New("step with scale log: want a count")
	}
	n := math.Floor((r.To-r.From)/step+1e-9) + 1
	if !(n <= mostValues) {
		return nil, fmt.Errorf("%.0f values: want at most %d", n, mostValues)
	}
	return r.list(int(n), func(i int) float64 { return r.From + float64(i)*step }), nil
}

// count lists n numbers, the ends among them.
func (r Range) count(n int) ([]Value, error) {
	if n < 2 || n > mostValues {
		return nil, fmt.Errorf("count %d: want 2 to %d", n, mostValues)
	}
	return r.list(n, func(i int) float64 {
		if i == n-1 {
			return r.To
		}
		return r.at(float64(i) / float64(n-1))
	}), nil
}

// at is the number at a share of the way from From to To.
func (r Range) at(share float64) float64 {
	if r.Log {
		return r.From * math.Pow(r.To/r.From, share)
	}
	return r.From + share*(r.To-r.From)
}

// list rounds n numbers and leaves out repeats, which rounding to whole numbers
// makes.
func (r Range) list(n int, at func(i int) float64) []Value {
	var values []Value
	for i := range n {
		v := number(r.rounded(at(i), spacedDigits))
		if len(values) == 0 || values[len(values)-1] != v {
			values = append(values, v)
		}
	}
	return values
}

// rounded is a number of the range, with at most so many digits.
func (r Range) rounded(f float64, digits int) float64 {
	if r.Whole {
		f = math.Round(f)
	} else {
		f = round(f, digits)
	}
	return f
}

// draw draws a number. Whole numbers are equally likely, the ends as well.
func (r Range) draw(rng *rand.Rand) Value {
	wide := r
	if r.Whole && !r.Log {
		wide.From, wide.To = math.Ceil(r.From)-0.5, math.Floor(r.To)+0.5
	}
	f := r.rounded(wide.at(rng.Float64()), drawnDigits)
	lo, hi := r.From, r.To
	if r.Whole {
		lo, hi = math.Ceil(lo), math.Floor(hi)
	}
	return number(min(max(f, lo), hi))
}
