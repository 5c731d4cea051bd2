//go:build peer

package workflow

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/device"
)

// runLoudly does steps of a job with the configuration text, in which "%[1]s" is
// dir, on the device that there is, and tells standard error how it goes.
func runLoudly(ctx context.Context, t *testing.T, name, text, dir string, settings []string, steps ...Step) *Job {
	t.Helper()
	c, _, err := config.Parse([]byte(strings.ReplaceAll(text, "%[1]s", dir)), name+".yaml", settings...)
	if err != nil {
		t.Fatal(err)
	}
	layout, err := NewLayout(t.TempDir(), name, 1)
	if err != nil {
		t.Fatal(err)
	}
	j := &Job{Config: c, Layout: layout, RunID: 1, Device: device.DefaultOptions(), Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Progress: detection.ProgressFunc(func(e detection.ProgressEvent) {
			if e.Line != "" {
				fmt.Fprintln(os.Stderr, e.Line)
			}
		})}
	t.Cleanup(j.close)
	for _, s := range steps {
		if err := s.Run(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

// setting is KEY=VALUE with the value of a variable of the environment; none
// when that is not set.
func setting(variable, key string) []string {
	if v := os.Getenv(variable); v != "" {
		return []string{key + v}
	}
	return nil
}
