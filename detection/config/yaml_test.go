package config

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/puncta-bio/puncta/internal/fuzzkit"
)

// reread reads text without validating it.
func reread(text string) (*Config, Faults) {
	root, fault := parseYAML([]byte(text), "f")
	if fault != nil {
		return nil, Faults{fault}
	}
	r := newReader(Default())
	w := walker{file: "f", sections: r.sections}
	w.flatten(root, "")
	r.faults = w.faults
	r.read(w.entries)
	return r.c, r.faults
}

// TestYAMLReadsBack: whatever the values, the text of a Config reads back as
// an equal one.
func TestYAMLReadsBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	number := func() float64 {
		return []float64{0, -1, 0.1, 1e-7, 1e21, 5e-324, math.MaxFloat64, -0.25, 1e6, 123456789.125, rng.NormFloat64()}[rng.IntN(11)]
	}
	words := []string{"", "a", "/data/x y", "yes", "True", "null", "~", "12", "1e5", "-", "- a", "a: b", "#", "'", `"`, "\\", "ü", "\t", "a\nb",
		"(1, 2)", "[1]", "2D", ".5", "=", "*a", "&a", "!x", "%", "@", "0x10", "1_0", "2001-01-01", "<<", "None", "\u2028", "<&>", "\x00", "\x7f", "\u0085"}
	for range 150 {
		c := Default()
		for _, r := range table(c) {
			if r.field == nil || rng.IntN(2) == 0 {
				continue
			}
			switch r.def.(type) {
			case bool:
				r.assign(rng.IntN(2) == 0)
			case int:
				r.assign(rng.IntN(1<<40) - 1<<39)
			case float64:
				r.assign(number())
			case string:
				if len(r.want.words) == 0 {
					r.assign(words[rng.IntN(len(words))])
				}
			case []int:
				r.assign([]int{rng.IntN(9), rng.IntN(1 << 40)}[:rng.IntN(3)])
			case []float64:
				r.assign([]float64{number(), number()}[:rng.IntN(3)])
			case []string:
				if len(r.want.words) == 0 {
					r.assign([]string{"^a|b", words[rng.IntN(len(words))]}[:rng.IntN(3)])
				}
			case []bool:
				r.assign([]bool{true, false}[:rng.IntN(3)])
			}
		}
		text := c.YAML()
		d, faults := reread(text)
		if len(faults) > 0 || !c.Equal(d) {
			t.Fatalf("%v\n%s", faults, text)
		}
		if again := d.YAML(); again != text {
			t.Fatalf("the text changes from\n%s\nto\n%s", text, again)
		}
	}
}

// TestFormatText: plain where PyYAML, too, takes the word for text.
func TestFormatText(t *testing.T) {
	for _, tt := range []struct{ s, want string }{{"unet", "unet"}, {"a/b.c", "a/b.c"}, {"2D", "2D"}, {"yes", `"yes"`}, {"Off", `"Off"`},
		{"true", `"true"`}, {"12", `"12"`}, {"1e5", `"1e5"`}, {"", `""`}, {"a b", `"a b"`}, {"null", `"null"`}} {
		if got := formatText(tt.s); got != tt.want {
			t.Errorf("formatText(%s) = %s, want %s", tt.s, got, tt.want)
		}
	}
}

// TestFormatFloat: numbers as PyYAML reads them as numbers: a point, and a
// sign in the exponent.
func TestFormatFloat(t *testing.T) {
	for _, tt := range []struct {
		v    float64
		want string
	}{{1, "1.0"}, {1e-5, "1.0e-05"}, {1.5e-7, "1.5e-07"}, {1e21, "1.0e+21"}, {0.1, "0.1"}, {-3, "-3.0"}} {
		if got := formatFloat(tt.v); got != tt.want {
			t.Errorf("formatFloat(%v) = %s, want %s", tt.v, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(Default().YAML()))
	for _, s := range []string{"TRAIN:\n\tLR: [1, (2\n", "DATA: &a\n  TRAIN: *a\n", "a: &x [*x]\nDATA: {PATCH_SIZE: *x}\n", "TEST: {STATS: {FULL_IMG: 1}}",
		"? {}\n: 1\n", "LOSS: {CLASS_REBALANCE: yes}\nAUGMENTOR: {DA_PROB: [[[]]]}\n", "!!binary x", "MODEL: {FEATURE_MAPS: [1,2,3], Z_DOWN: 1}",
		"TRAIN: {TRAIN: {LR: 1}}\nPATHS: {RESULT_DIR: {}}\n", "DATA: {NORMALIZATION: {PERC_CLIP: {ENABLE: True, LOWER_VALUE: []}}}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzkit.Bounded(t, data, 64<<20, func() { checkParse(t, data) })
	})
}

func checkParse(t *testing.T, data []byte) {
	c, warnings, err := Parse(data, "f", "TRAIN.ENABLE=True", "TEST.ENABLE=True")
	_ = fmt.Sprint(warnings, err)
	if err != nil {
		return
	}
	c.Model.Expand()
	if factor := c.DownFactor(); factor[1] < 1 {
		t.Errorf("down factor %v", factor)
	}
	if err := c.Validate(); err != nil {
		t.Errorf("valid at first, then: %v", err)
	}
	d, _, err := Parse([]byte(c.YAML()), "g")
	if err != nil || !c.Equal(d) {
		t.Errorf("%v: reads back differently:\n%s", err, c.YAML())
	}
}
