package workflow

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection/counts"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// Grouping says which condition each of a list of sets belongs to.
type Grouping struct {
	// Factors are the names of what tells conditions apart.
	Factors []string
	// Levels holds one list per set: the level of each factor.
	Levels [][]string
}

// ByFolder makes a condition of each folder, in the order of the sets.
func ByFolder(sets []PointSet) Grouping {
	g := Grouping{Factors: []string{"condition"}}
	for _, s := range sets {
		g.Levels = append(g.Levels, []string{s.Condition})
	}
	return g
}

// ByPattern makes a factor of each named group of a regular expression (Go's
// syntax), which is looked for in folder/name of each set, without _prob,
// _points and extension. The sets are sorted by their levels, in natural order.
//
// Errors are for [ErrInput]: an expression that does not compile or has no
// named group, a name that a factor cannot have, sets in which it is not found.
func ByPattern(sets []PointSet, pattern string) (Grouping, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return Grouping{}, inputf("--by %q: want \"folder\" or a regular expression: %w", pattern, err)
	}
	var g Grouping
	var places []int
	for i, name := range re.SubexpNames() {
		if name != "" {
			g.Factors, places = append(g.Factors, name), append(places, i)
		}
	}
	if len(places) == 0 {
		return Grouping{}, inputf("--by %q: want \"folder\", or a regular expression with a named group such as (?P<condition>[a-z]+)", pattern)
	}
	if err := counts.CheckFactors(g.Factors); err != nil {
		return Grouping{}, inputf("--by %q: %w", pattern, err)
	}
	levels := map[string][]string{}
	var errs []error
	for _, s := range sets {
		found := re.FindStringSubmatch(s.Key())
		if found == nil {
			errs = append(errs, fmt.Errorf("%s: --by %q is not found in %q", s.Path, pattern, s.Key()))
			continue
		}
		for _, i := range places {
			levels[s.Key()] = append(levels[s.Key()], found[i])
		}
	}
	if len(errs) > 0 {
		return Grouping{}, Input(limitErrors(errs))
	}
	slices.SortStableFunc(sets, func(a, b PointSet) int {
		return slices.CompareFunc(levels[a.Key()], levels[b.Key()], imageio.CompareNatural)
	})
	for _, s := range sets {
		g.Levels = append(g.Levels, levels[s.Key()])
	}
	return g, nil
}

// ByTable takes conditions from a CSV file with the columns image and
// condition; others are passed over. image is the name of an image with or without
// its extension, or folder/name where several have the name. The sets are
// sorted in the order of the table.
//
// Errors are for [ErrInput] and name file and line: a missing column, an empty
// or repeated image, an image of which there are no points; and sets that are
// not in the table, because a set that is left out by mistake changes a mean.
func ByTable(sets []PointSet, file string) (Grouping, error) {
	rows, err := readConditions(file)
	if err != nil {
		return Grouping{}, err
	}
	row := make([]int, len(sets)) // of each set, from 1
	var errs []error
	for i, r := range rows {
		found := setsNamed(sets, r.image)
		switch {
		case len(found) == 0:
			errs = append(errs, fmt.Errorf("%s:%d: there are no points of the image %q", file, r.line, r.image))
		case len(found) > 1:
			errs = append(errs, fmt.Errorf("%s:%d: image %q can be %s or %s: want one of these", file, r.line, r.image, sets[found[0]].Key(), sets[found[1]].Key()))
		case row[found[0]] > 0:
			errs = append(errs, fmt.Errorf("%s:%d: image %q is in line %d, too: want each image once", file, r.line, r.image, rows[row[found[0]]-1].line))
		default:
			row[found[0]] = i + 1
		}
	}
	for i, s := range sets {
		if row[i] == 0 && len(errs) == 0 {
			errs = append(errs, fmt.Errorf("%s: is of the image %s, which %s does not have", s.Path, s.Key(), file))
		}
	}
	if len(errs) > 0 {
		return Grouping{}, Input(limitErrors(errs))
	}
	order := map[string]int{}
	for i, s := range sets {
		order[s.Key()] = row[i]
	}
	slices.SortFunc(sets, func(a, b PointSet) int { return order[a.Key()] - order[b.Key()] })
	g := Grouping{Factors: []string{"condition"}}
	for _, s := range sets {
		g.Levels = append(g.Levels, []string{rows[order[s.Key()]-1].condition})
	}
	return g, nil
}

// setsNamed are the places of the sets that a name can mean.
func setsNamed(sets []PointSet, name string) []int {
	name = path.Clean(strings.ReplaceAll(name, `\`, "/"))
	names := []string{name}
	if imageio.Supported(name) {
		names = append(names, strings.TrimSuffix(name, path.Ext(name)))
	}
	var exact, found []int
	for i := range sets {
		switch {
		case slices.Contains(names, sets[i].Key()):
			exact = append(exact, i)
		case slices.Contains(names, sets[i].Name):
			found = append(found, i)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return found
}

// conditionRow is a row of a table of conditions.
type conditionRow struct {
	line             int
	image, condition string
}

// readConditions reads the table of [ByTable].
func readConditions(file string) ([]conditionRow, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, inputf("--conditions %s: %w", file, filesys.WithoutPath(err))
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	r.TrimLeadingSpace = true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, inputf("%s: is empty: want a header with the columns image and condition", file)
	}
	at := map[string]int{}
	for i, name := range header {
		if name = strings.TrimSpace(name); name == "image" || name == "condition" {
			if _, ok := at[name]; ok {
				return nil, inputf("%s:1: two columns are %s: want one", file, name)
			}
			at[name] = i
		}
	}
	if err == nil && len(at) < 2 {
		return nil, inputf("%s:1: want the columns image and condition, separated by commas; the header is %q", file, strings.Join(header, ","))
	}
	var rows []conditionRow
	for err == nil {
		var fields []string
		if fields, err = r.Read(); err == nil {
			line, _ := r.FieldPos(0)
			row := conditionRow{line, strings.TrimSpace(fields[at["image"]]), strings.TrimSpace(fields[at["condition"]])}
			if row.image == "" || row.condition == "" {
				return nil, inputf("%s:%d: image is %q and condition is %q: want both", file, line, row.image, row.condition)
			}
			rows = append(rows, row)
		}
	}
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		return nil, inputf("%s:%d: %w", file, parse.Line, parse.Err)
	case !errors.Is(err, io.EOF):
		return nil, inputf("%s: %w", file, err)
	case len(rows) == 0:
		return nil, inputf("%s: has no image: want one per row", file)
	}
	return rows, nil
}
