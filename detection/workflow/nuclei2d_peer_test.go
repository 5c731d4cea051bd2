//go:build peer

package workflow

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

// nuclei2dConfig is the training of the comparison: BiaPy's patch, batch,
// target and number of steps, and its network but for the norm. Batch norm,
// because instance norm makes an empty tile's noise as bright as nuclei; whole
// images, because tiles of 256 pixels with a padding of 32 lack context. BiaPy's
// run had instance norm, tiles, a constant learning rate of 1e-3, and no zoom.
const nuclei2dConfig = `
PROBLEM: {TYPE: DETECTION, NDIM: 2D, DETECTION: {CENTRAL_POINT_DILATION: [3]}}
DATA:
  PATCH_SIZE: [256, 256, 1]
  TRAIN: {PATH: %[1]s/train/x, GT_PATH: %[1]s/train/y}
  VAL: {FROM_TRAIN: False, PATH: %[1]s/val/x, GT_PATH: %[1]s/val/y}
  TEST: {PATH: %[1]s/test/x, GT_PATH: %[1]s/test/y, LOAD_GT: True, PADDING: [32, 32]}
AUGMENTOR: {ENABLE: True, VFLIP: True, HFLIP: True, ROT90: True, RANDOM_ROT: True, ZOOM: True, ZOOM_PROB: 1, ZOOM_RANGE: [0.75, 1.33]}
MODEL: {ARCHITECTURE: unet, NORMALIZATION: bn}
TRAIN:
  {ENABLE: True, OPTIMIZER: ADAMW, LR: 2e-3, BATCH_SIZE: 6, EPOCHS: 8,
   LR_SCHEDULER: {NAME: warmupcosine, WARMUP_COSINE_DECAY_EPOCHS: 1, MIN_LR: 0}}
TEST: {ENABLE: True, FULL_IMG: True}
PUNCTA: {STEPS: 296}
`

// tolerances of all comparisons, pixels.
var tolerances = []float64{3, 5, 10}

// biapyF1 is the pooled F1 of BiaPy 3.7.1 on the test images, one seed,
// threshold and radius chosen on the validation images for each tolerance.
var biapyF1 = map[float64]float64{3: 0.572, 5: 0.710, 10: 0.783}

// TestPeerNuclei2D trains on real nuclei for as many steps as BiaPy did and
// prints the pooled F1 on the test images beside BiaPy's and the classical
// detector's, the points as they are peaks of the map and refined. It takes a
// quarter of an hour on two quiet cores. See [trials] for what can be repeated.
func TestPeerNuclei2D(t *testing.T) {
	f1 := trials(t, "nuclei2d", nuclei2dConfig, nil)
	for _, tolerance := range tolerances {
		if f1[tolerance].plain < biapyF1[tolerance] {
			t.Errorf("F1 %.3f at %g px is below BiaPy's %.3f", f1[tolerance].plain, tolerance, biapyF1[tolerance])
		}
	}
}

// TestPeerParityConfig trains with the configuration of the BiaPy run itself,
// in which only the paths are others.
func TestPeerParityConfig(t *testing.T) {
	text, err := os.ReadFile(shareddata.Path(t, "biapy_parity2d", "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	data := shareddata.Path(t, "nuclei2d")
	var paths []string
	for _, set := range []string{"TRAIN", "VAL", "TEST"} {
		dir := filepath.Join(data, strings.ToLower(set))
		paths = append(paths, fmt.Sprintf("DATA.%s.PATH=%s/x", set, dir), fmt.Sprintf("DATA.%s.GT_PATH=%s/y", set, dir))
	}
	f1 := trials(t, "parity", string(text), paths)
	for _, tolerance := range tolerances {
		if f1[tolerance].plain < biapyF1[tolerance]-0.02 {
			t.Errorf("F1 %.3f at %g px is more than 0.02 below BiaPy's %.3f", f1[tolerance].plain, tolerance, biapyF1[tolerance])
		}
	}
}

// TestPeerRecipe trains as the template nuclei2d says: half an hour on two
// quiet cores. It has to beat the classical detector at every tolerance, by
// 0.03 in the mean of three seeds.
func TestPeerRecipe(t *testing.T) {
	for _, template := range config.Templates() {
		if template.Name != "nuclei2d" {
			continue
		}
		f1 := trials(t, "recipe", template.Text(shareddata.Path(t, "nuclei2d"), true), nil)
		for _, tolerance := range tolerances {
			margin := 0.0
			if f1[tolerance].n >= 3 {
				margin = 0.03
			}
			if got, bar := f1[tolerance].refined, f1[tolerance].classical; got < bar+margin {
				t.Errorf("F1 %.3f at %g px, the classical detector has %.3f: want %g more", got, tolerance, bar, margin)
			}
		}
	}
}

// trial is the mean F1 on the test images over n trainings: of the peaks of the
// map, of refined points, and of the classical detector, which is not trained.
type trial struct {
	n                         int
	plain, refined, classical float64
}

// trials trains with a configuration and seed 0, or the seeds of
// PUNCTA_SEEDS, "0,1,2", and scores each network on the test images at every
// tolerance, with settings that are chosen on the images of PUNCTA.TUNE_IMAGES. Intervals
// are a bootstrap over images, all networks together. PUNCTA_SET="KEY=VALUE …"
// changes the configuration, PUNCTA_KEEP names a folder for the model files, and
// PUNCTA_MODELS="a.safetensors …" scores these and trains nothing.
func trials(t *testing.T, name, text string, settings []string) map[float64]trial {
	dir, ctx := shareddata.Path(t, "nuclei2d"), context.Background()
	settings = slices.Concat(settings, strings.Fields(os.Getenv("PUNCTA_SET")))
	seeds := strings.Split(cmp.Or(os.Getenv("PUNCTA_SEEDS"), "0"), ",")
	files := strings.Fields(os.Getenv("PUNCTA_MODELS"))
	plain, refined := map[float64][][]detection.Score{}, map[float64][][]detection.Score{}
	var job *Job
	score := func(what string, j *Job, f *inference.ModelFile) {
		job = j
		p := predictorOf(t, f)
		chosenOn, chosenImages := mapsOf(t, p, j.tuneItems())
		test, testImages := mapsOf(t, p, j.Test)
		grid := j.tuneOptions(chosenImages)
		for _, tolerance := range tolerances {
			grid.Match.Tolerance = tolerance
			for _, kind := range []struct {
				refinements []detection.Refinement
				scores      map[float64][][]detection.Score
			}{{[]detection.Refinement{{Kind: detection.RefineNone}}, plain}, {detection.AllRefinements(), refined}} {
				grid.Refinements = kind.refinements
				chosen, err := TuneMaps(chosenOn, detectOptions(j.Config), grid)
				if err != nil {
					t.Fatal(err)
				}
				e := scoreMaps(t, test, testImages, *chosen.Detect, grid.Match)
				scores := make([]detection.Score, len(e.Matchings))
				for i, m := range e.Matchings {
					scores[i] = m.Score()
				}
				kind.scores[tolerance] = append(kind.scores[tolerance], scores)
				t.Logf("%s, %2g px: F1 %.3f (precision %.3f, recall %.3f; %s, F1 %.3f on %s)",
					what, tolerance, e.Pooled.F1, e.Pooled.Precision, e.Pooled.Recall, chosen.Describe(), chosen.F1, j.tunedOn())
			}
		}
	}
	for _, file := range files {
		f, err := OpenModel(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		score(filepath.Base(file), runLoudly(ctx, t, name, text, dir, settings, checkStep()), f)
	}
	if len(files) == 0 {
		for _, seed := range seeds {
			j := runLoudly(ctx, t, name, text, dir, append(settings, "SYSTEM.SEED="+seed), checkStep(), masksStep(), trainStep())
			if keep := os.Getenv("PUNCTA_KEEP"); keep != "" {
				if err := j.Model.Save(filepath.Join(keep, name+"-"+seed+".safetensors")); err != nil {
					t.Fatal(err)
				}
			}
			score("seed "+seed, j, j.Model)
		}
	}
	mean := map[float64]trial{}
	for _, tolerance := range tolerances {
		baseline, err := ClassicalBaseline(ctx, job.Train, job.Test, detection.MatchOptions{Tolerance: tolerance, Spacing: detection.UnitSpacing})
		if err != nil {
			t.Fatal(err)
		}
		m := trial{n: len(plain[tolerance]), classical: baseline.Test.Pooled.F1}
		var low [2]detection.Interval
		m.plain, low[0] = meanF1(t, plain[tolerance])
		m.refined, low[1] = meanF1(t, refined[tolerance])
		t.Logf("%2g px, %d trainings: peaks %.3f [%.3f, %.3f], refined %.3f [%.3f, %.3f]; BiaPy %.3f; classical detector %.3f",
			tolerance, m.n, m.plain, low[0].Low, low[0].High, m.refined, low[1].Low, low[1].High, biapyF1[tolerance], m.classical)
		mean[tolerance] = m
	}
	return mean
}

// mapsOf gives items the maps of their images, which it returns.
func mapsOf(t *testing.T, p *Predictor, items []Item) (maps []Item, images []*detection.Volume) {
	t.Helper()
	maps = slices.Clone(items)
	images, err := PredictMaps(context.Background(), p, maps, nil)
	if err != nil {
		t.Fatal(err)
	}
	return maps, images
}

// scoreMaps scores the points in the maps of items.
func scoreMaps(t *testing.T, maps []Item, images []*detection.Volume, opts detection.DetectOptions, match detection.MatchOptions) detection.Evaluation {
	t.Helper()
	truth, points := make([][]detection.Point, len(maps)), make([][]detection.Point, len(maps))
	for i, it := range maps {
		var err error
		truth[i] = it.Truth
		if points[i], err = detection.DetectInImage(it.Image.Volume, images[i], opts); err != nil {
			t.Fatal(err)
		}
	}
	e, err := detection.ScoreImages(truth, points, match)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// meanF1 is the mean of the trainings' pooled F1, and the interval of the F1 of
// all of them together, drawn over images.
func meanF1(t *testing.T, trainings [][]detection.Score) (mean float64, interval detection.Interval) {
	t.Helper()
	together := make([]detection.Score, len(trainings[0]))
	for _, scores := range trainings {
		var sum detection.Score
		for i, s := range scores {
			sum, together[i] = sum.Add(s), together[i].Add(s)
		}
		mean += sum.F1() / float64(len(trainings))
	}
	interval, err := detection.BootstrapF1(together, detection.DefaultBootstrapOptions())
	if err != nil {
		t.Fatal(err)
	}
	return mean, interval
}
