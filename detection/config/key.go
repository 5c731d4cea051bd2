package config

import (
	"slices"
	"strings"
)

// Status says what this version does with a key.
type Status int

const (
	// Supported keys do what BiaPy's documentation says, or better.
	Supported Status = iota
	// Later keys are known to BiaPy and not implemented yet.
	Later
	// Refused keys will not be implemented; the reason says why.
	Refused
	// NoEffect keys cannot change the result here; the reason says why.
	NoEffect
	// Renamed keys are older spellings, read with a warning.
	Renamed
)

// String is the status in words.
func (s Status) String() string {
	return [...]string{"supported", "not supported yet", "refused", "no effect", "older spelling"}[s]
}

// MarshalText is [Status.String].
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Key describes one key of the YAML file.
type Key struct {
	// Name is the dotted path, such as "TRAIN.LR". One that ends in ".*"
	// stands for everything below.
	Name string `json:"name"`
	// Type is the kind of value in words, such as "whole numbers".
	Type string `json:"type,omitempty"`
	// Default is the default as YAML; "" if there is none.
	Default string `json:"default,omitempty"`
	// Range is what values are taken, in words; "" for any of the type.
	Range string `json:"range,omitempty"`
	// Doc is the meaning, with the unit.
	Doc string `json:"doc"`
	// Status is what this version does with the key, Reason why that is; for
	// Renamed the new spelling.
	Status Status `json:"status"`
	Reason string `json:"reason,omitempty"`
	// Stage is the first stage of a job that sees the key.
	Stage Stage `json:"-"`
	// Needs is the condition under which the key matters, such as
	// "AUGMENTOR.ENABLE" (is on) or "TEST.DET_TH_TYPE=manual"; alternatives are
	// joined by "|". "" is always.
	Needs string `json:"needs,omitempty"`
	// Takes is Type and Range in one phrase, When is Needs in words; "" where
	// they are.
	Takes string `json:"takes,omitempty"`
	When  string `json:"when,omitempty"`
}

// Keys lists every key that files may hold, section by section, and after them
// the older spellings.
func Keys() []Key {
	var keys []Key
	rows := table(new(Config))
	switches := map[string]bool{}
	for _, r := range rows {
		_, switches[r.name] = r.def.(bool)
	}
	for _, r := range rows {
		k := r.key()
		k.When = condition(r.needs, switches)
		keys = append(keys, k)
	}
	for _, m := range migrations() {
		if m.when != nil && m.old != "DATA.NORMALIZATION.PERC_CLIP" { // an older value of a key that is still there
			continue
		}
		keys = append(keys, Key{Name: m.old, Status: Renamed, Reason: "now " + m.now, Doc: "Older spelling of " + m.now + "."})
	}
	return keys
}

// Explain finds a key by its full name, or by that of the section that stands
// for it ("TEST.BY_CHUNKS.ENABLE", "MODEL.HRNET.VARIANT"). It reports false
// for an unknown key.
func Explain(name string) (Key, bool) {
	for _, k := range Keys() {
		if k.Name == name || within(name, k.Name) {
			return k, true
		}
	}
	return Key{}, false
}

// Below lists the keys of a section, such as "TEST.POST_PROCESSING", older
// spellings too, in the order of [Keys]; all of them for "".
func Below(section string) []Key {
	return slices.DeleteFunc(Keys(), func(k Key) bool { return section != "" && !strings.HasPrefix(k.Name, section+".") })
}

// Nearest is the key or section that an unknown name most likely means, or "".
func Nearest(name string) string {
	rows := table(new(Config))
	known := sortedKeys(sectionNames(rows))
	for _, r := range rows {
		known = append(known, strings.TrimSuffix(r.name, ".*"))
	}
	return suggest(name, known)
}

// within says whether pattern ends in ".*" and name lies below it.
func within(name, pattern string) bool {
	n := len(pattern) - len(".*")
	return n > 0 && pattern[n:] == ".*" && len(name) > n && name[:n+1] == pattern[:n+1]
}
