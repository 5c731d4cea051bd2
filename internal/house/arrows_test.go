package house

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/puncta-bio/puncta"

// mayImport says which packages of this module each package may import
// itself. It is the drawing of ARCHITECTURE.md as a table: arrows point one
// way, and a package that is not in it has to be added on purpose.
var mayImport = map[string][]string{
	"detection":                      {},
	"detection/config":               {},
	"detection/sweep":                {"detection", "detection/config"},
	"detection/device":               {"internal/download"},
	"detection/imageio":              {"detection", "internal/atomicfile", "internal/filesys"},
	"detection/simulate":             {"detection"},
	"detection/export":               {"detection"},
	"detection/counts":               {"detection"},
	"detection/dataset":              {"detection", "detection/imageio", "internal/atomicfile", "internal/download", "internal/filesys"},
	"detection/unet/weights":         {"internal/atomicfile"},
	"detection/unet":                 {"detection/unet/weights"},
	"detection/training":             {"detection", "detection/unet", "detection/unet/weights", "detection/device"},
	"detection/inference":            {"detection", "detection/unet", "detection/unet/weights", "detection/device", "internal/atomicfile"},
	"detection/inference/pretrained": {"detection/inference", "detection/unet/weights"},
	"plots":                          {"detection", "plots/echarts"},
	"plots/echarts":                  {},
	"widgets":                        {"detection"},
	"detection/workflow": {"detection", "detection/config", "detection/counts", "detection/dataset", "detection/export", "detection/device", "detection/imageio", "detection/simulate", "detection/sweep",
		"detection/training", "detection/inference", "detection/inference/pretrained", "detection/unet", "detection/unet/weights", "detection/workflow/report", "plots", "widgets", "internal/atomicfile", "internal/filesys", "internal/tfevents"},
	"detection/workflow/report": {"detection", "detection/sweep", "plots", "internal/atomicfile"},
	"kernel/protocol":           {"detection"},
	"kernel/rundir":             {},
	"kernel/spawn":              {"kernel/rundir"},
	"kernel/session":            {"detection", "kernel/protocol", "kernel/spawn"},
	"kernel/session/local":      {"kernel/engine", "kernel/protocol", "kernel/rundir", "kernel/session"},
	"kernel/result":             {},
	"kernel/display":            {"detection", "kernel/result"},
	"kernel/display/charts":     {"kernel/display", "kernel/protocol", "plots", "plots/echarts"},
	"kernel/engine": {"detection", "detection/config", "detection/device", "detection/imageio", "detection/inference", "detection/training",
		"detection/workflow", "internal/atomicfile", "internal/filesys", "kernel/protocol", "kernel/rundir", "kernel/spawn"},
	"kernel/supervisor":    {"kernel/rundir", "kernel/spawn"},
	"kernel/install":       {"internal/atomicfile", "internal/download", "internal/filesys", "kernel/jupyter", "plots/echarts"},
	"kernel/goshim":        {"internal/atomicfile"},
	"kernel/jupyter":       {"internal/filesys"},
	"kernel/notebook":      {"internal/atomicfile", "internal/filesys"},
	"kernel/notebook/page": {"kernel/notebook"},
	"kernel/runner":        {"kernel/jupyter", "kernel/notebook", "kernel/result"},
	"kernel/batch":         {"detection", "detection/sweep", "detection/workflow/report", "internal/atomicfile", "kernel/jupyter", "kernel/notebook", "kernel/runner"},
	"":                     {},
	"notebooks":            {},
	"internal/bench": {"detection", "detection/imageio", "detection/simulate", "detection/training", "detection/inference", "detection/unet", "internal/atomicfile",
		"kernel/jupyter", "kernel/spawn"},
	"cmd/puncta": {"internal/bench", "internal/gallery", "plots/echarts", "detection", "detection/config", "detection/counts", "detection/dataset", "detection/device", "detection/export", "detection/imageio", "detection/simulate", "detection/sweep",
		"detection/training", "detection/inference", "detection/inference/pretrained", "detection/unet", "detection/unet/weights", "detection/workflow", "plots", "widgets", "internal/atomicfile", "internal/filesys", "", "kernel/batch", "kernel/engine", "kernel/install", "kernel/protocol", "kernel/session", "kernel/supervisor", "kernel/jupyter", "kernel/notebook", "kernel/notebook/page", "kernel/rundir", "kernel/runner"},
	"internal/atomicfile": {},
	"internal/browser":    {"detection"},
	"internal/download":   {},
	"internal/fakekernel": {},
	"internal/filesys":    {},
	"internal/fuzzkit":    {},
	"internal/gallery":    {"detection", "detection/simulate", "plots", "widgets"},
	"internal/markup":     {},
	"internal/peer":       {"plots/echarts"},
	"internal/testkit":    {"detection", "detection/imageio", "detection/device"},
	"internal/shareddata": {},
	"internal/house":      {},
	"internal/tfevents":   {},
}

// pure packages link into notebook cells: no cgo, no GoMLX, no network.
var pure = []string{"detection", "detection/imageio", "detection/config", "detection/simulate", "detection/export", "detection/counts", "detection/unet/weights", "plots", "widgets",
	"kernel/protocol", "kernel/session", "kernel/display", "kernel/display/charts"}

type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
	CgoFiles   []string
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-json=ImportPath,Standard,Imports,Deps,CgoFiles"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

func TestArrows(t *testing.T) {
	packages := list(t, module+"/...")
	if len(packages) < 10 {
		t.Fatalf("go list found %d packages", len(packages))
	}
	for _, p := range packages {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		allowed, known := mayImport[name]
		if !known {
			t.Errorf("%s is not in the table of this test: add it where it belongs", name)
			continue
		}
		for _, imported := range p.Imports {
			if own, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(allowed, strings.TrimPrefix(own, "/")) {
				t.Errorf("%s imports %s: the arrows of ARCHITECTURE.md do not allow that", name, own)
			}
		}
	}
}

func TestPurePackages(t *testing.T) {
	for _, name := range pure {
		var deps []string
		for _, p := range list(t, module+"/"+name) {
			deps = p.Deps
		}
		for _, d := range deps {
			if strings.HasPrefix(d, "github.com/gomlx/") || d == "net/http" || strings.HasPrefix(d, "google.golang.org/") {
				t.Errorf("%s depends on %s: it must stay light enough for a notebook cell", name, d)
			}
		}
		for _, p := range list(t, "-deps", module+"/"+name) {
			if !p.Standard && len(p.CgoFiles) > 0 {
				t.Errorf("%s depends on %s, which uses cgo", name, p.ImportPath)
			}
		}
	}
}
