package report

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestShellLine gives the line to a shell and reads the words back.
func TestShellLine(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("skipped: no POSIX shell")
	}
	words := []string{"plain", "results/a b", "it's", `$HOME "x" \`, "", "*", "-1,2.5", "Größe", "a;b&c"}
	out, err := exec.Command(sh, "-c", `for w in `+ShellLine(words)+`; do printf '%s\n' "$w"; done`).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"); !slices.Equal(got, words) {
		t.Errorf("the shell reads %q, want %q", got, words)
	}
	if got := ShellLine(words[:1]); got != "plain" {
		t.Errorf("%q, want plain without quotes", got)
	}
}
