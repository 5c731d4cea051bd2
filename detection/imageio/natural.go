package imageio

import (
	"cmp"
	"strings"
)

// CompareNatural orders names as people do: digits are compared as numbers of
// any length, so that "cell2" comes before "cell10", and everything else byte by
// byte. Names that are then equal ("a01", "a1") are ordered by their bytes, so
// that only identical names compare as 0. The result is negative, zero or
// positive, as for [slices.SortFunc].
func CompareNatural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		nx, ny := digits(x), digits(y)
		if nx == 0 || ny == 0 {
			if c := cmp.Compare(x[0], y[0]); c != 0 {
				return c
			}
			x, y = x[1:], y[1:]
			continue
		}
		if c := compareNumbers(x[:nx], y[:ny]); c != 0 {
			return c
		}
		x, y = x[nx:], y[ny:]
	}
	if c := cmp.Compare(len(x), len(y)); c != 0 { // one of them is 0
		return c
	}
	return strings.Compare(a, b)
}

// digits is the number of digits at the start of s.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// compareNumbers compares runs of digits by value.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}
