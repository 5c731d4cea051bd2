package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// lines splits an error into its faults; nil gives none.
func lines(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

func texts(warnings []Warning) []string {
	var out []string
	for _, w := range warnings {
		out = append(out, w.String())
	}
	return out
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s:\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	const file = `# BiaPy version: 3.5.1
TRAIN:
  LR: fast
  EPOCH: 3
  ENABLE: True
  BATCH_SIZE: 0
  BATCH_SIZE: 2
PROBLEM:
  NDIM: 3D
AUGMENTOR:
  ENABLE: True
  CUTMIX: True
  CMIX_SIZE: (1, 2)
TRIAN:
  LR: 1
DATA:
  TRAIN: 5
  PATCH_SIZES: (1, 2)
PATHS:
  RESULT_DIR: {PATH: x}
`
	c, _, err := Parse([]byte(file), "f.yaml", "TEST.DET_TOLERANCE=[0]", "nonsense", "TEST.DET_TOLERENCE=3")
	if c != nil {
		t.Error("a Config comes with the error")
	}
	same(t, "faults", lines(err), []string{
		`f.yaml:3: TRAIN.LR is "fast": want a number above 0`,
		`f.yaml:4: unknown key TRAIN.EPOCH: did you mean TRAIN.EPOCHS?`,
		`f.yaml:7: TRAIN.BATCH_SIZE is set twice: first in line 6`,
		`f.yaml:12: AUGMENTOR.CUTMIX is True: not supported yet`,
		`f.yaml:14: unknown section TRIAN: did you mean TRAIN?`,
		`f.yaml:17: DATA.TRAIN is 5: want a section`,
		`f.yaml:18: unknown key DATA.PATCH_SIZES: did you mean DATA.PATCH_SIZE?`,
		`f.yaml:20: PATHS.RESULT_DIR is set: refused, as the results tree below --result_dir is always the same`,
		`--set: TEST.DET_TOLERANCE is [0.0]: want numbers above 0, 1 or one per class`,
		`--set: unknown key TEST.DET_TOLERENCE: did you mean TEST.DET_TOLERANCE?`,
		`--set: "nonsense": want KEY=VALUE`,
		`f.yaml (default): DATA.PATCH_SIZE has 3 values: want 4, as PROBLEM.NDIM is 3D`,
	})
	var f *Fault
	if !errors.As(err, &f) || f.File != "f.yaml" || f.Line != 3 || f.Key != "TRAIN.LR" {
		t.Errorf("errors.As gives %+v", f)
	}
	var all Faults
	if !errors.As(err, &all) || len(all) != 12 {
		t.Errorf("errors.As gives %d faults", len(all))
	}
}

func TestWholeFile(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"not YAML", "TRAIN:\n  LR: [1\n", "f:"},
		{"a list", "- 1\n", "f:1: [1]: want sections such as TRAIN"},
		{"two documents", "TRAIN: {}\n---\nTEST: {}\n", "f: more than one YAML document: want one"},
		{"too large", strings.Repeat("#", 1<<20+1), "f: 1048577 bytes: want at most 1048576"},
		{"merge", "TRAIN: &a {LR: 1}\nTEST:\n  <<: *a\n", "f:3: merging sections by << is not supported: write the keys out"},
		{"odd key", "? [1]\n: 2\n", "f:1: [1] stands where a key is expected"},
	} {
		_, _, err := Parse([]byte(tt.file), "f")
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	for _, empty := range []string{"", "# only a comment\n", "---\n", "TRAIN:\nDATA:\n  TRAIN:\n"} {
		if c, w, err := Parse([]byte(empty), "f"); err != nil || len(w) > 0 || !c.Equal(Default()) {
			t.Errorf("%q: %v, %v: want the defaults", empty, w, err)
		}
	}
}

// TestValues covers the ways of writing a value.
func TestValues(t *testing.T) {
	const lr, patch, epochs = "TRAIN.LR", "DATA.PATCH_SIZE", "TRAIN.EPOCHS"
	for _, tt := range []struct {
		key, yaml string
		want      any // nil: a fault
	}{
		{lr, "1", 1.0}, {lr, "1e-3", 0.001}, {lr, "1.E-3", 0.001}, {lr, `"1e-3"`, 0.001}, {lr, "[0.5]", 0.5}, {lr, "(0.5)", 0.5},
		{lr, ".5", 0.5}, {lr, "+2.", 2.0}, {lr, "[1, 2]", nil}, {lr, "True", nil}, {lr, ".inf", nil}, {lr, ".nan", nil},
		{lr, "", nil}, {lr, "{a: 1}", nil}, {lr, "1e999", nil}, {lr, "1_000", nil},
		{epochs, "3.0", 3}, {epochs, "1e2", 100}, {epochs, "3.5", nil}, {epochs, "010", nil}, {epochs, "0x10", nil},
		{epochs, "1e300", nil}, {epochs, "[7]", 7}, {epochs, "'7'", 7},
		{patch, "(256, 128, 3)", []int{256, 128, 3}}, {patch, "[256, 128, 3]", []int{256, 128, 3}},
		{patch, "256, 128, 3", []int{256, 128, 3}}, {patch, "'[256, 128, 3]'", []int{256, 128, 3}},
		{patch, "[[256, 128, 3]]", []int{256, 128, 3}}, {patch, "(256, 128.0, 3,)", []int{256, 128, 3}},
		{patch, "[256, [128], 3]", nil}, {patch, "(256, 128", nil}, {patch, "[a, b, c]", nil},
		{"TRAIN.OPT_BETAS", "[[0.5, 0.9]]", []float64{0.5, 0.9}}, {"TRAIN.OPT_BETAS", "(0.5, 0.9)", []float64{0.5, 0.9}},
		{"TEST.DET_TOLERANCE", "3", []float64{3}}, {"TEST.DET_TOLERANCE", "[3.5]", []float64{3.5}},
		{"TEST.DET_TOLERANCE", "(3,)", []float64{3}},
		{"DATA.VAL.RANDOM", "off", false}, {"DATA.VAL.RANDOM", "FALSE", false}, {"DATA.VAL.RANDOM", "'False'", false},
		{"DATA.VAL.RANDOM", "[False]", false}, {"DATA.VAL.RANDOM", "0", nil}, {"DATA.VAL.RANDOM", "maybe", nil},
		{"MODEL.ISOTROPY", "(True, False, True, True, False)", []bool{true, false, true, true, false}},
		{"MODEL.ACTIVATION", "SiLU", "silu"}, {"MODEL.ACTIVATION", "softmax", nil}, {"TRAIN.OPTIMIZER", "[adamw]", "ADAMW"},
		{"DATA.TRAIN.PATH", "2024", "2024"}, {"DATA.TRAIN.PATH", "yes", "yes"}, {"DATA.TRAIN.PATH", "~", nil},
		{"DATA.TRAIN.PATH", "(a, b)", "(a, b)"},
		{"SYSTEM.DEVICE", "cuda:1", "cuda:1"}, {"SYSTEM.DEVICE", "'cuda:'", nil}, {"SYSTEM.DEVICE", "tpu", nil},
	} {
		section, key, _ := cut(tt.key)
		c, _, err := Parse([]byte(nest(section, key+": "+tt.yaml)), "f")
		if tt.want == nil {
			if err == nil || !strings.Contains(err.Error(), tt.key+" is ") || !strings.Contains(err.Error(), ": want ") {
				t.Errorf("%s: %s: %v, want a fault", tt.key, tt.yaml, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %s: %v", tt.key, tt.yaml, err)
			continue
		}
		r, _ := find(table(c), tt.key)
		if got := r.value(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %s reads as %#v, want %#v", tt.key, tt.yaml, got, tt.want)
		}
	}
}

func cut(name string) (sections []string, last string, ok bool) {
	parts := strings.Split(name, ".")
	return parts[:len(parts)-1], parts[len(parts)-1], true
}

// nest writes a line below its sections.
func nest(sections []string, line string) string {
	var b strings.Builder
	for i, s := range sections {
		b.WriteString(strings.Repeat("  ", i) + s + ":\n")
	}
	return b.String() + strings.Repeat("  ", len(sections)) + line + "\n"
}

func TestTabsIndent(t *testing.T) {
	c, _, err := Parse([]byte("TRAIN:\n\tEPOCHS: 5\n  LR: 1.E-2\t# a tab that is no indent\nDATA:\n\tVAL:\n\t\tSPLIT_TRAIN: 0.3\n"), "f")
	if err != nil || c.Train.Epochs != 5 || c.Train.LR != 0.01 || c.Data.Val.SplitTrain != 0.3 {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestAlias(t *testing.T) {
	c, _, err := Parse([]byte("TEST:\n  DET_TOLERANCE: &r [7]\n  POST_PROCESSING:\n    REMOVE_CLOSE_POINTS_RADIUS: *r\n"), "f")
	if err != nil || !reflect.DeepEqual(c.Test.PostProcessing.RemoveClosePointsRadius, []float64{7}) {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestSet(t *testing.T) {
	c, _, err := Parse([]byte("TRAIN:\n  LR: 1.0\nAUGMENTOR:\n  VFLIP_PROB: 0.9\n"), "f", "TRAIN.LR = 0.5", "TRAIN.EPOCHS=3", "TRAIN.EPOCHS=4")
	if err != nil || c.Train.LR != 0.5 || c.Train.Epochs != 4 {
		t.Fatalf("settings do not go over the file: %+v, %v", c, err)
	}
	w, err := c.Set("AUGMENTOR.DA_PROB=0.3", "AUGMENTOR.HFLIP_PROB=0.2", "DATA.TRAIN.PATH=a: b=#c", "DATA.VAL.PATH='q'", "PATHS.CHECKPOINT_FILE=")
	if err != nil || len(w) != 1 || w[0].String() != "--set: AUGMENTOR.DA_PROB is an older spelling: read as the _PROB of each transform" {
		t.Errorf("warnings %v, error %v", w, err)
	}
	if a := c.Augmentor; a.VFlip.Prob != 0.3 || a.HFlip.Prob != 0.2 || c.Data.Train.Path != "a: b=#c" || c.Data.Val.Path != "q" {
		t.Errorf("got %+v", c)
	}

	before := c.Clone()
	_, err = c.Set("TRAIN.EPOCHS=9", "TRAIN.LR=fast", "TRAIN=3", "DATA.PATCH_SIZE={a: 1}", "TRAIN.BATCH_SIZE=", "LR=1")
	same(t, "faults", lines(err), []string{
		`--set: DATA.PATCH_SIZE is a section: want whole numbers of 1 or more, one per axis and the channels`,
		`--set: unknown key LR: did you mean TRAIN.LR?`,
		`--set: TRAIN is 3: want a section`,
		`--set: TRAIN.BATCH_SIZE is "": want a whole number of 1 or more`,
		`--set: TRAIN.LR is "fast": want a number above 0`,
	})
	if !c.Equal(before) || !reflect.DeepEqual(c, before) {
		t.Error("a Set that fails changes the configuration")
	}

	var zero Config // settings work from nothing, too
	if _, err := zero.Set("TRAIN.EPOCHS=3"); err != nil || zero.Train.Epochs != 3 {
		t.Errorf("zero Config: %v, %v", zero.Train, err)
	}
	if _, err := Default().Set("AUGMENTOR.ENABLE=1"); err == nil || err.Error() != "--set: AUGMENTOR.ENABLE is 1: want True or False" {
		t.Errorf("got %v", err)
	}
}

// None is a default where BiaPy's is None, and a fault elsewhere.
func TestNone(t *testing.T) {
	c, _, err := Parse([]byte("DATA:\n  PREPROCESS:\n    CLAHE:\n      KERNEL_SIZE:\n    CANNY: {LOW_THRESHOLD: null, HIGH_THRESHOLD: ~}\n"), "f")
	if err != nil || !c.Equal(Default()) {
		t.Errorf("got %v", err)
	}
	if _, _, err := Parse([]byte("TRAIN:\n  EPOCHS:\n"), "f"); err == nil || !strings.HasPrefix(err.Error(), "f:2: TRAIN.EPOCHS is empty") {
		t.Errorf("got %v", err)
	}
}

// TestSetReopensGates: a key that was harmless in the file is a fault once a
// setting makes it count.
func TestSetReopensGates(t *testing.T) {
	c, _, err := Parse([]byte("TEST:\n  BY_CHUNKS:\n    ENABLE: True\n"), "f")
	if err != nil {
		t.Fatalf("TEST.ENABLE is off, so nothing is lost: %v", err)
	}
	if _, err := c.Set("TEST.ENABLE=true", "MODEL.LOAD_CHECKPOINT=true"); err != nil {
		t.Fatal(err)
	}
	same(t, "faults", lines(c.Validate()), []string{"f:3: TEST.BY_CHUNKS.ENABLE is True: not supported yet"})
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(path, []byte("TRAIN:\n  EPOCHS: 7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, _, err := Load(path, "TRAIN.LR=2"); err != nil || c.Train.Epochs != 7 || c.Train.LR != 2 {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, _, err := Load(path + "x"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path+"x") {
		t.Errorf("a missing file gives %v", err)
	}
}

func TestAdvice(t *testing.T) {
	const file = `PROBLEM:
  NDIM: 2D
MODEL:
  Z_DOWN: [1]
  LOAD_CHECKPOINT: True
SYSTEM:
  PIN_MEM: True
TEST:
  ENABLE: True
  DET_TOLERANCE: 4
  POST_PROCESSING:
    REMOVE_CLOSE_POINTS: True
    REMOVE_CLOSE_POINTS_RADIUS: 3
TRAIN:
  ENABLE: True
`
	_, w, _ := Parse([]byte(file), "f")
	same(t, "warnings", texts(w), []string{
		"f:4: MODEL.Z_DOWN has no effect while PROBLEM.NDIM is 2D",
		"f:7: SYSTEM.PIN_MEM has no effect: there are no loader processes whose memory could be pinned",
		"f:10: TEST.DET_TOLERANCE has no effect while DATA.TEST.LOAD_GT is False",
		"f (default): DATA.TEST.RESOLUTION is not set: REMOVE_CLOSE_POINTS_RADIUS counts voxels",
		"f (default): TRAIN.OPTIMIZER is not set: ADAMW is used, where BiaPy uses SGD",
	})
	for _, tt := range []struct{ set, want string }{
		{"MODEL.SKIP_UNMATCHED_LAYERS=True", "--set: MODEL.SKIP_UNMATCHED_LAYERS has no effect while TRAIN.ENABLE is False: all weights have to fit"},
		{"MODEL.LOAD_CHECKPOINT_EPOCH=last_on_train", "--set: MODEL.LOAD_CHECKPOINT_EPOCH has no effect while PATHS.CHECKPOINT_FILE names the checkpoint"},
		{"MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT=[weights]", "--set: MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT has no norm: weights expect grey values normalised as in their training"},
	} {
		_, w, _ := Parse(nil, "f", "TEST.ENABLE=True", "MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE=a", tt.set)
		same(t, tt.set, texts(w), []string{tt.want})
	}
	_, w, _ = Parse(nil, "f", "TRAIN.ENABLE=True", "TRAIN.OPTIMIZER=ADAMW", "DATA.PREPROCESS.TRAIN=True", "DATA.PREPROCESS.CLAHE.ENABLE=True",
		"DATA.TRAIN.EXTRACT_RANDOM_PATCH=True", "DATA.TRAIN.PADDING=4", "DATA.VAL.CROSS_VAL=True", "DATA.VAL.SPLIT_TRAIN=0.2")
	same(t, "warnings of sets", texts(w), []string{
		"--set: DATA.TRAIN.PADDING has no effect while DATA.TRAIN.EXTRACT_RANDOM_PATCH is True",
		"--set: DATA.VAL.SPLIT_TRAIN has no effect while DATA.VAL.CROSS_VAL is True",
		"f (default): DATA.PREPROCESS.TRAIN is True and TEST is False: the network is used on images unlike those that it learnt from",
	})
	if _, w, _ := Parse([]byte("TRAIN:\n  LR: 5\nPROBLEM:\n  INSTANCE_SEG:\n    A: 1\n    B: 2\n"), "f"); len(w) != 1 ||
		w[0].String() != "f:4: PROBLEM.INSTANCE_SEG has no effect: it belongs to another workflow" {
		t.Errorf("got %v", w)
	}
}
