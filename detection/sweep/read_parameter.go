package sweep

import (
	"strconv"

	"gopkg.in/yaml.v3"
)

// parameter reads a line of the section parameters.
func (r *reader) parameter(line int, name string, n *yaml.Node) {
	p := Parameter{Name: name, Line: line}
	switch n.Kind {
	case yaml.SequenceNode:
		if len(n.Content) == 0 {
			r.fault(line, name, "%s has no values: want at least one", name)
			return
		}
		for _, item := range n.Content {
			v, err := valueOf(item)
			if err != nil {
				r.fault(item.Line, name, "%s has %v", name, err)
				return
			}
			for _, other := range p.Values {
				if other == v {
					r.fault(item.Line, name, "%s has %s twice", name, v.Text)
					return
				}
			}
			p.Values = append(p.Values, v)
		}
	case yaml.MappingNode:
		if !r.rangeOf(&p, n) {
			return
		}
	default:
		r.fault(line, name, "%s is %s: want a list of values in brackets, or {from: …, to: …}", name, show(n))
		return
	}
	r.sweep.Parameters = append(r.sweep.Parameters, p)
}

// rangeOf reads a range; false when something is wrong with it.
func (r *reader) rangeOf(p *Parameter, n *yaml.Node) bool {
	before := len(r.faults)
	given := map[string]bool{}
	var limits Range
	var step float64
	var count int
	r.mapping(n, p.Name+": ", func(line int, key string, value *yaml.Node) {
		given[key] = true
		number := func(to *float64) {
			f, err := strconv.ParseFloat(value.Value, 64)
			if value.Kind != yaml.ScalarNode || err != nil || f-f != 0 {
				r.fault(line, p.Name, "%s: %s is %s: want a number", p.Name, key, show(value))
			}
			*to = f
		}
		switch key {
		case "from":
			number(&limits.From)
		case "to":
			number(&limits.To)
		case "step":
			number(&step)
		case "count":
			r.whole(line, p.Name+": count", value, &count, 2, mostValues)
		case "scale":
			scale := "linear"
			r.word(line, p.Name+": scale", value, &scale, "linear", "log")
			limits.Log = scale == "log"
		case "whole":
			r.truth(line, p.Name+": whole", value, &limits.Whole)
		default:
			r.fault(line, p.Name, "%s has an unknown %s: want from, to, step or count, scale and whole", p.Name, key)
		}
	})
	if len(r.faults) > before {
		return false
	}
	bad := func(what string) bool {
		r.fault(n.Line, p.Name, "%s: %s", p.Name, what)
		return false
	}
	if !given["from"] || !given["to"] {
		return bad("want from and to")
	}
	if err := limits.Validate(); err != nil {
		return bad(err.Error())
	}
	var err error
	switch {
	case given["step"] && given["count"]:
		return bad("step and count are both there: want one of them")
	case given["step"]:
		p.Values, err = limits.step(step)
	case given["count"]:
		p.Values, err = limits.count(count)
	default:
		p.Range = &limits
	}
	if err != nil {
		return bad(err.Error())
	}
	return true
}
