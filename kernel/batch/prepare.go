package batch

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/runner"
)

// prepare makes the runs, and puts the parameters of each into a copy of the
// notebook.
func (b *Batch) prepare(nb *notebook.Notebook, set []string) error {
	for _, setting := range set {
		name, _, _ := strings.Cut(setting, "=")
		if slices.ContainsFunc(b.asked.Parameters, func(p sweep.Parameter) bool { return p.Name == name }) {
			return fmt.Errorf("--set %s: %s varies it", name, b.asked.File)
		}
	}
	fixed, err := parse(slices.Concat(b.asked.Set, set))
	if err != nil {
		return fmt.Errorf("%s: set: %w", b.asked.File, err)
	}
	identity := identityOf(nb, b.spec.Name)
	var wrong []error
	told := map[string]bool{}
	for _, r := range b.asked.Runs() {
		own, err := parse(b.asked.Settings(r))
		all := runner.Merge(fixed, own)
		if err == nil {
			var copied *notebook.Notebook
			if copied, err = notebook.Read(b.text); err == nil {
				_, err = runner.Inject(copied, all, b.spec.Language)
			}
		}
		if err != nil && !told[err.Error()] {
			told[err.Error()] = true
			wrong = append(wrong, fmt.Errorf("%s: %w (run %d: %s)", b.placeOf(err), err, r.Number, b.asked.Describe(r)))
		}
		sorted := slices.SortedFunc(slices.Values(all), func(p, q runner.Parameter) int { return strings.Compare(p.Name, q.Name) })
		b.runs = append(b.runs, &run{r, all, sweep.ID("notebook", identity, textOf(sorted))})
	}
	if len(wrong) > mostErrors {
		wrong = append(wrong[:mostErrors], fmt.Errorf("and %d more", len(wrong)-mostErrors))
	}
	return errors.Join(wrong...)
}

// mostErrors bounds how many are shown at once.
const mostErrors = 20

// parse reads settings NAME=VALUE.
func parse(settings []string) ([]runner.Parameter, error) {
	var list []runner.Parameter
	for _, s := range settings {
		p, err := runner.ParseParameter(s)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// placeOf is the file, and where the error names a parameter of it the line.
func (b *Batch) placeOf(err error) string {
	for _, p := range b.asked.Parameters {
		if p.Line > 0 && strings.HasPrefix(err.Error(), "parameter "+p.Name+" ") {
			return fmt.Sprintf("%s:%d", b.asked.File, p.Line)
		}
	}
	return b.asked.File
}

// identityOf stands for what a notebook does: its cells, without what earlier
// runs have left in them, and its kernel.
func identityOf(nb *notebook.Notebook, kernel string) string {
	parts := []string{kernel}
	for _, c := range nb.Cells {
		if c.Type == notebook.Code {
			parts = append(parts, c.Source, strings.Join(c.Tags(), ","))
		}
	}
	return sweep.ID(parts...)
}

// textOf writes parameters as a YAML file of [runner.ParseYAML].
func textOf(list []runner.Parameter) string {
	var b strings.Builder
	for _, p := range list {
		fmt.Fprintf(&b, "%s: %s\n", p.Name, yamlOf(p.Value))
	}
	return b.String()
}

func yamlOf(v runner.Value) string {
	switch v.Kind {
	case runner.List:
		items := make([]string, len(v.Items))
		for i, item := range v.Items {
			items[i] = yamlOf(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case runner.Text:
		return fmt.Sprintf("%q", v.Text)
	}
	return v.Text
}
