package workflow

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// saveModel writes a model file with the initial weights of c's network.
func saveModel(t *testing.T, path string, c *config.Config, seed uint64) *weights.Set {
	t.Helper()
	m, err := unet.New(networkConfig(c), seed)
	if err != nil {
		t.Fatal(err)
	}
	set, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	if err := makeFolder(path); err != nil {
		t.Fatal(err)
	}
	f := inference.ModelFile{Settings: settingsOf(c, m.Config()), Weights: set}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	return set
}

// checkAndLog runs the check of a job and returns what it logged.
func checkAndLog(t *testing.T, j *Job) (logged string, err error) {
	t.Helper()
	var b bytes.Buffer
	j.Log = slog.New(slog.NewTextHandler(&b, nil))
	err = Run(context.Background(), j, []Step{checkStep()})
	if err != nil && !errors.Is(err, ErrInput) {
		t.Errorf("%v is no input error", err)
	}
	return b.String(), err
}

// TestTrainingStartsFromACheckpoint looks at the network that the check leaves
// for the training.
func TestTrainingStartsFromACheckpoint(t *testing.T) {
	data, c := smallData(t)
	named := filepath.Join(t.TempDir(), "named.safetensors")
	sets := map[string]*weights.Set{"named": saveModel(t, named, c, 11)}
	results := t.TempDir()
	layout := newJob(t, c, results, 1).Layout
	sets["best"] = saveModel(t, layout.BestCheckpoint(), c, 12)
	sets["last"] = saveModel(t, layout.LastCheckpoint(), c, 13)
	fresh, err := unet.New(networkConfig(c), seed(c, 1))
	if err != nil {
		t.Fatal(err)
	}
	if sets["new"], err = fresh.Weights(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		want     string
		settings []string
	}{
		{"new", nil},
		{"new", []string{"PATHS.CHECKPOINT_FILE=" + named}},
		{"named", []string{"MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE=" + named}},
		{"named", []string{"MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE=" + named, "MODEL.LOAD_CHECKPOINT_EPOCH=last_on_train"}},
		{"best", []string{"MODEL.LOAD_CHECKPOINT=True"}},
		{"last", []string{"MODEL.LOAD_CHECKPOINT=True", "MODEL.LOAD_CHECKPOINT_EPOCH=last_on_train"}},
		{"new", []string{"MODEL.LOAD_CHECKPOINT=True", "MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT=[norm, model_arch]"}},
	} {
		j := newJob(t, smallConfig(t, data, tt.settings...), results, 1)
		if _, err := checkAndLog(t, j); err != nil {
			t.Errorf("%v: %v", tt.settings, err)
			continue
		}
		got, err := j.network.Weights()
		if err != nil {
			t.Fatal(err)
		}
		for name, set := range sets {
			if same := weights.Hash(got) == weights.Hash(set); same != (name == tt.want) {
				t.Errorf("%v: the weights are the %s ones: %v, want the %s ones", tt.settings, name, same, tt.want)
			}
		}
	}
}

// TestCheckpointBringsNetworkAndNormalisation: what the checkpoint was made
// with goes over the configuration, which is told, with the line, when it says
// otherwise.
func TestCheckpointBringsNetworkAndNormalisation(t *testing.T) {
	data, c := smallData(t)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	made := smallConfig(t, data, "MODEL.FEATURE_MAPS=[4, 6, 8]", "MODEL.NORMALIZATION=bn", "DATA.NORMALIZATION.TYPE=scale_range",
		"MODEL.DROPOUT_VALUES=0.3", "TRAIN.LR=7")
	set := saveModel(t, path, made, 3)

	load := []string{"MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE=" + path}
	j := newJob(t, smallConfig(t, data, load...), t.TempDir(), 1)
	logged, err := checkAndLog(t, j)
	if err != nil {
		t.Fatal(err)
	}
	const told = "small.yaml:9: MODEL.FEATURE_MAPS is [4, 8]: [4, 6, 8] is used, as MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT has model_arch"
	if !strings.Contains(logged, told) || strings.Count(logged, " is used, ") != 1 {
		t.Errorf("logged\n%s\nwant %s, and only that", logged, told)
	}
	if got, err := j.network.Weights(); err != nil || weights.Hash(got) != weights.Hash(set) {
		t.Errorf("other weights than in the checkpoint: %v", err)
	}
	want := c.Clone()
	if _, err := want.Set(append(load, "MODEL.FEATURE_MAPS=[4, 6, 8]", "MODEL.NORMALIZATION=bn", "DATA.NORMALIZATION.TYPE=scale_range")...); err != nil {
		t.Fatal(err)
	}
	if d := j.Config.Differences(want); len(d) > 0 {
		t.Errorf("the configuration differs in %v", d)
	}
	text, err := os.ReadFile(j.Layout.ConfigFile())
	if err != nil || string(text) != want.YAML() {
		t.Errorf("the copy of the configuration is not what ran: %v", err)
	}

	// without these items the configuration stands
	j = newJob(t, smallConfig(t, data, append(load, "MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT=[weights]", "MODEL.SKIP_UNMATCHED_LAYERS=True",
		"MODEL.NORMALIZATION=bn")...), t.TempDir(), 1)
	if logged, err = checkAndLog(t, j); err != nil {
		t.Fatal(err)
	}
	if j.Config.Data.Normalization.Type != "zero_mean_unit_variance" || !slices.Equal(j.Config.Model.FeatureMaps, []int{4, 8}) {
		t.Errorf("the checkpoint changed what it should not:\n%s", j.Config.YAML())
	}
	for _, want := range []string{"not taken", "bottleneck.block.0.block.0.weight has shape [8 6 3 3], want [8 4 3 3]",
		"down_path.1.block.0.block.0.weight is not part of the network"} {
		if !strings.Contains(logged, want) {
			t.Errorf("the log lacks %q:\n%s", want, logged)
		}
	}
	got, err := j.network.Weights()
	if err != nil {
		t.Fatal(err)
	}
	const first = "down_path.0.block.0.block.0.weight"
	a, _ := got.Get(first)
	b, _ := set.Get(first)
	if !slices.Equal(a.Data, b.Data) {
		t.Error("a weight that fits was not taken")
	}
}

func TestStartRefuses(t *testing.T) {
	data, c := smallData(t)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	saveModel(t, path, c, 3)
	deep := filepath.Join(t.TempDir(), "deep.safetensors")
	saveModel(t, deep, smallConfig(t, data, "MODEL.FEATURE_MAPS=[2, 2, 2, 2, 2]"), 3)
	load := func(file string, more ...string) []string {
		return append([]string{"MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE=" + file}, more...)
	}
	for _, tt := range []struct {
		name     string
		settings []string
		want     string
	}{
		{"no checkpoint of the job", []string{"MODEL.LOAD_CHECKPOINT=True"},
			"small_1-checkpoint-best.safetensors: no such file or directory: there is no checkpoint to start from: name one in PATHS.CHECKPOINT_FILE, or train with MODEL.LOAD_CHECKPOINT False"},
		{"another network", load(path, "MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT=[weights, norm]", "MODEL.FEATURE_MAPS=[4, 9]"),
			path + ": unet: the weights do not fit the network unet with feature maps [4 9]"},
		{"what to do then", load(path, "MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT=[weights, norm]", "MODEL.FEATURE_MAPS=[4, 9]"),
			"; MODEL.SKIP_UNMATCHED_LAYERS True takes what fits"},
		{"a patch that does not suit its network", load(deep, "DATA.PATCH_SIZE=[40, 40, 1]"),
			"with network and normalisation of " + deep + ": --set: DATA.PATCH_SIZE is [40, 40, 1]: want y a multiple of 16"},
		{"no layer of that name", []string{"MODEL.FREEZE_LAYERS_MATCHING=[encoder]"},
			`MODEL.FREEZE_LAYERS_MATCHING: unet: no parameter matches "encoder"`},
		{"all layers", []string{"MODEL.FREEZE_LAYERS_MATCHING=['.*']"}, "nothing is left to train"},
	} {
		results := t.TempDir()
		_, err := checkAndLog(t, newJob(t, smallConfig(t, data, tt.settings...), results, 1))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v\nwant %s", tt.name, err, tt.want)
		}
		if left := files(t, results); len(left) > 0 {
			t.Errorf("%s: left %v", tt.name, left)
		}
	}

	j := newJob(t, c, t.TempDir(), 1)
	volume := c.Clone()
	volume.Problem.NDim = "3D"
	if err := j.adopt("v", volume); err == nil || err.Error() != "v: its network is for 3D, and PROBLEM.NDIM is 2D" {
		t.Errorf("a network for volumes: %v", err)
	}
}

// TestTestingUsesTheCheckpointAsAsked: items of the checkpoint in a job that
// only tests, and tiles of the configuration.
func TestTestingUsesTheCheckpointAsAsked(t *testing.T) {
	data, _ := smallData(t)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	saveModel(t, path, smallConfig(t, data, "DATA.NORMALIZATION.TYPE=scale_range", "MODEL.ACTIVATION=relu"), 3)
	only := []string{"TRAIN.ENABLE=False", "MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE=" + path, "DATA.TEST.PADDING=[6, 6]"}
	for _, tt := range []struct {
		items, kind, activation string
	}{
		{"[weights, norm, model_arch]", "scale_range", "relu"},
		{"[weights, norm]", "scale_range", "elu"},
		{"[weights, model_arch]", "zero_mean_unit_variance", "relu"},
	} {
		c := smallConfig(t, data, append(only, "MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT="+tt.items)...)
		j := newJob(t, c, t.TempDir(), 1)
		if _, err := checkAndLog(t, j); err != nil {
			t.Fatal(err)
		}
		s := j.Model.Settings
		if string(s.Normalise.Kind) != tt.kind || s.Network.Activation != tt.activation || s.Tiles.Padding != [3]int{0, 6, 6} {
			t.Errorf("%s: %v, %v, tiles %+v; want %s, %s and a padding of 6", tt.items, s.Normalise.Kind, s.Network.Activation, s.Tiles, tt.kind, tt.activation)
		}
	}
	c := smallConfig(t, data, append(only, "TEST.FULL_IMG=True", "TEST.AUGMENTATION=True", "TEST.AUGMENTATION_MODE=max")...)
	j := newJob(t, c, t.TempDir(), 1)
	_, err := checkAndLog(t, j)
	if err != nil {
		t.Fatal(err)
	}
	if s := j.Model.Settings; !s.Whole || s.Views != views(c) || s.Combine != "max" || s.Views == "" {
		t.Errorf("whole images in all views are asked for: %+v", s)
	}
}

// TestFineTuning trains on from a checkpoint with a frozen level and keeps
// every second epoch and the last.
func TestFineTuning(t *testing.T) {
	data, _ := smallData(t)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	start := saveModel(t, path, smallConfig(t, data, "MODEL.NORMALIZATION=bn"), 3)
	c := smallConfig(t, data, "MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE="+path, "MODEL.FREEZE_LAYERS_MATCHING=['^down_path\\.0']",
		"MODEL.SAVE_CKPT_FREQ=2", "TRAIN.EPOCHS=3", "TEST.ENABLE=False", "PUNCTA.TUNE=False")
	j := newJob(t, c, t.TempDir(), 1)
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	got := slices.DeleteFunc(files(t, j.Layout.Dir), func(name string) bool { return !strings.HasPrefix(name, "checkpoints/") })
	want := []string{"checkpoints/small_1-checkpoint-2.safetensors", "checkpoints/small_1-checkpoint-3.safetensors",
		"checkpoints/small_1-checkpoint-best.safetensors", "checkpoints/small_1-checkpoint-last.safetensors"}
	if !slices.Equal(got, want) {
		t.Errorf("checkpoints are %v, want %v", got, want)
	}
	for epoch := 2; epoch <= 3; epoch++ {
		f, err := OpenModel(j.Layout.EpochCheckpoint(epoch), nil)
		if err != nil {
			t.Fatal(err)
		}
		if e := j.History.Epochs[epoch-1]; f.Settings.Epoch != epoch || f.Settings.ValLoss != e.ValLoss || f.Weights.Len() != start.Len() {
			t.Errorf("the checkpoint of epoch %d says epoch %d, loss %v, and has %d tensors", epoch, f.Settings.Epoch, f.Settings.ValLoss, f.Weights.Len())
		}
		for name, now := range f.Weights.All() {
			was, _ := start.Get(name)
			if same := slices.Equal(was.Data, now.Data); same != strings.HasPrefix(name, "down_path.0") {
				t.Errorf("epoch %d: %s is as in the start: %v", epoch, name, same)
			}
		}
	}
	last, err := inference.LoadModelFile(j.Layout.LastCheckpoint())
	if err != nil {
		t.Fatal(err)
	}
	third, err := inference.LoadModelFile(j.Layout.EpochCheckpoint(3))
	if err != nil {
		t.Fatal(err)
	}
	if weights.Hash(last.Weights.Params()) != weights.Hash(third.Weights) {
		t.Error("the checkpoint of the last epoch is not that of the last step")
	}
}

// TestConfigCopyIsWrittenAnew: the copy in config_files is that of the last run.
func TestConfigCopyIsWrittenAnew(t *testing.T) {
	data, _ := smallData(t)
	results := t.TempDir()
	for _, settings := range [][]string{{"TRAIN.EPOCHS=7"}, {"TRAIN.EPOCHS=9", "TRAIN.LR=0.5"}} {
		j := newJob(t, smallConfig(t, data, settings...), results, 1)
		if _, err := checkAndLog(t, j); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(j.Layout.ConfigFile())
		if err != nil || string(text) != j.Config.YAML() {
			t.Errorf("%v: %v, the copy is\n%s", settings, err, text)
		}
		if got := files(t, filepath.Dir(j.Layout.ConfigFile())); !slices.Equal(got, []string{"small.yaml"}) {
			t.Errorf("config_files holds %v", got)
		}
	}
}

// TestEpochCheckpointsAreOfWholeEpochs: the state that an interrupt leaves in
// the middle of an epoch is no checkpoint of the epoch before.
func TestEpochCheckpointsAreOfWholeEpochs(t *testing.T) {
	data, _ := smallData(t)
	c := smallConfig(t, data, "MODEL.SAVE_CKPT_FREQ=2", "TRAIN.EPOCHS=5")
	set := saveModel(t, filepath.Join(t.TempDir(), "a.safetensors"), c, 1)
	for _, tt := range []struct {
		epochs, patches int
		want            bool
	}{{0, 0, false}, {1, 0, false}, {2, 0, true}, {2, 3, false}, {3, 0, false}, {4, 0, true}, {5, 0, true}} {
		j := newJob(t, c, t.TempDir(), 1)
		if err := makeFolder(j.Layout.EpochCheckpoint(1)); err != nil {
			t.Fatal(err)
		}
		at := &training.Position{Epochs: make([]training.Epoch, tt.epochs), Patches: tt.patches}
		if err := j.saveEpoch(settingsOf(c, networkConfig(c)), at, set); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(j.Layout.EpochCheckpoint(tt.epochs)); (err == nil) != tt.want {
			t.Errorf("after %d epochs and %d patches: written %v, want %v", tt.epochs, tt.patches, err == nil, tt.want)
		}
	}
}
