package config

import (
	"os"
	"strings"
	"testing"
)

// TestDocument holds docs/configuration.md equal to the table.
func TestDocument(t *testing.T) {
	got, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != Markdown() {
		t.Error("docs/configuration.md is out of date: write it anew with\n  go run ./cmd/puncta config explain --markdown > docs/configuration.md")
	}
	// every cell stays in its column
	for line := range strings.Lines(string(got)) {
		line = strings.ReplaceAll(line, `\|`, "")
		if n := strings.Count(line, "|"); strings.HasPrefix(line, "|") && n != 6 && n != 3 {
			t.Errorf("%d bars in %s", n, line)
		}
	}
	for _, k := range Keys() {
		if !strings.Contains(string(got), "\n| `"+k.Name+"` |") {
			t.Errorf("%s has no row", k.Name)
		}
	}
}

func TestKeyText(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"TRAIN.LR_SCHEDULER.MIN_LR", `TRAIN.LR_SCHEDULER.MIN_LR
  Smallest step size.
  takes    a number of 0 or more or -1 for not set
  default  -1.0
  matters  when TRAIN.LR_SCHEDULER.NAME is reduceonplateau or TRAIN.LR_SCHEDULER.NAME is warmupcosine
  status   supported
`},
		{"MODEL.LAST_ACTIVATION", `MODEL.LAST_ACTIVATION
  Function of the output.
  takes    text
  default  sigmoid
  status   refused: the output is a probability, so it is always sigmoid
`},
		{"AUGMENTOR.DA_PROB", `AUGMENTOR.DA_PROB
  Older spelling of the _PROB of each transform.
  status   older spelling, now the _PROB of each transform
`},
	} {
		k, ok := Explain(tt.name)
		if got := k.Text(); !ok || got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	k, _ := Explain("TRAIN.LR_SCHEDULER.NAME")
	if want := "nothing, reduceonplateau, warmupcosine, onecycle or warmupreduceonplateau"; k.Takes != want {
		t.Errorf("takes %q, want %q", k.Takes, want)
	}
}

func TestBelow(t *testing.T) {
	if got, want := len(Below("")), len(Keys()); got != want {
		t.Errorf("%d keys of %d", got, want)
	}
	var names []string
	for _, k := range Below("LOSS.CONTRAST") {
		names = append(names, k.Name)
	}
	same(t, "LOSS.CONTRAST", names, []string{"LOSS.CONTRAST.ENABLE", "LOSS.CONTRAST.MEMORY_SIZE", "LOSS.CONTRAST.PROJ_DIM", "LOSS.CONTRAST.PIXEL_UPD_FREQ"})
	if got := Below("TRAIN.LR"); len(got) > 0 {
		t.Errorf("a key is no section: %v", got)
	}
	table := TextTable(Below("LOSS.CONTRAST"))
	if lines := strings.Split(table, "\n"); len(lines) != 6 || !strings.HasPrefix(lines[2], "LOSS.CONTRAST.MEMORY_SIZE     5000     not supported yet  Parameter of that loss.") {
		t.Errorf("got\n%s", table)
	}
	for name, want := range map[string]string{"TRAIN.EPOCH": "TRAIN.EPOCHS", "TEST.POST_PROCESING": "TEST.POST_PROCESSING", "TRAIN.XYZZY": ""} {
		if got := Nearest(name); got != want {
			t.Errorf("Nearest(%s) = %q, want %q", name, got, want)
		}
	}
}

// TestCheck: faults of the values and missing folders at once, each key once.
func TestCheck(t *testing.T) {
	dir := t.TempDir()
	path := dir + "/f.yaml"
	text := "TRAIN:\n  ENABLE: True\n  LR: fast\n  OPTIMIZER: SGD\nDATA:\n  TRAIN:\n    PATH: " + dir + "\n    GT_PATH: ''\n  VAL:\n    FROM_TRAIN: False\n    PATH: no/such\n    GT_PATH: " + dir + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	values := []string{
		path + `:3: TRAIN.LR is "fast": want a number above 0`,
		path + `:8: DATA.TRAIN.GT_PATH is empty: want a folder, as TRAIN.ENABLE is True`,
	}
	c, _, faults, err := Check(path, false)
	same(t, "values", lines(faults.err()), values)
	if c != nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
	_, _, faults, _ = Check(path, true)
	same(t, "paths too", lines(faults.err()), append(values, path+`:11: DATA.VAL.PATH is "no/such": there is no such folder`))

	if err := os.WriteFile(path, []byte(strings.Replace(text, "fast", "1", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, warnings, faults, err := Check(path, true, "DATA.TRAIN.GT_PATH="+dir, "DATA.VAL.FROM_TRAIN=True")
	if c == nil || faults != nil || err != nil || len(warnings) != 2 {
		t.Errorf("%v, %v, %v, %v", c, warnings, faults, err)
	}
	if _, _, _, err := Check(path+"x", true); err == nil {
		t.Error("no such file: no error")
	}
}
