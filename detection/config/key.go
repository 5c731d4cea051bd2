package config

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

// Key describes one key of the YAML file.
type Key struct {
	// Name is the dotted path, such as "TRAIN.LR". One that ends in ".*"
	// stands for everything below.
	Name string
	// Type is the kind of value in words, such as "whole numbers".
	Type string
	// Default is the default as YAML; "" if there is none.
	Default string
	// Range is what values are taken, in words; "" for any of the type.
	Range string
	// Doc is the meaning, with the unit.
	Doc string
	// Status is what this version does with the key, Reason why that is; for
	// Renamed the new spelling.
	Status Status
	Reason string
	// Needs is the condition under which the key matters, such as
	// "AUGMENTOR.ENABLE" (is on) or "TEST.DET_TH_TYPE=manual"; alternatives are
	// joined by "|". "" is always.
	Needs string
}

// Keys lists every key that files may hold, section by section, and after them
// the older spellings.
func Keys() []Key {
	var keys []Key
	for _, r := range table(new(Config)) {
		keys = append(keys, r.key())
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

// within says whether pattern ends in ".*" and name lies below it.
func within(name, pattern string) bool {
	n := len(pattern) - len(".*")
	return n > 0 && pattern[n:] == ".*" && len(name) > n && name[:n+1] == pattern[:n+1]
}
