package runner

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

// The tags by which papermill knows cells.
const (
	parametersTag = "parameters"
	injectedTag   = "injected-parameters"
)

// Injection says what [Inject] did.
type Injection struct {
	// Cell is the position of the injected cell, from 0; -1 when there were no
	// parameters and nothing was changed.
	Cell int
	// Replaced says that it took the place of an earlier injected cell.
	Replaced bool
	// NoParametersCell says that no cell is tagged parameters, so that nothing
	// is known about the names and types.
	NoParametersCell bool
}

// Inject adds a cell with the tag injected-parameters that declares the
// parameters as Go variables: in the place of one that is there already, or
// else behind the first cell tagged parameters, or else first of all. GoNB lets
// a later declaration of a name replace an earlier one.
//
// Names must be declared in the parameters cell, and values take its types: 3
// for a variable that is set to 0.5 there becomes 3.0, and 5 for a string "5".
// The order is that of the parameters cell, or of the names where there is
// none. metadata.papermill.parameters records the values.
//
// language is that of the kernel. Errors, after which nb is as before: a
// language other than go; a parameters cell that is not Go; a name that it
// does not declare, or as a constant; a value of another type.
func Inject(nb *notebook.Notebook, parameters []Parameter, language string) (Injection, error) {
	if len(parameters) == 0 {
		return Injection{Cell: -1}, nil
	}
	if !strings.EqualFold(language, "go") {
		return Injection{}, fmt.Errorf("parameters become Go declarations, and the kernel's language is %q", language)
	}
	for _, p := range parameters {
		if err := checkName(p.Name); err != nil {
			return Injection{}, err
		}
	}
	tagged, injected := firstTagged(nb, parametersTag), firstTagged(nb, injectedTag)
	var known []declared
	if tagged >= 0 {
		var err error
		if known, err = declarations(nb.Cells[tagged].Source); err != nil {
			return Injection{}, fmt.Errorf("cell %d, tagged parameters: %w: want Go declarations such as var threshold = 0.5", tagged+1, err)
		}
	}
	source, record, err := declare(parameters, known, tagged)
	if err != nil {
		return Injection{}, err
	}
	result := Injection{Cell: 0, Replaced: injected >= 0, NoParametersCell: tagged < 0}
	switch {
	case injected >= 0:
		result.Cell = injected
		nb.Cells = slices.Delete(nb.Cells, injected, injected+1)
	case tagged >= 0:
		result.Cell = tagged + 1
	}
	c := nb.NewCode(source)
	c.Metadata["tags"] = []any{injectedTag}
	nb.Cells = slices.Insert(nb.Cells, result.Cell, c)
	section(&nb.Metadata, recordKey)["parameters"] = record
	return result, nil
}

func firstTagged(nb *notebook.Notebook, tag string) int {
	return slices.IndexFunc(nb.Cells, func(c *notebook.Cell) bool { return c.HasTag(tag) })
}

// declare writes the source of the injected cell, and the record.
func declare(parameters []Parameter, known []declared, tagged int) (string, notebook.Object, error) {
	place := map[string]int{}
	var names []string
	for i, d := range known {
		if _, there := place[d.name]; !there {
			names = append(names, d.name)
		}
		place[d.name] = i
	}
	ordered := slices.Clone(parameters)
	sort.SliceStable(ordered, func(a, b int) bool {
		pa, pb := place[ordered[a].Name], place[ordered[b].Name]
		return pa < pb || pa == pb && ordered[a].Name < ordered[b].Name
	})
	var b strings.Builder
	b.WriteString("// Parameters")
	record := notebook.Object{}
	for _, p := range ordered {
		var d declared
		if tagged >= 0 {
			i, there := place[p.Name]
			if !there {
				return "", nil, fmt.Errorf("parameter %s is not declared in cell %d, tagged parameters: %s", p.Name, tagged+1, knownNames(names))
			}
			d = known[i]
		}
		if d.constant {
			return "", nil, fmt.Errorf("parameter %s is a constant in cell %d, tagged parameters: want var %s = …", p.Name, tagged+1, p.Name)
		}
		text, value, err := literal(p.Value, d.typ)
		if err != nil {
			return "", nil, fmt.Errorf("parameter %s %w", p.Name, err)
		}
		typ := ""
		if d.explicit || basicBits[d.typ] != 0 && d.typ != "int" && d.typ != "float64" {
			typ = " " + d.typ
		}
		fmt.Fprintf(&b, "\nvar %s%s = %s", p.Name, typ, text)
		record[p.Name] = value
	}
	return b.String(), record, nil
}

func knownNames(names []string) string {
	if len(names) == 0 {
		return "that cell declares no variable"
	}
	return "it declares " + strings.Join(names, ", ")
}
