package device

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// sitePackages returns the folders on the module path of VIRTUAL_ENV's Python
// and of the python3 on PATH, without duplicates.
func sitePackages(ctx context.Context) []string {
	var dirs []string
	seen := map[string]bool{}
	add := func(dir string) {
		if filepath.IsAbs(dir) && !seen[dir] {
			seen[dir] = true
			dirs = append(dirs, dir)
		}
	}
	if env := os.Getenv("VIRTUAL_ENV"); env != "" {
		found, _ := filepath.Glob(filepath.Join(env, "lib", "python3*", "site-packages"))
		for _, dir := range found {
			add(dir)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "python3", "-c", `import sys; print("\n".join(sys.path))`).Output()
	if err != nil {
		return dirs // no Python is an ordinary state of affairs
	}
	for line := range strings.Lines(string(out)) {
		if dir := strings.TrimSpace(line); !strings.HasSuffix(dir, ".zip") {
			add(dir)
		}
	}
	return dirs
}
