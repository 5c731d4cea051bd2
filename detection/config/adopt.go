package config

import (
	"slices"
	"strings"
)

// Adopt gives c the values that d has for keys: full names, or the beginnings
// of names up to a dot ("DATA.NORMALIZATION."). It returns a [Warning] for
// every value that c's file or command line had set to another, with the place
// where that stands; reason ends its sentence. The outcome may be invalid: call
// [Config.Validate].
func (c *Config) Adopt(d *Config, reason string, keys ...string) []Warning {
	var warnings []Warning
	to, from := table(c), table(d) // rows in the same order
	for i := range to {
		r := to[i]
		named := slices.ContainsFunc(keys, func(key string) bool {
			return r.name == key || strings.HasSuffix(key, ".") && strings.HasPrefix(r.name, key)
		})
		if !named || r.field == nil || format(r.value()) == format(from[i].value()) {
			continue
		}
		if p, set := c.origin[r.name]; set {
			warnings = append(warnings, p.warning(r.name, "%s is %s: %s is used, %s", r.name, quote(r.value()), quote(from[i].value()), reason))
		}
		r.assign(from[i].value())
	}
	return warnings
}
