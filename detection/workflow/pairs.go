package workflow

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/puncta-bio/puncta/detection/imageio"
)

// pairNames lists the names that both folders have, in natural order, or one
// error with all that only one has.
func pairNames(gt, pred string, truth, found map[string]string) ([]string, error) {
	var errs []error
	names := slices.SortedFunc(maps.Keys(truth), imageio.CompareNatural)
	for _, name := range names {
		if _, ok := found[name]; !ok {
			errs = append(errs, fmt.Errorf("%s has no prediction: want %s, or the same with _prob or _points", truth[name], filepath.Join(pred, name+".csv")))
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(found), imageio.CompareNatural) {
		if _, ok := truth[name]; !ok {
			errs = append(errs, fmt.Errorf("%s has no true points: want %s", found[name], filepath.Join(gt, name+".csv")))
		}
	}
	if len(errs) > 0 {
		return nil, Input(limitErrors(errs))
	}
	return names, nil
}
