package device

import (
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// EnvPlugin is the environment variable that names the plug-in to use, by
// absolute path.
const EnvPlugin = "PUNCTA_PJRT_PLUGIN"

// A Plugin is a PJRT plug-in file on this machine.
type Plugin struct {
	// Path is the absolute path of the shared library.
	Path string `json:"path"`
	// Platform is "cpu" or "cuda".
	Platform string `json:"platform"`
	// Source says where it was found.
	Source Source `json:"source"`
	// Pinned says that its size is that of the CPU plug-in whose SHA-256 this
	// package holds. The hash itself is checked at installation and by [Doctor].
	Pinned bool `json:"pinned"`
}

// A Source is a place where [Find] looks.
type Source string

// The sources, in the order in which they are searched for the CPU.
const (
	FromEnvironment Source = EnvPlugin
	FromCache       Source = "puncta's cache"
	FromGoXLA       Source = "go-xla's folders"
	FromPython      Source = "Python's site-packages"
)

// A wheel is one file of a Python package, known by its hash, and the shared
// library to be taken out of it.
type wheel struct {
	pkg, version, file string
	size               int64
	sha256             string
	member             string
	libSize            int64
	libSHA256          string
}

// name is the folder of an installed wheel under <cache>/pjrt.
func (w wheel) name() string { return w.pkg + "-" + w.version }

// pinnedCPU is XLA's own CPU plug-in (Apache-2.0, PJRT 0.115), the one that the
// published numbers of this project were computed with.
var pinnedCPU = wheel{
	pkg:       "lammps-jax-pjrt-cpu",
	version:   "0.11.2",
	file:      "lammps_jax_pjrt_cpu-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
	size:      62711338,
	sha256:    "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1",
	member:    "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so",
	libSize:   201600336,
	libSHA256: "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2",
}

// describe makes a Plugin of a file that has been checked.
func (h *host) describe(path, platform string, from Source) Plugin {
	p := Plugin{Path: path, Platform: platform, Source: from}
	if info, err := os.Stat(path); err == nil && platform == CPU {
		p.Pinned = h.pinnedHere() && info.Size() == h.cpu.libSize
	}
	return p
}

// platformOf guesses the platform from a plug-in's file name, which is all that
// tells it before the library is loaded.
func platformOf(path string) string {
	base := strings.ToLower(filepath.Base(path))
	for _, word := range []string{"cuda", "nvidia", "gpu"} {
		if strings.Contains(base, word) {
			return CUDA
		}
	}
	return CPU
}

// checkLibrary says why path cannot be a PJRT plug-in for this machine, or nil.
// It never loads it: the loader kills the process when a library is cut short.
// (The section table that debug/elf wants to read is at a library's very end.)
// Off Linux it only looks whether the file is there.
func (h *host) checkLibrary(path string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("%s is not an absolute path", path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", path)
	}
	if h.goos != "linux" {
		return nil
	}
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("%s is not a whole shared library: %w", path, err)
	}
	defer f.Close()
	if want, known := machines[h.goarch]; known && f.Machine != want {
		return fmt.Errorf("%s is for %v, this machine is %v", path, f.Machine, want)
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return fmt.Errorf("%s has no readable symbols: %w", path, err)
	}
	for _, s := range symbols {
		if s.Name == "GetPjrtApi" {
			return nil
		}
	}
	return fmt.Errorf("%s is no PJRT plug-in: it lacks the function GetPjrtApi", path)
}

var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}
