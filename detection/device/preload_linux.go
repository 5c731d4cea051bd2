//go:build cgo && !noxla && (amd64 || arm64)

package device

// #cgo LDFLAGS: -ldl
// #include <dlfcn.h>
// #include <stdlib.h>
import "C"

import (
	"path/filepath"
	"unsafe"
)

// preload loads the NVIDIA libraries of the wheels beside a CUDA plug-in, so that
// the plug-in, and cuDNN which needs some of them, get these and not whatever the
// system has. Python's jax does the same. What is missing or does not load is
// left to the loader's own search.
func preload(plugin string) {
	libraries := []string{
		"libcudart.so.*", "libnvrtc.so.*", "libnvJitLink.so.*", "libcublasLt.so.*", "libcublas.so.*", "libnccl.so.*",
		"libcupti.so.*", "libcusparse.so.*", "libcusolver.so.*", "libcufft.so.*", "libnvshmem_host.so.*", "libcudnn.so.*",
	}
	for _, base := range nvidiaDirs(plugin) {
		for _, name := range libraries {
			files, _ := filepath.Glob(filepath.Join(base, "*", "lib", name))
			for _, f := range files {
				path := C.CString(f)
				C.dlopen(path, C.RTLD_LAZY|C.RTLD_LOCAL) // kept open for the life of the process
				C.free(unsafe.Pointer(path))
			}
		}
	}
}
