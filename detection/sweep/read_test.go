package sweep

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/config"
)

func TestParse(t *testing.T) {
	s, err := Parse([]byte(`# a comment
config: ../nuclei.yaml
set: {DATA.TEST.PATH: val/x, TRAIN.LR: 1e-3, DATA.PATCH_SIZE: [64, 64, 1]}
parameters:
  PUNCTA.SMOOTHING: &these [0, 1.5, "2"]
  TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS: *these
search: random
runs: 4
seed: 12
objective: recall
goal: minimize
parallel: 3
points: yes
`), "/sweeps/first/sweep.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s.Config != "/sweeps/nuclei.yaml" || s.Notebook != "" || s.Search != Random || s.Count != 4 || s.Seed != 12 || s.Parallel != 3 || !s.Points ||
		s.Objective != (Objective{"recall", Minimise}) || !slices.Equal(s.Set, []string{"DATA.TEST.PATH=val/x", "TRAIN.LR=1e-3", "DATA.PATCH_SIZE=[64, 64, 1]"}) {
		t.Errorf("%+v", s)
	}
	for i, name := range []string{"PUNCTA.SMOOTHING", "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS"} {
		p := s.Parameters[i]
		if p.Name != name || p.Line != 5+i || !slices.Equal(p.Values, []Value{{"0"}, {"1.5"}, {`"2"`}}) {
			t.Errorf("%+v", p)
		}
	}
	s, err = Parse([]byte("notebook: explore.ipynb\nkernel: puncta\nset: {name: a}\nparameters: {threshold: [0.1, 0.2]}\nobjective: count\n"), "dir/sweep.yaml")
	if err != nil || s.Notebook != filepath.Join("dir", "explore.ipynb") || s.Kernel != "puncta" || s.Objective != (Objective{"count", Maximise}) || s.Search != Grid {
		t.Errorf("%+v, %v", s, err)
	}
	for measure, goal := range map[string]Goal{"val_loss": Minimise, "val_f1": Maximise} {
		s, err := Parse([]byte("config: c.yaml\nparameters: {TRAIN.LR: [1, 2]}\nobjective: "+measure), "s.yaml")
		if err != nil || s.Objective.Goal != goal {
			t.Errorf("%s: %+v, %v", measure, s, err)
		}
	}
}

// Everything that is wrong with a file is said at once, each with its line.
func TestFaults(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", "s.yaml: neither config nor notebook: want the one that is to be run\ns.yaml: no parameters: want at least one to vary"},
		{"no YAML", "config: [", "s.yaml:1: not YAML: did not find expected node content"},
		{"a list", "- config\n", "s.yaml:1: want lines of the form key: value, such as config: nuclei.yaml"},
		{"two documents", "config: c\n---\nconfig: d\n", "s.yaml: more than one YAML document: want one"},
		{"both", "config: c.yaml\nnotebook: n.ipynb\nparameters: {a: [1]}\n", "s.yaml:2: config and notebook are both there: want one of them"},
		{"keys at the top", "config: c.yaml\nruns: 0\nserach: grid\nparameters: {TRAIN.LR: [1]}\npoints: maybe\nparallel: many\nsearch: all\nobjective: [f1]\ngoal: up\n", `
s.yaml:2: runs is 0: want a whole number from 1 to 100000
s.yaml:2: runs is for search: random, and a grid takes every combination
s.yaml:3: unknown key serach: want config, notebook, kernel, set, parameters, search, runs, seed, objective, goal, parallel or points
s.yaml:5: points is maybe: want True or False
s.yaml:6: parallel is many: want a whole number from 1 to 1024
s.yaml:7: search is all: want grid or random
s.yaml:8: objective is [f1]: want the name of a measure, such as f1
s.yaml:9: goal is up: want maximise or minimise`},
		{"keys of the configuration", "config: c.yaml\nparameters:\n  TRAIN.RATE: [1]\n  TRAIN.LR: [1, fast]\n  SYSTEM.NUM_CPUS: [1, 2]\n  SYSTEM.NUM_WORKERS: [1]\n  MODEL.LAST_ACTIVATION: [relu]\n  TEST: [1]\n  TRAIN.EPOCHS: {from: 1, to: 9}\nsearch: random\nruns: 3\n", `
s.yaml:3: unknown key TRAIN.RATE: see puncta config explain
s.yaml:4: TRAIN.LR is "fast": want a number above 0
s.yaml:5: SYSTEM.NUM_CPUS cannot be varied: all runs share the processors of the command: give it in set
s.yaml:6: SYSTEM.NUM_WORKERS changes no result: there is nothing to compare
s.yaml:7: MODEL.LAST_ACTIVATION cannot be varied: refused: the output is a probability, so it is always sigmoid
s.yaml:8: unknown key TEST: see puncta config explain
s.yaml:9: TRAIN.EPOCHS takes whole numbers: want whole: True`},
		{"values", "config: c.yaml\nset: {TRAIN.LR: 1, TRAIN.EPOCHS: {a: 1}}\nparameters:\n  TRAIN.LR: []\n  TRAIN.EPOCHS: 5\n  TRAIN.PATIENCE: [1, 2, 1]\n  PUNCTA.PRIOR: [~]\n  PUNCTA.SMOOTHING: [1, {a: 2}]\n  PUNCTA.PLATEAU: [one]\n  PUNCTA.PLATEAU: [pixel]\n", `
s.yaml:2: set: TRAIN.EPOCHS is a section: want a value, or a list of values
s.yaml:4: TRAIN.LR has no values: want at least one
s.yaml:5: TRAIN.EPOCHS is 5: want a list of values in brackets, or {from: …, to: …}
s.yaml:6: TRAIN.PATIENCE has 1 twice
s.yaml:7: PUNCTA.PRIOR has nothing: want a value
s.yaml:8: PUNCTA.SMOOTHING has a section: want a value, or a list of values
s.yaml:10: parameters: PUNCTA.PLATEAU is set twice: first in line 9`},
		{"ranges", `config: c.yaml
parameters:
  TRAIN.LR: {from: 1, to: 2}
  TRAIN.W_DECAY: {from: 2, to: 1, count: 3}
  PUNCTA.PRIOR: {from: 0, to: 0.5, count: 3, scale: log}
  PUNCTA.EMA_DECAY: {from: 0.5, to: 0.9, step: 0}
  PUNCTA.CENTROID_FACTOR: {from: 0.1, to: 1, step: 0.1, count: 10}
  PUNCTA.CENTROID_MAX_SHIFT: {to: 4, count: 1, by: 2}
  TEST.DET_TOLERANCE: {from: one, to: 4, count: 2}
  PUNCTA.SMOOTHING: {from: 0.1, to: 1, step: 0.1, scale: log}
  TRAIN.GRADIENT_CLIP_NORM: {from: 0, to: 1, step: 1e-7}
  TRAIN.EPOCHS: {to: 4, count: 2}
`, `
s.yaml:3: TRAIN.LR: a range without step and count is for search: random: want one of them
s.yaml:4: TRAIN.W_DECAY: from 2 to 1: want two numbers, the smaller first
s.yaml:5: PUNCTA.PRIOR: from 0 with scale log: want a number above 0
s.yaml:6: PUNCTA.EMA_DECAY: step 0: want a number above 0
s.yaml:7: PUNCTA.CENTROID_FACTOR: step and count are both there: want one of them
s.yaml:8: PUNCTA.CENTROID_MAX_SHIFT: count is 1: want a whole number from 2 to 10000
s.yaml:8: PUNCTA.CENTROID_MAX_SHIFT has an unknown by: want from, to, step or count, scale and whole
s.yaml:9: TEST.DET_TOLERANCE: from is one: want a number
s.yaml:10: PUNCTA.SMOOTHING: step with scale log: want a count
s.yaml:11: TRAIN.GRADIENT_CLIP_NORM: 10000001 values: want at most 10000
s.yaml:12: TRAIN.EPOCHS: want from and to`},
		{"what does not fit together", "config: c.yaml\nkernel: puncta\nset: {TRAIN.LR: 1}\nparameters: {TRAIN.LR: [1, 2]}\nsearch: random\nruns: 3\nobjective: accuracy\n", `
s.yaml:2: kernel is for sweeps of a notebook: a configuration has none
s.yaml:3: TRAIN.LR is in set and in parameters: want one of them
s.yaml:6: runs is 3, and there are 2 combinations: want at most as many, or search: grid
s.yaml:7: objective is accuracy: want f1, precision, recall, mean_f1, val_f1 or val_loss`},
		{"random without a number", "notebook: n.ipynb\npoints: True\nparameters: {a-b: [1, 2]}\nsearch: random\n", `
s.yaml:2: points is for sweeps of a configuration: a notebook writes what it wants itself
s.yaml:3: parameter "a-b": want a name that Go allows for a variable
s.yaml:4: search is random without runs: want the number of them`},
		{"a grid without end", "config: c.yaml\nparameters: {TRAIN.LR: {from: 1, to: 2, count: 9000}, TRAIN.W_DECAY: {from: 1, to: 2, count: 90}}\n",
			"s.yaml:2: more than 100000 combinations: want fewer values, or search: random"},
	}
	for _, tt := range tests {
		_, err := Parse([]byte(tt.text), "s.yaml")
		if err == nil || err.Error() != strings.TrimSpace(tt.want) {
			t.Errorf("%s:\n%v\nwant\n%s", tt.name, err, strings.TrimSpace(tt.want))
		}
		var faults config.Faults
		if !errors.As(err, &faults) {
			t.Errorf("%s: no faults", tt.name)
		}
	}
	bomb := "config: c.yaml\nset:\n  LOG.A: &a [" + strings.Repeat("1, ", 900) + "1]\n  LOG.B: &b [" + strings.Repeat("*a, ", 900) + "1]\n  LOG.C: [" + strings.Repeat("*b, ", 900) + "1]\nparameters: {TRAIN.LR: [1]}\n"
	if _, err := Parse([]byte(bomb), "s.yaml"); err == nil || !strings.Contains(err.Error(), "s.yaml:5: set: LOG.C is a list of more than 1000 items") {
		t.Errorf("a list of lists of lists: %v", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// What a run of a configuration finds wrong with a swept value stands where the
// value was written.
func TestAtParameters(t *testing.T) {
	s := parsed(t, "parameters:\n  TRAIN.LR: [1]\n")
	got := s.AtParameters(config.Faults{{File: "--set", Key: "TRAIN.LR", Msg: "a"}, {File: "c.yaml", Line: 7, Key: "TRAIN.LR", Msg: "b"}, {File: "--set", Key: "TRAIN.EPOCHS", Msg: "c"}})
	if want := "sweep.yaml:3: a\nc.yaml:7: b\n--set: c"; got.Error() != want {
		t.Errorf("%v, want %s", got, want)
	}
	if err := errors.New("x"); s.AtParameters(err) != err {
		t.Error("another error was changed")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("config: c.yaml\nparameters: {TRAIN.LR: [1, 2]}\n")
	f.Add("notebook: n.ipynb\nparameters: {a: {from: 1, to: 2, count: 3, scale: log}}\nsearch: random\nruns: 2\n")
	f.Add("config: c.yaml\nset: {a: &x [1, *x]}\nparameters: *x\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse([]byte(text), "s.yaml")
		if err != nil {
			return
		}
		if s.Search == Random {
			s.Count = min(s.Count, 50)
		}
		runs := s.Runs()
		if len(runs) == 0 {
			t.Fatal("no runs")
		}
		seen := map[string]bool{}
		for i, r := range runs[:min(len(runs), 200)] {
			key := keyOf(r.Values)
			if r.Number != i+1 || len(r.Values) != len(s.Parameters) || seen[key] {
				t.Fatalf("run %d: %+v", i+1, r)
			}
			seen[key] = true
			for _, setting := range s.Settings(r) {
				if strings.ContainsAny(setting, "\n\r") {
					t.Fatalf("a setting of several lines: %q", setting)
				}
			}
		}
	})
}
