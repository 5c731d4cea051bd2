package config

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Load reads the file at path, applies settings of the form KEY=VALUE (see
// [Config.Set]) and validates the outcome. A command that runs one stage says
// so by a setting ("TEST.ENABLE=true"), because options of a stage that is off
// are not checked for being implemented.
//
// With an error the Config is nil and the warnings are still returned. Errors:
// [Faults], or the error of the file system wrapped.
func Load(path string, settings ...string) (*Config, []Warning, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("config: %w", err)
	}
	return Parse(data, path, settings...)
}

// Parse is [Load] for the contents of a file; name is used in messages. An
// empty file gives [Default].
func Parse(data []byte, name string, settings ...string) (*Config, []Warning, error) {
	c, warnings, faults := parse(data, name, settings)
	if err := faults.err(); err != nil {
		return nil, warnings, err
	}
	return c, warnings, nil
}

// Check is [Load] that also looks, with paths, for the files and folders that
// the job would read, as [Config.CheckPaths] does, and reports them beside all
// other faults. The Config is nil when there is a fault.
//
// The error is that of the file system, wrapped.
func Check(path string, paths bool, settings ...string) (*Config, []Warning, Faults, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("config: %w", err)
	}
	c, warnings, faults := parse(data, path, settings)
	if c != nil && paths {
		for _, f := range c.missingPaths() {
			if !slices.ContainsFunc(faults, func(g *Fault) bool { return g.Key == f.Key }) {
				faults = append(faults, f)
			}
		}
	}
	if faults.err() != nil {
		return nil, warnings, faults, nil
	}
	return c, warnings, nil, nil
}

// parse reads what can be read. The Config is nil when the file is no YAML, and
// may be invalid when there are faults.
func parse(data []byte, name string, settings []string) (*Config, []Warning, Faults) {
	root, fault := parseYAML(data, name)
	if fault != nil {
		return nil, nil, Faults{fault}
	}
	c := Default()
	c.file = name
	r := newReader(c)
	if root != nil {
		w := walker{file: name, sections: r.sections}
		w.flatten(root, "")
		r.faults = w.faults
		r.read(w.entries)
	}
	r.apply(settings)
	r.warnings = append(r.warnings, c.advice()...)
	slices.SortStableFunc(r.warnings, func(a, b Warning) int { return (*Fault)(&a).compare((*Fault)(&b)) })
	return c, r.warnings, c.check(r.faults)
}

// Set applies settings of the form KEY=VALUE, such as "TRAIN.LR=1e-3" or
// "DATA.PATCH_SIZE=(128, 128, 1)", in order; VALUE is YAML, and verbatim for
// keys that take text. Older spellings are read too. It checks names and
// types; [Config.Validate] checks the rest. With an error, [Faults], c is as
// it was.
func (c *Config) Set(settings ...string) ([]Warning, error) {
	changed := c.Clone()
	r := newReader(changed)
	r.apply(settings)
	if err := r.faults.err(); err != nil {
		return r.warnings, err
	}
	*c = *changed
	return r.warnings, nil
}

// reader puts entries into a Config.
type reader struct {
	c        *Config
	rows     []row
	sections map[string]bool // names of all sections that hold keys
	strange  int             // unknown keys so far
	faults   Faults
	warnings []Warning
}

func newReader(c *Config) *reader {
	if c.origin == nil {
		c.origin = map[string]position{}
	}
	if c.extra == nil {
		c.extra = map[string]any{}
	}
	rows := table(c)
	return &reader{c: c, rows: rows, sections: sectionNames(rows)}
}

// read stores the entries of one source: the file, or one setting.
func (r *reader) read(entries []entry) {
	entries, warnings, faults := migrate(entries)
	r.warnings = append(r.warnings, warnings...)
	r.faults = append(r.faults, faults...)
	told := map[string]bool{}
	for _, e := range entries {
		row, ok := find(r.rows, e.key)
		if !ok {
			r.faults = append(r.faults, r.unknown(e))
			continue
		}
		if row.none && resolve(e.node).Tag == "!!null" {
			continue
		}
		v, ok := convert(e.node, row.def)
		if s, isText := v.(string); isText {
			v = row.want.canonical(s)
		}
		switch {
		case !ok && told[e.pos.old]: // one older key became several
		case !ok:
			told[e.pos.old] = e.pos.old != ""
			r.faults = append(r.faults, e.pos.fault(e.key, "%s is %s: want %s", e.name(), show(e.node), row.expected()))
		case row.status == NoEffect:
			if !told[row.name] {
				r.warnings = append(r.warnings, e.pos.warning(e.key, "%s has no effect: %s", strings.TrimSuffix(row.name, ".*"), row.reason))
			}
			told[row.name] = true
		case row.field != nil:
			row.assign(v)
			r.c.origin[e.key] = e.pos
		default:
			r.c.extra[e.key] = v
			r.c.origin[e.key] = e.pos
		}
	}
}

// name is the key with the older spelling under which it was written.
func (e entry) name() string { return e.pos.name(e.key) }

func (p position) name(key string) string {
	if p.old != "" && p.old != key {
		return p.old + " (now " + key + ")"
	}
	return key
}

// find returns the row of a key, or that of the innermost section for it.
func find(rows []row, key string) (row, bool) {
	best := -1
	for i := range rows {
		name, section := strings.CutSuffix(rows[i].name, ".*")
		switch {
		case name == key && !section:
			return rows[i], true
		case section && (name == key || within(key, rows[i].name)) && (best < 0 || len(name) > len(rows[best].name)):
			best = i
		}
	}
	if best < 0 {
		return row{}, false
	}
	return rows[best], true
}

// maxSuggestions bounds the search for what was meant; a file with more
// unknown keys is none of BiaPy's.
const maxSuggestions = 100

func (r *reader) unknown(e entry) *Fault {
	if r.sections[e.key] {
		return e.pos.fault(e.key, "%s is %s: want a section", e.key, show(e.node))
	}
	what, known := "key", []string(nil)
	if r.strange++; r.strange <= maxSuggestions {
		for _, row := range r.rows {
			known = append(known, strings.TrimSuffix(row.name, ".*"))
		}
	}
	if e.node.Kind == yaml.MappingNode {
		what, known = "section", sortedKeys(r.sections)
	}
	if k := suggest(e.key, known); k != "" {
		return e.pos.fault(e.key, "unknown %s %s: did you mean %s?", what, e.key, k)
	}
	return e.pos.fault(e.key, "unknown %s %s: BiaPy's detection workflow has none like it", what, e.key)
}

// apply reads settings one after the other, so that the last one counts.
func (r *reader) apply(settings []string) {
	at := position{file: setFile}
	for _, s := range settings {
		key, val, found := strings.Cut(s, "=")
		key = strings.TrimSpace(key)
		if !found || key == "" {
			r.faults = append(r.faults, at.fault(s, "%q: want KEY=VALUE", s))
			continue
		}
		r.read([]entry{{key: key, node: r.setting(key, strings.TrimSpace(val)), pos: at}})
	}
}

// setting reads the value of a setting. Text is taken verbatim unless it is
// quoted.
func (r *reader) setting(key, val string) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(val), &doc); err == nil && len(doc.Content) == 1 {
		n := resolve(doc.Content[0])
		row, known := find(r.rows, key)
		_, wantsText := row.def.(string)
		quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
		if !known || !wantsText || quoted || n.Kind == yaml.SequenceNode {
			return n
		}
	}
	return text(val)
}
