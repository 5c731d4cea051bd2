package workflow

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/simulate"
)

func namesOf(items []Item) []string {
	var names []string
	for _, it := range items {
		names = append(names, it.Name)
	}
	return names
}

func TestFolds(t *testing.T) {
	items := make([]Item, 11)
	for i := range items {
		items[i].Name = fmt.Sprint(i)
	}
	c := smallConfig(t, "none", "DATA.VAL.FROM_TRAIN=True", "DATA.VAL.CROSS_VAL=True", "DATA.VAL.CROSS_VAL_NFOLD=4", "DATA.VAL.RANDOM=False")
	folds := func() [][]string {
		var list [][]string
		for fold := 1; fold <= 4; fold++ {
			c.Data.Val.CrossValFold = fold
			j := &Job{Config: c, RunID: fold} // a run for each fold
			train, val, err := j.split(items)
			if err != nil {
				t.Fatal(err)
			}
			if len(train)+len(val) != len(items) || !slices.IsSortedFunc(train, func(a, b Item) int {
				return slices.Index(namesOf(items), a.Name) - slices.Index(namesOf(items), b.Name)
			}) {
				t.Errorf("fold %d: training on %v", fold, namesOf(train))
			}
			for _, it := range val {
				if slices.Contains(namesOf(train), it.Name) {
					t.Errorf("fold %d: %s is on both sides", fold, it.Name)
				}
			}
			list = append(list, namesOf(val))
		}
		return list
	}
	// As sklearn's KFold(4).split of 11 gives them.
	if got, want := fmt.Sprint(folds()), "[[0 1 2] [3 4 5] [6 7 8] [9 10]]"; got != want {
		t.Errorf("folds in order %s, want %s", got, want)
	}
	c.Data.Val.Random = true
	first := folds()
	all := slices.Concat(first...)
	slices.SortFunc(all, func(a, b string) int { return slices.Index(namesOf(items), a) - slices.Index(namesOf(items), b) })
	if !slices.Equal(all, namesOf(items)) || fmt.Sprint(first) == "[[0 1 2] [3 4 5] [6 7 8] [9 10]]" {
		t.Errorf("random folds %v", first)
	}
	if fmt.Sprint(folds()) != fmt.Sprint(first) {
		t.Error("the same seed made other folds")
	}
	c.System.Seed = 7
	if fmt.Sprint(folds()) == fmt.Sprint(first) {
		t.Error("another seed made the same folds")
	}
	if _, _, err := foldItems(items[:3], c); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "3 images cannot be dealt into 4 folds") {
		t.Errorf("error %v", err)
	}
}

// foldData writes seven training images and no test images, and returns a
// configuration of a cross validation that tests on its fold.
func foldData(t *testing.T, settings ...string) (*config.Config, string) {
	t.Helper()
	dir := t.TempDir()
	o := simulate.DefaultDatasetOptions()
	o.Train, o.Val, o.Test = 7, 0, 0
	o.Nuclei.Dims, o.Nuclei.Count = [3]int{1, 40, 48}, [2]int{3, 5}
	if err := Generate(context.Background(), dir, o, nil); err != nil {
		t.Fatal(err)
	}
	return smallConfig(t, dir, append([]string{"DATA.VAL.FROM_TRAIN=True", "DATA.VAL.CROSS_VAL=True", "DATA.VAL.CROSS_VAL_NFOLD=3", "DATA.VAL.CROSS_VAL_FOLD=2",
		"DATA.VAL.RANDOM=False", "DATA.TEST.USE_VAL_AS_TEST=True", "PUNCTA.TUNE=False", "PUNCTA.STEPS=2"}, settings...)...), dir
}

// The fold is tested with the points that lie beside it, in a job that trains
// and in one that does not.
func TestUseValAsTest(t *testing.T) {
	c, dir := foldData(t)
	j := newJob(t, c, t.TempDir(), 1)
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(namesOf(j.Test), " "); len(j.Test) != 2 || got != strings.Join(namesOf(j.Val), " ") || !strings.HasPrefix(j.Test[0].PointsPath, filepath.Join(dir, "train")) {
		t.Errorf("tested on %s", got)
	}
	only := c.Clone()
	if _, err := only.Set("TRAIN.ENABLE=False", "MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE="+j.Layout.BestCheckpoint()); err != nil {
		t.Fatal(err)
	}
	k := newJob(t, only, t.TempDir(), 3)
	if err := check(context.Background(), k); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(namesOf(k.Test), namesOf(j.Test)) || len(k.Test[0].Truth) == 0 {
		t.Errorf("without training, %v are tested on; with it %v were", namesOf(k.Test), namesOf(j.Test))
	}
}
