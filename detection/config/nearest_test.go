package config

import (
	"math/rand/v2"
	"testing"
)

// slowDistance is the definition, by recursion over the last bytes.
func slowDistance(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	replace := slowDistance(a[:len(a)-1], b[:len(b)-1])
	if a[len(a)-1] != b[len(b)-1] {
		replace++
	}
	best := min(replace, slowDistance(a[:len(a)-1], b)+1, slowDistance(a, b[:len(b)-1])+1)
	if m, n := len(a), len(b); m > 1 && n > 1 && a[m-1] == b[n-2] && a[m-2] == b[n-1] {
		best = min(best, slowDistance(a[:m-2], b[:n-2])+1)
	}
	return best
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "AB", 2}, {"EPOCH", "EPOCHS", 1}, {"TRIAN", "TRAIN", 1}, {"LR", "RL", 1}, {"CA", "ABC", 3}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		b := make([]byte, rng.IntN(7))
		for i := range b {
			b[i] = "ABC"[rng.IntN(3)]
		}
		return string(b)
	}
	for range 500 {
		a, b := word(), word()
		if got, want := distance(a, b), slowDistance(a, b); got != want || got != distance(b, a) {
			t.Fatalf("distance(%q, %q) = %d and %d, want %d", a, b, got, distance(b, a), want)
		}
	}
}

// TestNearestTies: the first of equals.
func TestNearestTies(t *testing.T) {
	if got := nearest("AC", []string{"XY", "AB", "AD"}); got != "AB" {
		t.Errorf("got %s, want AB", got)
	}
}

func TestSuggest(t *testing.T) {
	var known []string
	for _, r := range table(new(Config)) {
		known = append(known, r.name)
	}
	for _, tt := range []struct{ name, want string }{
		{"TRAIN.EPOCH", "TRAIN.EPOCHS"},
		{"train.lr", "TRAIN.LR"},
		{"TRAIN.BATCH", "TRAIN.BATCH_SIZE"},
		{"TRAIN.PATH", "DATA.TRAIN.PATH"},
		{"TEST.REMOVE_CLOSE_POINTS", "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS"},
		{"DATA.VAL.SPLIT_TRIAN", "DATA.VAL.SPLIT_TRAIN"},
		{"AUGMENTOR.HFLIPS", "AUGMENTOR.HFLIP"},
		{"MODEL.FEATURE_MAP", "MODEL.FEATURE_MAPS"},
		{"TRIAN.EPOCHS", "TRAIN.EPOCHS"},
		{"DET_TOLERANCE", "TEST.DET_TOLERANCE"},
		{"TRAIN.XYZZY", ""},
		{"", ""},
	} {
		if got := suggest(tt.name, known); got != tt.want {
			t.Errorf("suggest(%s) = %q, want %q", tt.name, got, tt.want)
		}
	}
}
