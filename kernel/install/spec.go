//go:build unix

package install

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/kernel/jupyter"
)

// Name is the kernel's name in notebooks, DisplayName the one that people see.
const (
	Name        = "puncta"
	DisplayName = "Go (Puncta)"
)

// SpecFolder is the folder of the kernel's description within Jupyter's data.
func SpecFolder(jupyterData string) string { return filepath.Join(jupyterData, "kernels", Name) }

// writeSpec writes the description.
func writeSpec(i Installed) error {
	if err := os.MkdirAll(i.Spec, 0o755); err != nil {
		return err
	}
	s := struct {
		jupyter.Spec
		Metadata map[string]any `json:"metadata"`
	}{jupyter.Spec{
		Argv:        []string{i.Program(), "kernel", "serve", "{connection_file}"},
		DisplayName: DisplayName, Language: "go",
		// GoNB asks the cell to stop, and kills it when it does not.
		InterruptMode: jupyter.InterruptMessage,
	}, map[string]any{"debugger": false}}
	return atomicfile.Write(filepath.Join(i.Spec, "kernel.json"), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(s)
	})
}
