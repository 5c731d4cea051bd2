package workflow

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// Names of the sets, as in keys of the configuration.
const (
	trainSet = "TRAIN"
	valSet   = "VAL"
	testSet  = "TEST"
)

// sampleFilter turns the lists of a configuration, which belong together, into
// conditions.
func sampleFilter(f config.FilterSamples) detection.SampleFilter {
	var out detection.SampleFilter
	for g, props := range f.Props {
		var group []detection.SampleCondition
		for i, p := range props {
			group = append(group, detection.SampleCondition{
				Property: detection.SampleProperty(p), Sign: detection.Sign(f.Signs[g][i]), Value: f.Values[g][i],
			})
		}
		out = append(out, group)
	}
	return out
}

// patchFilter is the filter of a training or validation set, nil without one.
// images are those before normalisation.
func patchFilter(c *config.Config, f config.FilterSamples, images []*imageio.Image) *training.Filter {
	if !f.Enable {
		return nil
	}
	out := &training.Filter{Conditions: sampleFilter(f), ByImage: c.Data.FilterByImage}
	if !f.NormBefore {
		for _, image := range images {
			out.Images = append(out.Images, image.Volume)
		}
	}
	return out
}

// allRemoved says by its key which filter leaves nothing.
func allRemoved(set string, err error) error {
	if errors.Is(err, training.ErrAllRemoved) {
		return inputf("DATA.%s.FILTER_SAMPLES removes everything: loosen its conditions: %w", set, err)
	}
	return Input(err)
}

// filterTest leaves out the test images that DATA.TEST.FILTER_SAMPLES removes,
// each judged as a whole, pre-processed and, if asked for, normalised as in
// use.
func (j *Job) filterTest() error {
	f := j.Config.Data.Test.FilterSamples
	if !f.Enable {
		return nil
	}
	steps, by, err := j.inUse()
	if err != nil {
		return err
	}
	filter, target := sampleFilter(f), trainingTarget(j.Config)
	var kept []Item
	for i, it := range j.Test {
		image, err := it.load()
		if err != nil {
			return err
		}
		v, stats, err := judgeImage(image, it.Truth, steps, by, f.NormBefore, target)
		if err != nil {
			return inputf("%s: %w", it.Path, err)
		}
		judged := training.Judgement{Sample: i, Dims: v.Dims, Stats: stats, Removed: filter.Removes(stats)}
		j.judgedTest = append(j.judgedTest, judged)
		if !judged.Removed {
			kept = append(kept, it)
		}
	}
	if len(kept) == 0 {
		return allRemoved(testSet, fmt.Errorf("%w of %d", training.ErrAllRemoved, len(j.Test)))
	}
	j.log().Info("filtered", "set", "test", "images", len(j.Test), "left", len(kept))
	j.allTest, j.Test = j.Test, kept
	return nil
}

// judgeImage measures an image as a whole.
func judgeImage(image *imageio.Image, points []detection.Point, steps *detection.PreprocessOptions, by detection.NormaliseOptions, normalised bool, target training.Target) (*detection.Volume, detection.SampleStats, error) {
	image, err := preprocess(image, steps)
	if err != nil {
		return nil, nil, err
	}
	v := image.Volume
	if normalised {
		if v, err = normalise(image, by); err != nil {
			return nil, nil, err
		}
	}
	painted, err := target.Paint(v.Dims, points)
	if err != nil {
		return nil, nil, err
	}
	stats, err := detection.MeasureSample(v, painted, detection.MeasureRanges(v, painted))
	return v, stats, err
}

// inUse is what is done to test images: as the configuration says in a job that
// trains, and as the model says in another.
func (j *Job) inUse() (*detection.PreprocessOptions, detection.NormaliseOptions, error) {
	if !j.Config.Train.Enable {
		return j.Model.Settings.Preprocess, j.Model.Settings.Normalise, nil
	}
	steps, err := preprocessInUse(j.Config)
	return steps, j.normaliseBy, err
}

// filterFolder is where [Layout.Results] keeps what filters found.
const filterFolder = "filtering_information"

// writeFiltering writes what the filters of the training and validation sets
// found: a table per set, and with DATA.SAVE_FILTERED_IMAGES a few of the
// pieces that they removed and kept.
func (j *Job) writeFiltering() error {
	for _, set := range []struct {
		name   string
		items  []Item
		loader *training.Loader
	}{{trainSet, j.Train, j.data}, {valSet, j.Val, j.valData}} {
		if len(set.loader.Judged()) == 0 {
			continue
		}
		if err := j.writeJudged(set.name, set.items, set.loader.Judged(), set.loader.Look); err != nil {
			return err
		}
	}
	return nil
}

// writeTestFiltering does the same for the test set.
func (j *Job) writeTestFiltering() error {
	if len(j.judgedTest) == 0 {
		return nil
	}
	return j.writeJudged(testSet, j.allTest, j.judgedTest, func(k training.Judgement) (*detection.Volume, error) {
		image, err := j.allTest[k.Sample].load()
		if err != nil {
			return nil, err
		}
		return image.Volume, nil
	})
}

func (j *Job) writeJudged(set string, items []Item, judged []training.Judgement, look func(training.Judgement) (*detection.Volume, error)) error {
	table := j.Layout.Results(filterFolder, set+".csv")
	if err := makeFolder(table); err != nil {
		return err
	}
	if err := atomicfile.Write(table, func(w io.Writer) error { return writeJudgements(w, items, judged) }); err != nil {
		return err
	}
	if !j.Config.Data.SaveFilteredImages {
		return nil
	}
	left := map[bool]int{true: j.Config.Data.SaveFilteredImagesNum, false: j.Config.Data.SaveFilteredImagesNum}
	for i, k := range judged {
		if left[k.Removed] == 0 {
			continue
		}
		left[k.Removed]--
		v, err := look(k)
		if err != nil {
			return err
		}
		dir := j.Layout.Results(filterFolder, set+map[bool]string{true: "_removed", false: "_kept"}[k.Removed])
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		name := fmt.Sprintf("%s_%d.tif", items[k.Sample].Name, i+1)
		if err := imageio.WriteFile(filepath.Join(dir, name), v, imageio.DefaultTIFFOptions()); err != nil {
			return err
		}
	}
	return nil
}

// writeJudgements writes one row per patch or image: its number, file, first
// voxel, size, every property, and whether it was removed.
func writeJudgements(w io.Writer, items []Item, judged []training.Judgement) error {
	if _, err := fmt.Fprint(w, "number,file,z,y,x,size_z,size_y,size_x"); err != nil {
		return err
	}
	for _, p := range detection.SampleProperties {
		if _, err := fmt.Fprintf(w, ",%s", p); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(w, ",removed"); err != nil {
		return err
	}
	for i, k := range judged {
		if _, err := fmt.Fprintf(w, "%d,%s,%d,%d,%d,%d,%d,%d", i+1, csvField(filepath.Base(items[k.Sample].Path)),
			k.Start[0], k.Start[1], k.Start[2], k.Dims[0], k.Dims[1], k.Dims[2]); err != nil {
			return err
		}
		for _, p := range detection.SampleProperties {
			if _, err := fmt.Fprintf(w, ",%g", k.Stats[p]); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, ",%v\n", k.Removed); err != nil {
			return err
		}
	}
	return nil
}
