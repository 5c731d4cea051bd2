package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/internal/bench"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// The last line of standard output is the report, and what was generated for
// it is gone.
func TestBenchStagesJSON(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	status, stdout, stderr := call("bench", "stages", "--size", "160", "--cells", "64", "--rounds", "2", "--stages", "peaks_d5,match_64", "--json")
	if status != exitOK {
		t.Fatalf("status %d: %s", status, stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	var r bench.Report
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil {
		t.Fatal(err)
	}
	if r.Bench != "stages" || r.Rounds != 2 || len(r.Items) != 2 || len(r.Items[0].Ours.Seconds) != 2 || r.Machine.Cores < 1 {
		t.Errorf("report %+v", r)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if !strings.Contains(stderr, "peaks_d5: 3 of 3 rounds") {
		t.Errorf("progress %q, want it on standard error", stderr)
	}
}

func TestBenchSaysThatThereIsNoPeer(t *testing.T) {
	status, stdout, stderr := call("bench", "stages", "--size", "160", "--cells", "64", "--rounds", "1", "--stages", "peaks_d1", "--quiet")
	if status != exitOK || !strings.Contains(stdout, "no peer was named: only ours is measured") || stderr != "" {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
}

// Both sides are this program, on the two images that --images leaves.
func TestBenchEndToEnd(t *testing.T) {
	testkit.Backend(t) // installs the plug-in, or skips
	w := newWorld(t)
	w.write(t, "test/x/im2.tif", "not an image, and left out")
	m, err := unet.New(unet.NewConfig(2, 4, 8), 1)
	if err != nil {
		t.Fatal(err)
	}
	weights, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	detect := detection.DefaultDetectOptions()
	detect.Peaks.Threshold = 0.999 // an untrained map has no such peaks
	model := inference.ModelFile{Weights: weights, Settings: inference.Settings{
		Network: m.Config(), Normalise: detection.DefaultNormaliseOptions(), Tiles: detection.DefaultTileOptions(), Detect: detect,
	}}
	if err := model.Save(w.path("model.safetensors")); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	peer, err := json.Marshal([]string{self, "detect", "{input}", "--model", w.path("model.safetensors"), "--output", "{output}", "--gpu", "none"})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(asProgram, "1")
	args := []string{"bench", "endtoend", "--input", w.path("test/x"), "--model", w.path("model.safetensors"), "--gpu", "none", "--rounds", "1", "--json"}
	status, stdout, stderr := call(append(args, "--images", "2", "--peer-command", string(peer))...)
	var r bench.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || status != exitOK {
		t.Fatalf("status %d: %v: %s%s", status, err, stdout, stderr)
	}
	if it := r.Items[0]; it.Images != 2 || it.Peer == nil || it.Ratio <= 0 {
		t.Errorf("got %+v", it)
	}
	if status, _, stderr = call(args...); status != exitFailed || !strings.Contains(stderr, "im2.tif") {
		t.Errorf("status %d, %q, want what our side complained about", status, stderr)
	}
}

// Wrong use ends with status 2 before anything is measured.
func TestBenchBadUse(t *testing.T) {
	w := newWorld(t)
	w.write(t, "script.py", "")
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no rounds", []string{"stages", "--rounds", "0"}, "Rounds is 0: want at least 1"},
		{"a field without cells", []string{"stages", "--cells", "0"}, "Cells is 0: want 1 to"},
		{"a folder without the files", []string{"stages", "--input", "DIR"}, "--input: DIR/prob.npy"},
		{"a folder and a size", []string{"stages", "--input", "DIR", "--size", "512"}, "[input size]"},
		{"unknown stage", []string{"stages", "--size", "160", "--cells", "64", "--stages", "peeks"}, `--stages: no stage is called "peeks": want some of peaks_d1`},
		{"no such interpreter", []string{"stages", "--peer-python", "DIR/python3"}, "--peer-python: "},
		{"no such script", []string{"train", "--peer-python", "go", "--peer-script", "DIR/none.py"}, "--peer-script: stat DIR/none.py"},
		{"no such interpreter for a script", []string{"infer", "--peer-python", "DIR/python3", "--peer-script", "DIR/script.py"}, "--peer-python: "},
		{"script without interpreter", []string{"infer", "--peer-script", "DIR/script.py"}, "peer-python"},
		{"size", []string{"infer", "--size", "40"}, "Size is 40: want a multiple of 16"},
		{"data without loader", []string{"train", "--data", "DIR/train"}, "--data is given without --loader"},
		{"data that is not there", []string{"train", "--loader", "--data", "DIR/none"}, "--data: folder DIR/none/x"},
		{"no such model", []string{"endtoend", "--input", "DIR/test/x", "--model", "DIR/none.safetensors"}, "DIR/none.safetensors"},
		{"a command without input", []string{"endtoend", "--input", "DIR/test/x", "--model", "m", "--peer-command", "go {output}"}, "--peer-command: "},
		{"a command that is no list", []string{"endtoend", "--input", "DIR/test/x", "--model", "m", "--peer-command", `["go", 1]`}, "no JSON list of strings"},
		{"a negative number of images", []string{"endtoend", "--input", "DIR/test/x", "--model", "m", "--images", "-1"}, "--images is -1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := []string{"bench", "--quiet"}
			for _, a := range tt.args {
				args = append(args, strings.ReplaceAll(a, "DIR", w.dir))
			}
			status, stdout, stderr := call(args...)
			message := strings.ReplaceAll(stderr, w.dir, "DIR")
			if status != exitInput || !strings.Contains(message, tt.want) || stdout != "" {
				t.Errorf("status %d, message %q, output %q; want status 2 and %q", status, message, stdout, tt.want)
			}
		})
	}
}

func TestParseCommand(t *testing.T) {
	want := bench.Command{"go", "a b", "--in={input}"}
	if got, err := parseCommand(` ["go", "a b", "--in={input}"]`); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := parseCommand("go  'x  {input} {output}"); err != nil || !slices.Equal(got, bench.Command{"go", "'x", "{input}", "{output}"}) {
		t.Errorf("got %q, %v, want words as they are", got, err)
	}
	if got, err := parseCommand(" "); err != nil || got != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

// Both sides are this program: the sweep of 60 settings and the prediction.
func TestBenchSweep(t *testing.T) {
	w := sweepWorld(t, 2)
	t.Setenv(asProgram, "1")
	var r bench.Report
	outcome(t, &r, "bench", "sweep", "--input", w.path("test/x"), "--points", w.path("test/y"), "--rounds", "1", "--gpu", "none")
	if r.Bench != "sweep" || len(r.Items) != 2 || r.Items[0].Name != "60 settings on 2 images, by the clock" || r.Items[1].Peer.Median <= 0 {
		t.Errorf("%+v", r)
	}
	for _, tt := range []struct{ want, flag, value string }{
		{"no.safetensors", "--model", "no.safetensors"}, {"Rounds is 0", "--rounds", "0"}, {"want a folder of CSV files", "--points", w.path("use.yaml")},
	} {
		if status, _, stderr := call("bench", "sweep", "--input", w.path("test/x"), "--points", w.path("test/y"), tt.flag, tt.value); status != exitInput || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s %s: status %d, %s", tt.flag, tt.value, status, stderr)
		}
	}
}
