package config

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// rule says which values of its type a key takes. The zero rule takes all.
type rule struct {
	text   string             // "above 0"
	number func(float64) bool // holds for every entry; nil: any finite number
	notYet func(float64) bool // good values that are not implemented yet

	words []string // for text: the accepted words, in canonical case
	todo  []string // words that are known and not implemented yet
	match func(string) bool

	count length // how many entries a list has
}

// length is the rule for the number of entries of a list.
type length int

const (
	anyLength  length = iota
	pair              // exactly two
	span              // exactly two, the smaller first
	perAxis           // 1 or ndim
	perPatch          // ndim+1
	perLevel          // 1 or one per level of the network
	perStep           // 1 or one per step between levels
	perClass          // 1 or one per class
	perChannel        // 1 or one per image channel
	levels            // 2 to maxLevels
)

// maxLevels bounds the depth of a network; 2^12 voxels in its last level are
// one voxel in its first.
const maxLevels = 12

func (l length) String() string {
	return [...]string{"", "two", "two, the smaller first", "1 or one per axis", "one per axis and the channels", "1 or one per level",
		"1 or one per step between levels", "1 or one per class", "1 or one per image channel",
		fmt.Sprintf("2 to %d, one per level", maxLevels)}[l]
}

var anything rule

func numbers(text string, ok func(float64) bool) rule { return rule{text: text, number: ok} }

func above(limit float64) rule {
	return numbers(fmt.Sprintf("above %v", limit), func(v float64) bool { return v > limit })
}

func atLeast(limit float64) rule {
	return numbers(fmt.Sprintf("of %v or more", limit), func(v float64) bool { return v >= limit })
}

func between(lo, hi float64) rule {
	return numbers(fmt.Sprintf("from %v to %v", lo, hi), func(v float64) bool { return v >= lo && v <= hi })
}

func fraction() rule {
	return numbers("from 0 to below 1", func(v float64) bool { return v >= 0 && v < 1 })
}

// orMinusOne also takes -1, which stands for "not set" or "none".
func (r rule) orMinusOne(meaning string) rule {
	ok := r.number
	r.text += " or -1 for " + meaning
	r.number = func(v float64) bool { return v == -1 || ok == nil || ok(v) }
	return r
}

func oneOf(words ...string) rule { return rule{words: words} }

// known adds words that BiaPy knows and this version does not implement.
func (r rule) known(words ...string) rule { r.todo = words; return r }

// each sets how many entries the list has.
func (r rule) each(n length) rule { r.count = n; return r }

// describe puts the rule in words, to follow the name of the type.
func (r rule) describe() string {
	text := r.text
	if len(r.words) > 0 {
		text = choice(r.words)
	}
	if r.count != anyLength {
		if text != "" {
			text += ", "
		}
		text += r.count.String()
	}
	return text
}

// choice is "a, b or c"; an empty word is called nothing.
func choice(words []string) string {
	words = slices.Clone(words)
	for i, w := range words {
		if w == "" {
			words[i] = "nothing"
		}
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}

// canonical returns the accepted word that s spells in another case, else s.
func (r rule) canonical(s string) string {
	for _, list := range [][]string{r.words, r.todo} {
		for _, w := range list {
			if strings.EqualFold(w, s) {
				return w
			}
		}
	}
	return s
}

// verdict is what a rule says of a value.
type verdict int

const (
	good verdict = iota
	wrong
	unimplemented
)

// judge checks every entry of v. Lengths are checked elsewhere, because they
// depend on other keys.
func (r rule) judge(v any) verdict {
	worst := good
	each := func(j verdict) {
		if worst == good || j == wrong {
			worst = j
		}
	}
	switch v := v.(type) {
	case int:
		return r.judgeNumber(float64(v))
	case float64:
		return r.judgeNumber(v)
	case string:
		return r.judgeWord(v)
	case []int:
		for _, x := range v {
			each(r.judgeNumber(float64(x)))
		}
	case []float64:
		for _, x := range v {
			each(r.judgeNumber(x))
		}
	case []string:
		for _, x := range v {
			each(r.judgeWord(x))
		}
	case [][]float64:
		for _, group := range v {
			each(r.judge(group))
		}
	case [][]string:
		for _, group := range v {
			each(r.judge(group))
		}
	}
	return worst
}

func (r rule) judgeNumber(v float64) verdict {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0) || r.number != nil && !r.number(v):
		return wrong
	case r.notYet != nil && r.notYet(v):
		return unimplemented
	}
	return good
}

func (r rule) judgeWord(v string) verdict {
	in := func(list []string) bool {
		for _, w := range list {
			if w == v {
				return true
			}
		}
		return false
	}
	switch {
	case in(r.todo):
		return unimplemented
	case len(r.words) > 0 && !in(r.words), r.match != nil && !r.match(v):
		return wrong
	}
	return good
}
