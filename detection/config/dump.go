package config

import "strings"

// YAML is the configuration as a file: every supported key with its value, in
// the order of the table, two spaces a level, ending in a newline. [Parse]
// reads it back to an [Config.Equal] one.
func (c *Config) YAML() string {
	var b strings.Builder
	var open []string // the sections that the last line lies in
	for _, r := range table(c) {
		if r.field == nil {
			continue
		}
		parts := strings.Split(r.name, ".")
		same := 0
		for same < len(open) && same < len(parts)-1 && open[same] == parts[same] {
			same++
		}
		for i := same; i < len(parts)-1; i++ {
			b.WriteString(strings.Repeat("  ", i) + parts[i] + ":\n")
		}
		open = parts[:len(parts)-1]
		b.WriteString(strings.Repeat("  ", len(open)) + parts[len(parts)-1] + ": " + format(r.value()) + "\n")
	}
	return b.String()
}
