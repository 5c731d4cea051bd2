package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Both programs run in turn with empty folders, and what they take is counted by
// the clock and by the processors.
func TestSweep(t *testing.T) {
	t.Setenv("PUNCTA_FAKE", "program")
	t.Setenv("TMPDIR", t.TempDir())
	dir, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	program := func(name string) Command { return Command{os.Args[0], log, "--in=" + dir, "{output}", name} }
	r, err := Sweep(t.Context(), SweepCommands{Whole: program("whole"), Pass: program("pass"), Images: 3, Settings: 60}, Options{Rounds: 2, Warmups: 1})
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(log)
	if err != nil || string(got) != strings.Repeat("whole [] []\npass [] []\n", 3) {
		t.Errorf("%v, programs ran as\n%s", err, got)
	}
	if len(r.Items) != 2 || r.Items[0].Name != "60 settings on 3 images, by the clock" || r.Items[1].Name != "60 settings on 3 images, time of the processors" {
		t.Fatalf("%+v", r)
	}
	for _, it := range r.Items {
		if len(it.Ours.Seconds) != 2 || len(it.Peer.Seconds) != 2 || it.Note != fmt.Sprintf("the sweep takes %.2f times the prediction pass", it.Ours.Median/it.Peer.Median) {
			t.Errorf("%+v", it)
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := Sweep(t.Context(), SweepCommands{Whole: program("whole"), Pass: program("broken")}, Options{Rounds: 1}); err == nil || !strings.Contains(err.Error(), "the peer: ") || !strings.Contains(err.Error(), "no device") {
		t.Errorf("a program that fails: %v", err)
	}
}
