package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// entry is one key of a file with its value.
type entry struct {
	key  string
	node *yaml.Node
	pos  position
}

// maxFile bounds the size of a file, in bytes.
const maxFile = 1 << 20

var yamlError = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

// parseYAML returns the top section of a file, nil for an empty one.
func parseYAML(data []byte, file string) (*yaml.Node, *Fault) {
	whole := position{file: file}
	if len(data) > maxFile {
		return nil, whole.fault("", "%d bytes: want at most %d", len(data), maxFile)
	}
	dec := yaml.NewDecoder(bytes.NewReader(spacesForTabs(data)))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		m := yamlError.FindStringSubmatch(err.Error())
		if m == nil {
			return nil, whole.fault("", "not YAML: %v", err)
		}
		whole.line, _ = strconv.Atoi(m[1])
		return nil, whole.fault("", "not YAML: %s", strings.TrimSpace(m[2]))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, whole.fault("", "more than one YAML document: want one")
	}
	root := resolve(doc.Content[0])
	switch {
	case root.Kind == yaml.ScalarNode && root.Tag == "!!null":
		return nil, nil
	case root.Kind != yaml.MappingNode:
		whole.line = root.Line
		return nil, whole.fault("", "%s: want sections such as TRAIN", show(root))
	}
	return root, nil
}

// spacesForTabs replaces each tab that indents a line by two spaces, as BiaPy
// does; YAML allows none.
func spacesForTabs(data []byte) []byte {
	lines := bytes.Split(data, []byte("\n"))
	for i, line := range lines {
		if text := bytes.TrimLeft(line, " \t"); bytes.IndexByte(line[:len(line)-len(text)], '\t') >= 0 {
			indent := bytes.ReplaceAll(line[:len(line)-len(text)], []byte("\t"), []byte("  "))
			lines[i] = append(indent, text...)
		}
	}
	return bytes.Join(lines, []byte("\n"))
}

// walker flattens the sections of a file into entries.
type walker struct {
	file     string
	sections map[string]bool // names of all sections that hold keys
	entries  []entry
	faults   Faults
}

// flatten lists the keys of a file in its order; prefix is "" or the name of
// the section followed by a dot.
func (w *walker) flatten(section *yaml.Node, prefix string) {
	seen := map[string]int{}
	for i := 0; i+1 < len(section.Content); i += 2 {
		name, val := resolve(section.Content[i]), resolve(section.Content[i+1])
		at := position{file: w.file, line: section.Content[i].Line}
		key := prefix + name.Value
		switch {
		case name.Kind != yaml.ScalarNode || name.Value == "":
			w.faults = append(w.faults, at.fault(key, "%s stands where a key is expected", show(name)))
			continue
		case name.Tag == "!!merge":
			w.faults = append(w.faults, at.fault(key, "merging sections by << is not supported: write the keys out"))
			continue
		case seen[name.Value] > 0:
			w.faults = append(w.faults, at.fault(key, "%s is set twice: first in line %d", key, seen[name.Value]))
			continue
		}
		seen[name.Value] = at.line
		switch {
		case w.sections[key] && val.Kind == yaml.MappingNode:
			w.flatten(val, key+".")
		case w.sections[key] && val.Tag == "!!null":
		default:
			w.entries = append(w.entries, entry{key: key, node: val, pos: at})
		}
	}
}

// sectionNames lists every proper prefix of a known key.
func sectionNames(rows []row) map[string]bool {
	sections := map[string]bool{}
	add := func(name string) {
		for i, r := range name {
			if r == '.' {
				sections[name[:i]] = true
			}
		}
	}
	for _, r := range rows {
		if !r.section() {
			add(r.name)
		}
	}
	for _, m := range migrations() {
		add(m.old)
	}
	return sections
}
