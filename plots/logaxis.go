package plots

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// logTicks are the ticks of a logarithmic axis, no more than so many: at powers
// of ten, at 2 and 5 times these, too, where there is room, and at every second,
// third, ... power where there is not.
type logTicks int

func (most logTicks) Ticks(lo, hi float64) []plot.Tick {
	first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	mantissas, stride := []float64{1}, 1
	switch n := math.Log10(hi/lo) + 1; {
	case 3*n <= float64(most):
		mantissas = []float64{1, 2, 5}
	default:
		for n/float64(stride) > float64(most) {
			stride++
		}
	}
	var out []plot.Tick
	for e := first; e <= last; e += stride {
		for _, m := range mantissas {
			v := tidy(m * math.Pow(10, float64(e)))
			if v >= lo*(1-1e-9) && v <= hi*(1+1e-9) {
				out = append(out, plot.Tick{Value: v, Label: logLabel(v)})
			}
		}
	}
	return out
}

// logLabel is the shortest of the plain number and one with a power of ten.
func logLabel(v float64) string {
	plain, power := strconv.FormatFloat(v, 'f', -1, 64), strconv.FormatFloat(v, 'g', -1, 64)
	if len(plain) <= 6 {
		return plain
	}
	return power
}
