package runner

import (
	"fmt"

	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/result"
)

// Results reads what a notebook that has been run reports (see package result):
// each name once, with the value that came last, in the order in which names came
// first.
//
// Errors: an output of that type that holds something else, with its cell.
func Results(nb *notebook.Notebook) ([]result.Result, error) {
	var list []result.Result
	place := map[string]int{}
	for i, c := range nb.Cells {
		for _, o := range c.Outputs {
			data, there := o.Data[result.Type]
			if !there {
				continue
			}
			found, err := result.Parse(data)
			if err != nil {
				return nil, fmt.Errorf("cell %d: %w", i+1, err)
			}
			for _, r := range found {
				at, known := place[r.Name]
				if !known {
					at, place[r.Name], list = len(list), len(list), append(list, r)
				}
				list[at] = r
			}
		}
	}
	return list, nil
}
