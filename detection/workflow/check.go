package workflow

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

func checkStep() Step {
	return Step{Name: "check", Doc: "reads and checks all data, then makes the results folder", Run: check}
}

// check reads every file that the job will use, so that what is wrong is said
// now and not after the training, and makes the first folder when all is well.
func check(_ context.Context, j *Job) error {
	if err := j.verify(); err != nil {
		return err
	}
	return j.writeConfig()
}

// verify is check without a folder.
func (j *Job) verify() error {
	if err := j.Config.CheckPaths(); err != nil {
		return Input(err)
	}
	training, testing := j.Config.Train.Enable, j.Config.Test.Enable
	if training {
		if err := j.prepareNetwork(); err != nil {
			return err
		}
		if err := j.checkTraining(); err != nil {
			return err
		}
	}
	if testing {
		if err := j.checkTest(); err != nil {
			return err
		}
	}
	if !training && testing {
		if err := j.loadModel(); err != nil {
			return err
		}
	}
	if testing {
		return j.filterTest()
	}
	return nil
}

// checkTraining reads the training and validation sets and makes their patches.
func (j *Job) checkTraining() error {
	if err := j.readTraining(); err != nil {
		return err
	}
	c := j.Config
	var files []detection.PointsFile
	for _, it := range slices.Concat(j.Train, j.Val) {
		files = append(files, detection.PointsFile{Name: it.PointsPath, Points: it.Truth})
	}
	if c.Model.NClasses > 1 {
		if err := detection.CheckClasses(files, c.Model.NClasses); err != nil {
			return Input(err)
		}
	}
	points := 0
	for _, it := range j.Train {
		points += len(it.Truth)
	}
	if points == 0 {
		return inputf("%s: the training set has no point at all: there is nothing to learn", c.Data.Train.GTPath)
	}
	if err := j.prepareTraining(); err != nil {
		return err
	}
	j.log().Info("data", "training images", len(j.Train), "points", points, "validation images", len(j.Val))
	return nil
}

// readTraining reads the training and validation sets and splits them.
func (j *Job) readTraining() error {
	c := j.Config
	train, err := j.readSet(c.Data.Train.Path, c.Data.Train.GTPath, true)
	if err != nil {
		return err
	}
	if c.Data.Val.FromTrain {
		j.Train, j.Val, err = j.split(train)
		return err
	}
	j.Train = train
	j.Val, err = j.readSet(c.Data.Val.Path, c.Data.Val.GTPath, true)
	return err
}

func (j *Job) checkTest() (err error) {
	c := j.Config
	if c.Data.Test.UseValAsTest {
		return j.testOnFold()
	}
	gt := ""
	if c.Data.Test.LoadGT {
		gt = c.Data.Test.GTPath
	}
	j.Test, err = j.readSet(c.Data.Test.Path, gt, false)
	return err
}

// readSet pairs and reads a set. Faulty CSV files stop the job, or are left
// out with a warning when PUNCTA.SKIP_BAD_POINTS says so.
func (j *Job) readSet(images, points string, keep bool) ([]Item, error) {
	if j.sets == nil {
		return j.readSetAnew(images, points, keep)
	}
	c := j.Config
	patch, channels := c.Patch()
	key := fmt.Sprint(images, points, keep, c.NDim(), patch, channels, c.Model.NClasses, c.Problem.Detection.CheckPointsCreated,
		c.Puncta.SkipBadPoints, c.Data.ReflectToCompleteShape)
	items, known := j.sets[key]
	if !known {
		var err error
		if items, err = j.readSetAnew(images, points, keep); err != nil {
			return nil, err
		}
		j.sets[key] = items
	}
	return slices.Clone(items), nil
}

func (j *Job) readSetAnew(images, points string, keep bool) ([]Item, error) {
	c := j.Config
	items, err := Images(images)
	if points != "" {
		items, err = Pair(images, points)
	}
	if err != nil {
		return nil, err
	}
	patch, channels := c.Patch()
	good, badPoints, badImages := readItems(items, readOptions{
		ndim: c.NDim(), channels: channels, classes: c.Model.NClasses,
		lenient: !c.Problem.Detection.CheckPointsCreated, keep: keep,
	})
	if len(badImages) > 0 {
		return nil, Input(limitErrors(badImages))
	}
	if len(badPoints) > 0 && !c.Puncta.SkipBadPoints {
		return nil, inputf("%w\nmend the points above, or leave these images out with --set PUNCTA.SKIP_BAD_POINTS=True", limitErrors(badPoints))
	}
	for _, err := range badPoints {
		j.log().Warn("image left out, its points have a problem", "error", err)
	}
	if len(good) == 0 {
		return nil, inputf("%s: no image is left after those with faulty points are left out", images)
	}
	for _, it := range good {
		if !c.Data.ReflectToCompleteShape && (it.Dims[0] < patch[0] || it.Dims[1] < patch[1] || it.Dims[2] < patch[2]) {
			return nil, inputf("%s: the image of %v (z, y, x) is smaller than the patch of %v, and DATA.REFLECT_TO_COMPLETE_SHAPE is off", it.Path, it.Dims, patch)
		}
	}
	return good, nil
}

// writeConfig makes the results folder and puts the configuration there, over
// that of an earlier run.
func (j *Job) writeConfig() error {
	for _, dir := range []string{j.Layout.Results(), j.Layout.Results("charts")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return inputf("cannot make the results folder: %w", err)
		}
	}
	if err := makeFolder(j.Layout.ConfigFile()); err != nil {
		return inputf("cannot make the results folder: %w", err)
	}
	return atomicfile.Write(j.Layout.ConfigFile(), writeText(j.Config.YAML()))
}
