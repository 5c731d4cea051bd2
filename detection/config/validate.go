package config

import (
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// Validate reports everything that is wrong with the values: ranges, options
// that are not implemented, lists of the wrong length, and options that do not
// fit together. It reads no files; see [Config.CheckPaths]. The error is
// [Faults], each with the line where the key was set.
func (c *Config) Validate() error { return c.check(nil).err() }

// check adds the faults of the values to those of reading. A key with a fault
// is left out of further checks, so that one mistake gives one message.
func (c *Config) check(faults Faults) Faults {
	k := &checker{c: c, rows: map[string]row{}, bad: map[string]bool{}, faults: faults}
	for _, f := range faults {
		k.bad[f.Key] = true
	}
	rows := table(c)
	for _, r := range rows {
		k.rows[r.name] = r
	}
	for _, r := range rows { // all ranges first: lengths rest on them
		if r.field != nil {
			k.checkRange(r)
		}
	}
	for _, r := range rows {
		if r.field != nil {
			k.checkLength(r)
		}
	}
	for _, name := range sortedKeys(c.extra) {
		if r, ok := find(rows, name); ok {
			k.checkStatus(name, r)
		}
	}
	k.checkModel()
	k.checkData()
	k.checkStages()
	return k.faults
}

// checker collects faults.
type checker struct {
	c      *Config
	rows   map[string]row
	bad    map[string]bool // keys with a fault
	faults Faults
}

// fault reports a fault of keys[0], unless one of keys, on which the finding
// rests, has a fault already.
func (k *checker) fault(keys []string, format string, args ...any) {
	if slices.ContainsFunc(keys, func(key string) bool { return k.bad[key] }) {
		return
	}
	k.bad[keys[0]] = true
	at := k.c.position(keys[0])
	if at.old != "" {
		if k.bad[at.old] { // one older key became several
			return
		}
		k.bad[at.old] = true
	}
	k.faults = append(k.faults, at.fault(keys[0], format, args...))
}

// position says where key was set; without a line it is a default.
func (c *Config) position(key string) position {
	if p, ok := c.origin[key]; ok {
		return p
	}
	return position{file: c.file}
}

// is says what a key is, in the words of the file: "KEY is VALUE".
func (k *checker) is(key string, v any) string {
	p := k.c.position(key)
	if p.was != "" {
		return p.name(key) + " is " + p.was
	}
	return p.name(key) + " is " + quote(v)
}

func (k *checker) checkRange(r row) {
	v := r.value()
	switch r.want.judge(v) {
	case wrong:
		k.fault([]string{r.name}, "%s: want %s", k.is(r.name, v), r.expected())
	case unimplemented:
		k.fault([]string{r.name}, "%s: not supported yet, want %s", k.is(r.name, v), format(r.def))
	}
}

// checkStatus looks at a key without a field: it must change nothing. What
// tunes an option that is not supported itself is passed over, because that
// option is the fault.
func (k *checker) checkStatus(name string, r row) {
	v := k.c.extra[name]
	if r.harmless(v) || !k.on(r.needs) || k.lost(r.needs) {
		return
	}
	reason := "not supported yet"
	if r.status == Refused {
		reason = "refused, as " + r.reason
	}
	k.fault([]string{name}, "%s: %s", k.is(name, v), reason)
}

// checkLength compares the number of entries of a list with what other keys
// ask for.
func (k *checker) checkLength(r row) {
	n := entriesOf(r.value())
	if r.want.count == anyLength {
		return
	}
	want, cause, key := k.c.wantedLength(r.want.count)
	keys := []string{r.name}
	if key != "" {
		keys = append(keys, key)
	}
	switch r.want.count {
	case levels:
		if n < 2 || n > maxLevels {
			k.fault(keys, "%s has %s: want 2 to %d levels", r.name, plural(n), maxLevels)
		}
	case pair, perPatch, span:
		switch {
		case n != want:
			k.fault(keys, "%s has %s: want %d%s", r.name, plural(n), want, cause)
		case r.want.count == span && !ascending(r.value()):
			k.fault(keys, "%s is %s: want the smaller number first", r.name, format(r.value()))
		}
	case perLevel, perStep, perAxis:
		if n != want && n != 1 && !onlyDefault(r.value(), r.def) {
			k.fault(keys, "%s has %s: want 1 or %d%s", r.name, plural(n), want, cause)
		}
	case perClass, perChannel:
		if n != want && n != 1 {
			k.fault(keys, "%s has %s: want %s%s", r.name, plural(n), oneOr(want), cause)
		}
	}
}

// wantedLength is the full length of a list, why that is, and the key which
// makes it so.
func (c *Config) wantedLength(l length) (n int, cause, key string) {
	depth := len(c.Model.FeatureMaps)
	switch l {
	case pair, span:
		return 2, "", ""
	case perAxis:
		return c.NDim(), ", as PROBLEM.NDIM is " + c.Problem.NDim, "PROBLEM.NDIM"
	case perPatch:
		return c.NDim() + 1, ", as PROBLEM.NDIM is " + c.Problem.NDim, "PROBLEM.NDIM"
	case perLevel:
		return depth, ", as MODEL.FEATURE_MAPS has " + plural(depth), "MODEL.FEATURE_MAPS"
	case perStep:
		return depth - 1, ", as MODEL.FEATURE_MAPS has " + plural(depth), "MODEL.FEATURE_MAPS"
	case perClass:
		return c.Model.NClasses, ", as MODEL.N_CLASSES is " + format(c.Model.NClasses), "MODEL.N_CLASSES"
	case perChannel:
		_, channels := c.Patch()
		return channels, ", as the last entry of DATA.PATCH_SIZE is " + format(channels), "DATA.PATCH_SIZE"
	}
	return 0, "", ""
}

// ascending says whether no number of a list is smaller than the one before.
func ascending(v any) bool {
	if list, ok := v.([]int); ok {
		return slices.IsSorted(list)
	}
	return slices.IsSorted(v.([]float64))
}

func entriesOf(v any) int {
	switch v := v.(type) {
	case []bool:
		return len(v)
	case []int:
		return len(v)
	case []float64:
		return len(v)
	case []string:
		return len(v)
	}
	return 1
}

func plural(n int) string {
	if n == 1 {
		return "1 value"
	}
	return strconv.Itoa(n) + " values"
}

func oneOr(n int) string {
	if n == 1 {
		return "1"
	}
	return "1 or " + strconv.Itoa(n)
}

// quote is format, shortened, with quotes around all text.
func quote(v any) string {
	switch v := v.(type) {
	case string:
		return shorten(strconv.Quote(v))
	case *yaml.Node:
		if v.Kind == yaml.MappingNode {
			return "set"
		}
	}
	return shorten(format(v))
}
