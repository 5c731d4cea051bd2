package sweep

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/puncta-bio/puncta/detection/config"
)

// reader reads a file and collects what is wrong with it.
type reader struct {
	sweep  *Sweep
	lines  map[string]int // of the keys at the top
	faults config.Faults
}

func (r *reader) fault(line int, key, format string, args ...any) {
	if line == 0 { // of the file as a whole
		key = ""
	}
	r.faults = append(r.faults, &config.Fault{File: r.sweep.File, Line: line, Key: key, Msg: fmt.Sprintf(format, args...)})
}

// maxFile bounds the size of a file, in bytes.
const maxFile = 1 << 20

var yamlError = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

// read reads the sections of the file.
func (r *reader) read(text []byte) {
	if len(text) > maxFile {
		r.fault(0, "", "%d bytes: want at most %d", len(text), maxFile)
		return
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	err := d.Decode(&doc)
	if err == nil && !errors.Is(d.Decode(new(yaml.Node)), io.EOF) {
		r.fault(0, "", "more than one YAML document: want one")
		return
	}
	if err != nil && !errors.Is(err, io.EOF) {
		line, msg := 0, err.Error()
		if m := yamlError.FindStringSubmatch(msg); m != nil {
			line, _ = strconv.Atoi(m[1])
			msg = strings.TrimSpace(m[2])
		}
		r.fault(line, "", "not YAML: %s", msg)
		return
	}
	if len(doc.Content) == 0 {
		return
	}
	top := resolve(doc.Content[0])
	if top.Kind != yaml.MappingNode {
		r.fault(top.Line, "", "want lines of the form key: value, such as config: nuclei.yaml")
		return
	}
	r.mapping(top, "", r.topKey)
}

// mapping hands the keys of a section to do, each with its value, and reports
// those that are there twice.
func (r *reader) mapping(n *yaml.Node, prefix string, do func(line int, key string, value *yaml.Node)) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := resolve(n.Content[i]), resolve(n.Content[i+1])
		line, key := n.Content[i].Line, name.Value
		switch first := seen[key]; {
		case name.Kind != yaml.ScalarNode || key == "" || name.Tag == "!!merge":
			r.fault(line, "", "%swant a name before the colon", prefix)
		case first > 0:
			r.fault(line, key, "%s%s is set twice: first in line %d", prefix, key, first)
		default:
			seen[key] = line
			do(line, key, value)
		}
	}
}

// topKeys are those of the file, in the order of the documentation.
var topKeys = []string{"config", "notebook", "kernel", "set", "parameters", "search", "runs", "seed", "objective", "goal", "parallel", "points"}

func (r *reader) topKey(line int, key string, value *yaml.Node) {
	s := r.sweep
	r.lines[key] = line
	switch key {
	case "config":
		r.text(line, key, value, &s.Config, "the name of a file")
	case "notebook":
		r.text(line, key, value, &s.Notebook, "the name of a file")
	case "kernel":
		r.text(line, key, value, &s.Kernel, "the name of a kernel")
	case "search":
		r.word(line, key, value, (*string)(&s.Search), string(Grid), string(Random))
	case "runs":
		r.whole(line, key, value, &s.Count, 1, MostRuns)
	case "seed":
		var seed int
		r.whole(line, key, value, &seed, 0, 1<<53)
		s.Seed = uint64(seed)
	case "objective":
		r.text(line, key, value, &s.Objective.Measure, "the name of a measure, such as f1")
	case "goal":
		var goal string
		r.word(line, key, value, &goal, string(Maximise), string(Minimise), "maximize", "minimize")
		s.Objective.Goal = Goal(strings.Replace(goal, "ize", "ise", 1))
	case "parallel":
		r.whole(line, key, value, &s.Parallel, 1, 1024)
	case "points":
		r.truth(line, key, value, &s.Points)
	case "set":
		r.section(line, key, value, func(line int, key string, value *yaml.Node) {
			v, err := valueOf(value)
			if err != nil {
				r.fault(line, key, "set: %s is %v", key, err)
				return
			}
			s.Set = append(s.Set, key+"="+v.Text)
		})
	case "parameters":
		r.section(line, key, value, r.parameter)
	default:
		r.fault(line, key, "unknown key %s: want %s", key, choice(topKeys))
	}
}

func (r *reader) section(line int, key string, value *yaml.Node, do func(int, string, *yaml.Node)) {
	if value.Kind != yaml.MappingNode {
		r.fault(line, key, "%s is %s: want a section with a line for each", key, show(value))
		return
	}
	r.mapping(value, key+": ", do)
}

func (r *reader) text(line int, key string, value *yaml.Node, to *string, want string) {
	if value.Kind != yaml.ScalarNode || value.Value == "" || value.Tag == "!!null" || strings.ContainsAny(value.Value, "\n\r") {
		r.fault(line, key, "%s is %s: want %s", key, show(value), want)
		return
	}
	*to = value.Value
}

func (r *reader) word(line int, key string, value *yaml.Node, to *string, words ...string) {
	if value.Kind != yaml.ScalarNode || !slices.Contains(words, value.Value) {
		r.fault(line, key, "%s is %s: want %s", key, show(value), choice(words[:2]))
		return
	}
	*to = value.Value
}

func (r *reader) whole(line int, key string, value *yaml.Node, to *int, lo, hi int) {
	n, err := strconv.Atoi(value.Value)
	if value.Kind != yaml.ScalarNode || err != nil || n < lo || n > hi {
		r.fault(line, key, "%s is %s: want a whole number from %d to %d", key, show(value), lo, hi)
		return
	}
	*to = n
}

func (r *reader) truth(line int, key string, value *yaml.Node, to *bool) {
	switch strings.ToLower(value.Value) {
	case "true", "yes", "on":
		*to = true
	case "false", "no", "off":
		*to = false
	default:
		r.fault(line, key, "%s is %s: want True or False", key, show(value))
	}
}

// show is a value for a message, shortened.
func show(n *yaml.Node) string {
	switch v, err := valueOf(n); {
	case n.Kind == yaml.MappingNode:
		return "a section"
	case n.Tag == "!!null" || n.Kind == yaml.ScalarNode && n.Value == "":
		return "empty"
	case err != nil:
		return err.Error()
	case len(v.Text) > 60:
		return v.Text[:60] + "…"
	default:
		return v.Text
	}
}

// choice is "a, b or c".
func choice(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}
