package workflow

import (
	"math/rand/v2"
	"slices"

	"github.com/puncta-bio/puncta/detection/config"
)

// Streams of random numbers that deal out images.
const (
	splitStream = 0x73706c6974
	foldStream  = 0x666f6c6473
)

// split takes the validation images out of the training images: a share of
// them, or the fold of a cross validation.
func (j *Job) split(items []Item) (train, val []Item, err error) {
	if j.Config.Data.Val.CrossVal {
		return foldItems(items, j.Config)
	}
	return splitItems(items, j.Config, seed(j.Config, j.RunID))
}

// splitItems takes part of the training images for validation: the last ones,
// or with DATA.VAL.RANDOM some drawn by the seed. There is at least one on
// each side.
func splitItems(items []Item, c *config.Config, seed uint64) (train, val []Item, err error) {
	if len(items) < 2 {
		return nil, nil, inputf("%s: one image cannot be split into training and validation: add images, or give DATA.VAL.PATH with DATA.VAL.FROM_TRAIN False", c.Data.Train.Path)
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	if c.Data.Val.Random {
		order = rand.New(rand.NewPCG(seed, splitStream)).Perm(len(items))
	}
	n := min(max(int(float64(len(items))*c.Data.Val.SplitTrain+0.5), 1), len(items)-1)
	trainIndices, valIndices := order[:len(items)-n], order[len(items)-n:]
	slices.Sort(trainIndices)
	slices.Sort(valIndices)
	for _, i := range trainIndices {
		train = append(train, items[i])
	}
	for _, i := range valIndices {
		val = append(val, items[i])
	}
	return train, val, nil
}

// foldItems deals images into DATA.VAL.CROSS_VAL_NFOLD folds of equal size, the
// first ones an image larger when it does not work out, and takes fold
// DATA.VAL.CROSS_VAL_FOLD for validation: neighbours in order, or with
// DATA.VAL.RANDOM shuffled by SYSTEM.SEED. The number of the run does not
// count, so that runs on the folds 1 to n validate on every image once.
func foldItems(items []Item, c *config.Config) (train, val []Item, err error) {
	v := c.Data.Val
	if len(items) < v.CrossValNFold {
		return nil, nil, inputf("%s: %d images cannot be dealt into %d folds: want an image for each, or a smaller DATA.VAL.CROSS_VAL_NFOLD", c.Data.Train.Path, len(items), v.CrossValNFold)
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	if v.Random {
		order = rand.New(rand.NewPCG(uint64(c.System.Seed), foldStream)).Perm(len(items))
	}
	size, larger := len(items)/v.CrossValNFold, len(items)%v.CrossValNFold
	start := func(fold int) int { return fold*size + min(fold, larger) }
	chosen := order[start(v.CrossValFold-1):start(v.CrossValFold)]
	for i, it := range items {
		if slices.Contains(chosen, i) {
			val = append(val, it)
		} else {
			train = append(train, it)
		}
	}
	return train, val, nil
}

// testOnFold makes the fold of the cross validation the test set, with the
// points that lie beside it.
func (j *Job) testOnFold() error {
	if j.Config.Train.Enable {
		j.Test = slices.Clone(j.Val)
		j.log().Warn("the test images are those that choose the best epoch: the score will be a little too good")
		return nil
	}
	items, err := j.readSet(j.Config.Data.Train.Path, j.Config.Data.Train.GTPath, false)
	if err != nil {
		return err
	}
	_, j.Test, err = j.split(items)
	return err
}
