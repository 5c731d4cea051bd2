package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/config"
)

func TestConfigInit(t *testing.T) {
	w := newWorld(t)
	status, stdout, stderr := call("config", "init", "--data", w.dir)
	if status != exitOK || stderr != "" {
		t.Fatalf("status %d: %s", status, stderr)
	}
	c, warnings, err := config.Parse([]byte(stdout), "stdout")
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%v, %v", warnings, err)
	}
	if err := c.CheckPaths(); err != nil || c.Data.Val.FromTrain { // the world has a folder val
		t.Errorf("the paths are not those of the set: %v", err)
	}

	file := w.path("a.yaml")
	status, stdout, _ = call("config", "init", "--template", "3d", "--output", file)
	if want := file + " is written: puncta config check " + file + " says what its job would do\n"; status != exitOK || stdout != want {
		t.Errorf("status %d: %s", status, stdout)
	}
	before, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(before), "NDIM: 3D") {
		t.Fatalf("%v\n%s", err, before)
	}
	status, _, stderr = call("config", "init", "--output", file)
	if want := "puncta: --output " + file + " is there already: give another name, or --force to replace it\n"; status != exitInput || stderr != want {
		t.Errorf("status %d: %s", status, stderr)
	}
	if after, _ := os.ReadFile(file); string(after) != string(before) {
		t.Error("the file was replaced")
	}
	if status, _, _ = call("config", "init", "--output", file, "--force"); status != exitOK {
		t.Errorf("--force: status %d", status)
	}
	if after, _ := os.ReadFile(file); string(after) == string(before) {
		t.Error("--force did not replace the file")
	}

	status, stdout, _ = call("config", "init", "--list")
	for _, tmpl := range config.Templates() {
		if status != exitOK || !strings.Contains(stdout, tmpl.Name) || !strings.Contains(stdout, tmpl.Doc) {
			t.Errorf("--list lacks %s:\n%s", tmpl.Name, stdout)
		}
	}
	status, _, stderr = call("config", "init", "--template", "4d")
	if want := "puncta: --template is \"4d\": want 2d, 3d, spots, nuclei2d\n"; status != exitInput || stderr != want {
		t.Errorf("status %d: %s", status, stderr)
	}
	_, _, stderr = call("config", "init", "--data", w.path("none"))
	if want := "warning: " + w.path("none/train/x") + ": there is no such folder yet\n"; stderr != want {
		t.Errorf("stderr %q, want %q", stderr, want)
	}
}

func TestConfigCheck(t *testing.T) {
	w := newWorld(t)
	file := w.path("config.yaml")
	status, stdout, stderr := call("config", "check", file)
	if status != exitOK || stderr != "" || !strings.HasPrefix(stdout, file+": no faults\nThe job\n  check ") || !strings.Contains(stdout, "2 levels of 4 to 8 channels") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}

	w.write(t, "config.yaml", w.config()+"  BATCH_SIZE: 3\nTRIAN: {LR: 1}\nAUGMENTOR: {DA_PROB: 0.3}\n")
	status, stdout, stderr = call("config", "check", file, "--set", "TRAIN.LR=fast", "--set", "DATA.TEST.PATH=none")
	want := file + `:27: unknown key TEST.BATCH_SIZE: did you mean TRAIN.BATCH_SIZE?
` + file + `:28: unknown section TRIAN: did you mean TRAIN?
--set: DATA.TEST.PATH is "none": there is no such folder
--set: TRAIN.LR is "fast": want a number above 0
warning: ` + file + `:29: AUGMENTOR.DA_PROB is an older spelling: read as the _PROB of each transform
`
	if status != exitInput || stdout != want || stderr != "puncta: "+file+": there are 4 faults, listed above\n" {
		t.Errorf("status %d\n%s%s\nwant\n%s", status, stdout, stderr, want)
	}

	status, stdout, _ = call("config", "check", file, "--skip-paths", "--json", "--set", "DATA.TEST.PATH=none")
	var got struct {
		Faults []struct {
			File, Key, Message string
			Line               int
		}
		Warnings []struct{ Key string }
		Plan     *struct{}
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	if status != exitInput || len(got.Faults) != 2 || got.Faults[0].File != file || got.Faults[0].Line != 27 || got.Faults[0].Key != "TEST.BATCH_SIZE" ||
		got.Faults[1].Message != "unknown section TRIAN: did you mean TRAIN?" || len(got.Warnings) != 1 || got.Plan != nil {
		t.Errorf("status %d\n%s", status, stdout)
	}

	status, stdout, _ = call("config", "check", file, "--json", "--set", "x")
	if status != exitInput || strings.Count(stdout, `"message"`) != 4 { // three faults and a warning
		t.Errorf("status %d\n%s", status, stdout)
	}
	w.write(t, "config.yaml", w.config())
	status, stdout, _ = call("config", "check", file, "--json")
	if status != exitOK || !strings.Contains(stdout, `"faults":[],"warnings":[],"plan":{"steps":[{"name":"check"`) {
		t.Errorf("status %d\n%s", status, stdout)
	}
	if status, _, stderr = call("config", "check", w.path("none.yaml")); status != exitInput || !strings.Contains(stderr, "none.yaml") {
		t.Errorf("status %d: %s", status, stderr)
	}
}

func TestConfigExplain(t *testing.T) {
	for _, tt := range []struct {
		args           []string
		status         int
		stdout, stderr string // how they begin
	}{
		{[]string{"test.det_tolerance"}, exitOK, "TEST.DET_TOLERANCE\n  Largest distance ", ""},
		{[]string{"TEST.POST_PROCESSING"}, exitOK, "KEY  ", ""},
		{[]string{"model.hrnet.*"}, exitOK, "KEY  ", ""},
		{[]string{"MODEL.HRNET.VARIANT"}, exitOK, "MODEL.HRNET.*\n", ""},
		{nil, exitOK, "KEY  ", ""},
		{[]string{"--markdown"}, exitOK, config.Markdown(), ""},
		{[]string{"TRAIN.EPOCH"}, exitInput, "", "puncta: unknown key TRAIN.EPOCH: did you mean TRAIN.EPOCHS?\n"},
		{[]string{"xyzzy"}, exitInput, "", "puncta: unknown key xyzzy: puncta config explain lists all of them\n"},
		{[]string{"--markdown", "TRAIN"}, exitInput, "", "puncta: --markdown writes all keys: leave out TRAIN\n"},
	} {
		status, stdout, stderr := call(append([]string{"config", "explain"}, tt.args...)...)
		if status != tt.status || !strings.HasPrefix(stdout, tt.stdout) || stderr != tt.stderr {
			t.Errorf("%v: status %d\n%.200s\n%s", tt.args, status, stdout, stderr)
		}
	}
	_, stdout, _ := call("config", "explain", "--json", "MODEL.OUT_CHECKPOINT_FORMAT")
	var keys []map[string]string
	if err := json.Unmarshal([]byte(stdout), &keys); err != nil || len(keys) != 1 || keys[0]["status"] != "refused" || keys[0]["reason"] == "" {
		t.Errorf("%v: %s", err, stdout)
	}
}
