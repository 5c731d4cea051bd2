package notebook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
)

// fields takes the keys of an object one by one, notes the first fault, and
// knows what is left.
type fields struct {
	object Object
	taken  map[string]bool
	err    error
}

func (f *fields) take(key string) (any, bool) {
	if f.taken == nil {
		f.taken = map[string]bool{}
	}
	f.taken[key] = true
	v, there := f.object[key]
	return v, there
}

func (f *fields) fault(key string, v any, there bool, want string) {
	switch {
	case f.err != nil:
	case !there:
		f.err = fmt.Errorf("%s is missing: want %s", key, want)
	default:
		f.err = fmt.Errorf("%s is %s: want %s", key, kindOf(v), want)
	}
}

func (f *fields) text(key string, required bool) string {
	v, there := f.take(key)
	s, ok := v.(string)
	if !ok && (there || required) {
		f.fault(key, v, there, "text")
	}
	return s
}

// lines is a text or a list of lines.
func (f *fields) lines(key string) string {
	v, there := f.take(key)
	if s, ok := v.(string); ok {
		return s
	}
	s, ok := joined(v)
	if !ok {
		f.fault(key, v, there, "text or a list of lines")
	}
	return s
}

func (f *fields) mapping(key string, required bool) Object {
	v, there := f.take(key)
	m, ok := v.(Object)
	if !ok && (there || required) {
		f.fault(key, v, there, "an object")
	}
	return m
}

func (f *fields) list(key string) []any {
	v, there := f.take(key)
	l, ok := v.([]any)
	if !ok {
		f.fault(key, v, there, "a list")
	}
	return l
}

// count is a whole number, nil for null and for what is not there.
func (f *fields) count(key string) *int {
	v, _ := f.take(key)
	if v == nil {
		return nil
	}
	if n, ok := v.(json.Number); ok {
		if i, err := strconv.Atoi(n.String()); err == nil {
			return &i
		}
	}
	f.fault(key, v, true, "a whole number")
	return nil
}

// rest is what was not taken, nil for nothing.
func (f *fields) rest() Object {
	var rest Object
	for k, v := range f.object {
		if !f.taken[k] {
			if rest == nil {
				rest = Object{}
			}
			rest[k] = v
		}
	}
	return rest
}

// kindOf names the type of a JSON value.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case string:
		return "text"
	case json.Number:
		return "the number " + v.String()
	case []any:
		return "a list"
	}
	return "an object"
}

// repairIDs gives an id to the cells that need one.
func (nb *Notebook) repairIDs() {
	if nb.Minor < 5 {
		return
	}
	seen := map[string]bool{}
	for i, c := range nb.Cells {
		if c.ID == "" || seen[c.ID] {
			c.ID = nb.freshID(strconv.Itoa(i) + "\n" + c.Source)
		}
		seen[c.ID] = true
	}
}

// freshID is an id that no cell has, made from seed, so that the same notebook
// gets the same one.
func (nb *Notebook) freshID(seed string) string {
	for {
		sum := sha256.Sum256([]byte(seed))
		id := hex.EncodeToString(sum[:4])
		taken := false
		for _, c := range nb.Cells {
			taken = taken || c.ID == id
		}
		if !taken {
			return id
		}
		seed += "+"
	}
}

// NewCode returns a code cell that has not been executed, with an id where the
// format has one. It is not yet part of the notebook.
func (nb *Notebook) NewCode(source string) *Cell {
	c := &Cell{Type: Code, Source: source, Metadata: Object{}}
	if nb.Minor >= 5 {
		c.ID = nb.freshID(source)
	}
	return c
}
