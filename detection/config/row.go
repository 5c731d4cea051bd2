package config

import (
	"fmt"
	"slices"
	"strings"
)

// value lists the types that options have.
type value interface {
	bool | int | float64 | string | []bool | []int | []float64 | []string | [][]float64 | [][]string
}

// row is one key of the table: [Key] with its typed default and, when
// supported, the field of a Config that holds it.
type row struct {
	name   string
	field  any // pointer to the field; nil when there is none
	def    any // default, of a type in value; nil: values of any type are taken
	alike  []any
	want   rule
	status Status
	reason string
	needs  string
	none   bool // None, which is how YAML spells it in BiaPy's checkpoints, is the default
	doc    string
}

func use[T value](name string, field *T, def T, want rule, doc string) row {
	return row{name: name, field: field, def: def, want: want, doc: doc}
}

func later(name string, def any, doc string) row {
	return row{name: name, def: def, doc: doc, status: Later}
}

func refuse(name string, def any, doc, reason string) row {
	return row{name: name, def: def, doc: doc, status: Refused, reason: reason}
}

func inert(name string, def any, reason string) row {
	return row{name: name, def: def, doc: "Accepted with a warning.", status: NoEffect, reason: reason}
}

// when returns r with the condition under which it matters.
func (r row) when(needs string) row { r.needs = needs; return r }

// or returns r with more values that, like the default, change nothing.
func (r row) or(values ...any) row { r.alike = values; return r }

// orNone returns r with None as another way to write its default.
func (r row) orNone() row { r.none = true; return r }

// section says whether the row stands for everything below its name.
func (r row) section() bool { return strings.HasSuffix(r.name, ".*") }

// harmless says whether v is the default or as good as that. Lists of nothing
// but the default's only entry are, whatever their length.
func (r row) harmless(v any) bool {
	return slices.ContainsFunc(append(r.alike, r.def), func(d any) bool {
		return format(v) == format(d) || onlyDefault(v, d)
	})
}

func (r row) key() Key {
	k := Key{Name: r.name, Type: kindName(r.def), Range: r.want.describe(), Doc: r.doc,
		Status: r.status, Reason: r.reason, Stage: stageOf(r.name), Needs: r.needs, Takes: r.expected()}
	if r.def != nil {
		k.Default = format(r.def)
	}
	return k
}

// expected says what the key takes, for messages.
func (r row) expected() string {
	switch {
	case len(r.want.words) > 0 || r.want.match != nil:
		return r.want.describe()
	case r.def == nil:
		return "a value"
	}
	kind, text := kindName(r.def), r.want.describe()
	if r.want.text == "" && text != "" {
		return kind + ", " + text
	}
	return strings.TrimSpace(kind + " " + text)
}

// value reads the field.
func (r row) value() any {
	switch p := r.field.(type) {
	case *bool:
		return *p
	case *int:
		return *p
	case *float64:
		return *p
	case *string:
		return *p
	case *[]bool:
		return *p
	case *[]int:
		return *p
	case *[]float64:
		return *p
	case *[]string:
		return *p
	case *[][]float64:
		return *p
	case *[][]string:
		return *p
	}
	panic(fmt.Sprintf("config: %s has a field of type %T", r.name, r.field))
}

// assign stores v, of the type of the default, in the field; lists are copied.
func (r row) assign(v any) {
	switch p := r.field.(type) {
	case *bool:
		*p = v.(bool)
	case *int:
		*p = v.(int)
	case *float64:
		*p = v.(float64)
	case *string:
		*p = v.(string)
	case *[]bool:
		*p = slices.Clone(v.([]bool))
	case *[]int:
		*p = slices.Clone(v.([]int))
	case *[]float64:
		*p = slices.Clone(v.([]float64))
	case *[]string:
		*p = slices.Clone(v.([]string))
	case *[][]float64:
		*p = cloneGroups(v.([][]float64))
	case *[][]string:
		*p = cloneGroups(v.([][]string))
	default:
		panic(fmt.Sprintf("config: %s has a field of type %T", r.name, r.field))
	}
}

// cloneGroups copies a list of lists; an empty one becomes nil.
func cloneGroups[T any](groups [][]T) [][]T {
	var out [][]T
	for _, g := range groups {
		out = append(out, slices.Clone(g))
	}
	return out
}

// kindName is the type of a default in words.
func kindName(def any) string {
	switch def.(type) {
	case bool:
		return "True or False"
	case int:
		return "a whole number"
	case float64:
		return "a number"
	case string:
		return "text"
	case []bool:
		return "True or False, one or more"
	case []int:
		return "whole numbers"
	case []float64:
		return "numbers"
	case []string:
		return "words"
	case [][]float64:
		return "lists of numbers, one per group"
	case [][]string:
		return "lists of words, one per group"
	}
	return "anything"
}

// onlyDefault says whether v is a list without any entry but that which the
// list def is made of.
func onlyDefault(v, def any) bool {
	switch v := v.(type) {
	case []bool:
		d, ok := def.([]bool)
		return ok && repeats(v, d)
	case []int:
		d, ok := def.([]int)
		return ok && repeats(v, d)
	case []float64:
		d, ok := def.([]float64)
		return ok && repeats(v, d)
	}
	return false
}

func repeats[T comparable](list, def []T) bool {
	if len(list) == 0 || len(def) == 0 {
		return false
	}
	other := func(v T) bool { return v != def[0] }
	return !slices.ContainsFunc(list, other) && !slices.ContainsFunc(def, other)
}
