package workflow

import (
	"errors"
	"os"
	"testing"
)

// The name of a model that comes with Puncta means it, unless a file has that
// name; a folder, which may hold the data, does not stand in the way.
func TestOpenPretrained(t *testing.T) {
	t.Chdir(t.TempDir())
	opens := func(what string) {
		t.Helper()
		f, err := OpenModel("nuclei2d", nil)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if f.Settings.Network.NumParams() != 1_944_241 {
			t.Errorf("%s: %d parameters", what, f.Settings.Network.NumParams())
		}
	}
	opens("nothing of that name")
	if err := os.Mkdir("nuclei2d", 0o755); err != nil {
		t.Fatal(err)
	}
	opens("a folder")
	if err := os.Remove("nuclei2d"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("nuclei2d", []byte("garbage"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenModel("nuclei2d", nil); !errors.Is(err, ErrInput) {
		t.Errorf("a file that is no model: %v", err)
	}
}
