//go:build peer

package runner

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/notebook"
)

// gonb builds the GoNB that go.mod pins, and the goimports that it needs, and
// installs its kernelspec.
func gonb(t *testing.T) jupyter.Spec {
	t.Helper()
	dir := t.TempDir()
	for name, pkg := range map[string]string{"gonb": "github.com/janpfeifer/gonb", "goimports": "golang.org/x/tools/cmd/goimports"} {
		if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "bin", name), pkg).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", pkg, err, out)
		}
	}
	kernel := filepath.Join(dir, "kernels", "gonb")
	if err := os.MkdirAll(kernel, 0o755); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{
		"argv":         []string{filepath.Join(dir, "bin", "gonb"), "--kernel", "{connection_file}", "-raw_error"},
		"display_name": "Go", "language": "go", "interrupt_mode": "message",
		"env": map[string]string{"PATH": filepath.Join(dir, "bin") + string(os.PathListSeparator) + "${PATH}", "GOFLAGS": "-buildvcs=false"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(kernel, "kernel.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JUPYTER_PATH", dir)
	spec, err := jupyter.FindSpec("gonb")
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestGoNB(t *testing.T) {
	spec := gonb(t)
	nb := book(
		cell("var threshold = 0.5\nvar name string\nvar radii = []float64{1}", "parameters"),
		cell("import (\n\t\"flag\"\n\t\"fmt\"\n)\nvar _ = flag.Parse\nfunc double(x float64) float64 { return 2 * x }\n%%\nfmt.Println(double(threshold), name, radii)"),
		cell("import (\n\t\"flag\"\n\t\"fmt\"\n)\n%%\nvar none []int\nfmt.Println(none[0])", "raises-exception"),
		cell("import (\n\t\"flag\"\n\t\"time\"\n)\n%%\ntime.Sleep(time.Hour)", "timeout=20s"),
		cell("import \"fmt\"\n%%\nfmt.Println(\"on\")"),
	)
	if _, err := Inject(nb, parameters(t, "threshold=2", "name=a b", "radii=[3, 4.5]"), spec.Language); err != nil {
		t.Fatal(err)
	}
	opts := DefaultOptions()
	opts.Dir, opts.Timeout, opts.AllowErrors, opts.Grace = t.TempDir(), 5*time.Minute, true, 30*time.Second
	result, err := Run(t.Context(), nb, spec, opts)
	if err != nil {
		t.Fatal(err)
	}
	var printed []string
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			if o.Type == notebook.Stream && o.Name == "stdout" {
				printed = append(printed, o.Text)
			}
		}
	}
	if got := strings.Join(printed, ""); got != "4 a b [3 4.5]\non\n" {
		t.Errorf("printed %q\n%s", got, nb.Bytes())
	}
	// The cell that sleeps was interrupted, and the kernel lived on.
	if len(result.Failures) != 1 || result.Failures[0].Cell != 5 || !errors.Is(result.Failures[0], ErrTimeout) || result.Executed != 6 {
		t.Errorf("%+v, %v", result, result.Failures)
	}
}
