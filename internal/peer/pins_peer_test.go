//go:build peer

package peer

import (
	"slices"
	"strings"
	"testing"
)

// The environments hold the versions that the lists say, and nothing of the
// user's own packages.
func TestVersionsArePinned(t *testing.T) {
	const script = `
import sys
from importlib.metadata import version
for name in sys.argv[1:]:
    print(name + "==" + version(name))
`
	for _, env := range []Env{Imaging, BiaPy, Viewers, Jupyter, Exchange} {
		t.Run(env.String(), func(t *testing.T) {
			var names []string
			for _, r := range env.Requirements() {
				name, _, _ := strings.Cut(r, "==")
				names = append(names, name)
			}
			got := strings.Fields(string(Run(t, env, script, names...)))
			if !slices.Equal(got, env.Requirements()) {
				t.Errorf("versions %q, want %q", got, env.Requirements())
			}
		})
	}
}
