//go:build unix

package local

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/session"
)

// Patches that come from the engine are those of the job, to the last bit, and
// nothing is written.
func TestPatches(t *testing.T) {
	s, dir := connect(t), data(t, 1)
	t.Chdir(dir)
	settings := []string{"AUGMENTOR.ENABLE=True", "AUGMENTOR.VFLIP=True", "AUGMENTOR.GAUSSIAN_NOISE=True"}
	c, _, err := config.Parse([]byte(smallConfig), "small.yaml", settings...)
	if err != nil {
		t.Fatal(err)
	}
	for _, which := range []session.Patches{{Count: 5, First: 1, Epoch: 2, Grid: true}, {}} {
		got, err := s.Patches(ctx, session.Training{Config: smallConfig, Set: settings, RunID: 3, ResultDir: "none"}, which)
		if err != nil {
			t.Fatal(err)
		}
		if which.Count == 0 {
			which.Count = 12
		}
		j := &workflow.Job{Config: c, RunID: 3}
		want, err := j.PreviewPatches(ctx, workflow.PatchesOptions{Epoch: which.Epoch, First: which.First, Count: which.Count, Grid: which.Grid})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != which.Count || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v: %d patches, not those of the job", which, len(got))
		}
		if p := got[0]; (p.Grid != nil) != which.Grid || p.Image == nil || p.Original == nil || p.Target == nil {
			t.Errorf("%+v: a patch without what it should have", which)
		}
	}
	if _, err := os.Stat("none"); !os.IsNotExist(err) {
		t.Errorf("the preview made a folder: %v", err)
	}
	if _, err := s.Patches(ctx, session.Training{Config: smallConfig}, session.Patches{First: 1e6}); !session.IsInput(err) || !strings.Contains(err.Error(), "an epoch has") {
		t.Errorf("beyond the end: %v", err)
	}
	if _, err := s.Patches(ctx, session.Training{Config: "a: [\n"}, session.Patches{}); !session.IsInput(err) {
		t.Errorf("no configuration: %v", err)
	}
}
