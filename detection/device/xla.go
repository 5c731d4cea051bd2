//go:build cgo && !noxla && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package device

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// openXLA loads the plug-in, once per process, and makes a client.
func openXLA(p Plugin, config string) (backend compute.Backend, api string, err error) {
	defer func() {
		if r := recover(); r != nil {
			backend, err = nil, fmt.Errorf("panic in go-xla: %v", r)
		}
	}()
	path, err := loadPath(p)
	if err != nil {
		return nil, "", err
	}
	if p.Platform == CUDA {
		preload(p.Path)
	}
	plugin, err := pjrt.GetPlugin(path)
	if err != nil {
		return nil, "", err
	}
	major, minor := plugin.Version()
	backend, err = xla.New(path + "," + config)
	if err != nil {
		return nil, "", err
	}
	if backend.NumDevices() == 0 {
		backend.Finalize()
		return nil, "", errors.New("the plug-in shows no device")
	}
	return backend, fmt.Sprintf("%d.%d", major, minor), nil
}

// aliases maps a plug-in's path to the one it was loaded under. Guarded by
// opening.
var aliases = map[string]string{}

// loadPath returns the path to give to go-xla, which tells CPU from CUDA by
// searching the whole path for these words, and splits it at commas. A CPU
// plug-in below a folder such as /scratch/nvidia would be sent CUDA's options
// and refuse them; it is loaded through a symbolic link with a plain name.
// (Not so for CUDA: it finds its libraries relative to its path.)
func loadPath(p Plugin) (string, error) {
	plain := !strings.Contains(p.Path, ",")
	if p.Platform == CPU {
		plain = plain && !pjrt.IsCUDAName(p.Path) && strings.Contains(strings.ToUpper(p.Path), "CPU")
	}
	if plain {
		return p.Path, nil
	}
	if p.Platform != CPU {
		return "", errors.New("its path contains a comma: move it, or link its folder to another name")
	}
	if alias, ok := aliases[p.Path]; ok {
		return alias, nil
	}
	dir, err := os.MkdirTemp("", "puncta-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir) // the library stays loaded
	alias := filepath.Join(dir, "pjrt_c_api_cpu_plugin"+filepath.Ext(p.Path))
	if pjrt.IsCUDAName(alias) || strings.Contains(alias, ",") {
		return "", fmt.Errorf("neither its path nor the temporary folder %s suits go-xla: move it to a path without a comma, \"cuda\" or \"nvidia\"", dir)
	}
	if err := os.Symlink(p.Path, alias); err != nil {
		return "", err
	}
	if _, err := pjrt.GetPlugin(alias); err != nil {
		return "", err
	}
	aliases[p.Path] = alias
	return alias, nil
}
