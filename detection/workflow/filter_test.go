package workflow

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/imageio"
)

// checked is a job after its check.
func checked(t *testing.T, data string, settings ...string) *Job {
	t.Helper()
	c := smallConfig(t, data, append([]string{"PUNCTA.TUNE=False"}, settings...)...)
	j := newJob(t, c, t.TempDir(), 1)
	if err := check(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	return j
}

// filterOn sets a filter of one group.
func filterOn(set, props, values, signs string) []string {
	f := "DATA." + set + ".FILTER_SAMPLES."
	return []string{f + "ENABLE=True", f + "PROPS=[[" + props + "]]", f + "VALUES=[[" + values + "]]", f + "SIGNS=[[" + signs + "]]"}
}

// Images of 64 x 80 in patches of 32 x 32 are six patches each.
func TestFilterSamples(t *testing.T) {
	data, _ := smallData(t)
	all := checked(t, data)
	if n := all.data.Batches(); n != 5 { // 3 images, 18 patches in batches of 4
		t.Fatalf("%d batches without a filter", n)
	}
	j := checked(t, data, append(append(filterOn("TRAIN", "foreground", "0.02", "lt"), filterOn("VAL", "max", "0", "ge")...),
		"DATA.VAL.FILTER_SAMPLES.VALUES=[[100000]]", "DATA.SAVE_FILTERED_IMAGES=True", "DATA.SAVE_FILTERED_IMAGES_NUM=2")...)
	kept := 0
	for _, k := range j.data.Judged() {
		if k.Removed != (k.Stats["foreground"] < 0.02) {
			t.Errorf("%+v", k)
		}
		if !k.Removed {
			kept++
		}
	}
	if len(j.data.Judged()) != 18 || kept == 0 || kept == 18 || j.data.Batches() != (kept+3)/4 {
		t.Errorf("%d of %d patches are left, %d batches", kept, len(j.data.Judged()), j.data.Batches())
	}
	if len(j.valData.Judged()) != 12 || j.valData.Batches() != 3 {
		t.Errorf("validation: %d patches judged, %d batches", len(j.valData.Judged()), j.valData.Batches())
	}

	if err := j.writeFiltering(); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(j.Layout.Results("filtering_information", "TRAIN.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) != 19 || strings.Join(rows[0][:9], ",") != "number,file,z,y,x,size_z,size_y,size_x,foreground" {
		t.Fatalf("table %v, %v", rows, err)
	}
	removed, err := imageio.List(j.Layout.Results("filtering_information", "TRAIN_removed"))
	if err != nil || len(removed) != 2 {
		t.Fatalf("saved %v, %v", removed, err)
	}
	saved, err := imageio.Read(removed[0])
	if err != nil || saved.Dims != [3]int{1, 32, 32} {
		t.Errorf("the first is %v, %v", saved, err)
	}

	whole := checked(t, data, append(filterOn("TRAIN", "foreground", "0.02", "lt"), "DATA.FILTER_BY_IMAGE=True")...)
	if len(whole.data.Judged()) != 3 {
		t.Errorf("by image: %d judged", len(whole.data.Judged()))
	}
	// grey values are well above 10 before normalisation, and below after it
	before := checked(t, data, filterOn("TRAIN", "max", "10", "lt")...)
	after := checked(t, data, append(filterOn("TRAIN", "mean", "0", "lt"), "DATA.TRAIN.FILTER_SAMPLES.NORM_BEFORE=True")...)
	if before.data.Batches() != 5 || after.data.Batches() >= 5 {
		t.Errorf("%d batches by grey values, %d by normalised ones", before.data.Batches(), after.data.Batches())
	}
}

// The test filter works on whole images, and only when it is on.
func TestFilterTestSamples(t *testing.T) {
	data, _ := smallData(t)
	limits := checked(t, data)
	var means []float64
	for _, it := range limits.Test {
		image, err := it.load()
		if err != nil {
			t.Fatal(err)
		}
		_, stats, err := judgeImage(image, it.Truth, nil, limits.normaliseBy, false, trainingTarget(limits.Config))
		if err != nil {
			t.Fatal(err)
		}
		means = append(means, stats["mean"])
	}
	brighter, limit := 0, means[0]
	if means[1] > means[0] {
		brighter, limit = 1, means[1]
	}
	on := filterOn("TEST", "mean", strconv.FormatFloat(limit, 'g', -1, 64), "lt") // keeps the brighter one, which equals its limit
	j := checked(t, data, on...)
	if len(j.Test) != 1 || j.Test[0].Name != limits.Test[brighter].Name {
		t.Errorf("left are %v, want %s", namesOf(j.Test), limits.Test[brighter].Name)
	}
	if err := j.writeTestFiltering(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(j.Layout.Results("filtering_information", "TEST.csv")); err != nil || strings.Count(string(text), ",true") != 1 {
		t.Errorf("table %s, %v", text, err)
	}
	if off := checked(t, data, on[1:]...); len(off.Test) != 2 {
		t.Errorf("a filter that is off leaves %v", namesOf(off.Test))
	}
}

// A filter that leaves nothing is an error, and no folder is made.
func TestFilterOfEverything(t *testing.T) {
	data, _ := smallData(t)
	for _, set := range []string{"TRAIN", "VAL", "TEST"} {
		c := smallConfig(t, data, filterOn(set, "min", "0", "ge")...)
		j := newJob(t, c, t.TempDir(), 1)
		err := check(context.Background(), j)
		if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "DATA."+set+".FILTER_SAMPLES removes everything") {
			t.Errorf("%s: %v", set, err)
		}
		if _, err := os.Stat(j.Layout.Dir); err == nil {
			t.Errorf("%s: the results folder was made", set)
		}
	}
}

// The filter of test images, which may need points, is no obstacle to using the
// weights of a training.
func TestLoadForPredictionPassesOverFilters(t *testing.T) {
	c := smallConfig(t, "none", append(filterOn("TEST", "foreground", "0", "le"), "DATA.VAL.CROSS_VAL=True", "DATA.VAL.FROM_TRAIN=True", "DATA.TEST.USE_VAL_AS_TEST=True")...)
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(c.YAML()), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadForPrediction(path); err != nil {
		t.Error(err)
	}
}
