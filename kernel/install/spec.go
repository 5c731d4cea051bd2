//go:build unix

package install

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// Name is the kernel's name in notebooks, DisplayName the one that people see.
const (
	Name        = "puncta"
	DisplayName = "Go (Puncta)"
)

// spec is Jupyter's description of a kernel.
type spec struct {
	Argv          []string       `json:"argv"`
	DisplayName   string         `json:"display_name"`
	Language      string         `json:"language"`
	InterruptMode string         `json:"interrupt_mode"`
	Metadata      map[string]any `json:"metadata"`
}

// SpecFolder is the folder of the kernel's description within Jupyter's data.
func SpecFolder(jupyterData string) string { return filepath.Join(jupyterData, "kernels", Name) }

// writeSpec writes the description.
func writeSpec(i Installed) error {
	if err := os.MkdirAll(i.Spec, 0o755); err != nil {
		return err
	}
	s := spec{
		Argv:        []string{i.Program(), "kernel", "serve", "{connection_file}"},
		DisplayName: DisplayName, Language: "go",
		// GoNB asks the cell to stop, and kills it when it does not.
		InterruptMode: "message",
		Metadata:      map[string]any{"debugger": false},
	}
	return atomicfile.Write(filepath.Join(i.Spec, "kernel.json"), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(s)
	})
}

// readSpec reads it.
func readSpec(folder string) (spec, error) {
	var s spec
	text, err := os.ReadFile(filepath.Join(folder, "kernel.json"))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}
