package imageio

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestCompareNatural(t *testing.T) {
	sorted := []string{
		"", "0", "00", "01", "1", "2", "10", "99999999999999999999999998", "99999999999999999999999999",
		"A2", "a", "a01", "a1", "a1b", "a2", "a2.tif", "a10.tif", "b1_c2", "b1_c10", "b02_c1", "ä1",
	}
	for i, a := range sorted {
		for j, b := range sorted {
			got := CompareNatural(a, b)
			if want := i - j; (got < 0) != (want < 0) || (got > 0) != (want > 0) {
				t.Errorf("CompareNatural(%q, %q) = %d, want the sign of %d", a, b, got, want)
			}
		}
	}
}

// naturalTwin compares lists of tokens, with numbers as big integers.
func naturalTwin(a, b string) int {
	x, y := tokens(a), tokens(b)
	for i := range min(len(x), len(y)) {
		m, ok1 := new(big.Int).SetString(x[i], 10)
		n, ok2 := new(big.Int).SetString(y[i], 10)
		c := 0
		if ok1 && ok2 {
			c = m.Cmp(n)
		} else {
			c = int(x[i][0]) - int(y[i][0])
		}
		if c != 0 {
			return c
		}
	}
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	return strings.Compare(a, b)
}

func tokens(s string) []string {
	var out []string
	number := false
	for i := range len(s) {
		digit := s[i] >= '0' && s[i] <= '9'
		if digit && number {
			out[len(out)-1] += s[i : i+1]
		} else {
			out = append(out, s[i:i+1])
		}
		number = digit
	}
	return out
}

func TestCompareNaturalAgainstTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	name := func() string {
		b := make([]byte, rng.IntN(8))
		for i := range b {
			b[i] = "0012a.b"[rng.IntN(7)]
		}
		return string(b)
	}
	names := make([]string, 300)
	for i := range names {
		names[i] = name()
	}
	for _, a := range names {
		for _, b := range names {
			got, want := CompareNatural(a, b), naturalTwin(a, b)
			if (got < 0) != (want < 0) || (got > 0) != (want > 0) {
				t.Fatalf("CompareNatural(%q, %q) = %d, want the sign of %d", a, b, got, want)
			}
		}
	}
	// An order that is not transitive would depend on the order before.
	again := slices.Clone(names)
	slices.Reverse(again)
	slices.SortFunc(names, CompareNatural)
	slices.SortFunc(again, CompareNatural)
	if !slices.Equal(names, again) {
		t.Error("sorting depends on the order before")
	}
}
