//go:build peer

package widgets

import (
	"strings"
	"testing"
)

// editorPage is an editor as a whole page.
func editorPage(t testing.TB, widgets ...Widget) string {
	t.Helper()
	var b strings.Builder
	if err := WritePage(&b, "editors", widgets...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
