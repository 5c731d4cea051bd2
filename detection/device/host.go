package device

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gomlx/go-xla/installer"

	"github.com/puncta-bio/puncta/internal/download"
)

// A host is what this package asks of the machine and of the network, so that
// the tests can put a local server and empty folders in its place.
type host struct {
	goos, goarch string
	cpu          wheel
	getenv       func(string) string
	cacheDir     func() (string, error)
	// glibc says whether the loader of GNU libc is there; a plug-in from a
	// manylinux wheel does not run with musl.
	glibc func() bool
	// goxlaDirs are go-xla's folders, most important first.
	goxlaDirs func() []string
	// sitePackages are the folders where the Python at hand finds packages.
	sitePackages func(context.Context) []string
	// driver describes the NVIDIA driver, or returns nil without one.
	driver func(ctx context.Context, cards bool) *Driver
	// pipInfo asks the Python package index about a package.
	pipInfo func(name string) (*installer.PipPackageInfo, error)
	// release returns the address of go-xla's release file for a platform
	// "os_arch".
	release func(platform, version string) (string, error)
	client  download.Client
	// lookup limits a question to the index.
	lookup time.Duration
}

func thisHost() *host {
	return &host{
		goos:         runtime.GOOS,
		goarch:       runtime.GOARCH,
		cpu:          pinnedCPU,
		getenv:       os.Getenv,
		cacheDir:     os.UserCacheDir,
		glibc:        haveGlibc,
		goxlaDirs:    goxlaDirs,
		sitePackages: sitePackages,
		driver:       findDriver,
		pipInfo:      installer.GetPipInfo,
		release:      installer.CPUGetDownloadURL,
		client:       download.DefaultClient(),
		lookup:       20 * time.Second,
	}
}

// pinnedHere says whether the pinned wheel is made for this platform.
func (h *host) pinnedHere() bool { return h.goos == "linux" && h.goarch == "amd64" }

// pjrtDir is the folder under which plug-ins are installed.
func (h *host) pjrtDir(o Options) (string, error) {
	dir, err := h.cacheRoot(o)
	return filepath.Join(dir, "pjrt"), err
}

func (h *host) cacheRoot(o Options) (string, error) {
	if o.Cache != "" {
		return filepath.Abs(o.Cache)
	}
	dir, err := h.cacheDir()
	return filepath.Join(dir, "puncta"), err
}

func haveGlibc() bool {
	for _, pattern := range []string{"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-*.so.*", "/lib/*-linux-gnu/ld-linux-*.so.*"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return true
		}
	}
	return false
}

// goxlaDirs follows go-xla's own search, less the folders of the system's
// loader.
func goxlaDirs() []string {
	if list, set := os.LookupEnv("PJRT_PLUGIN_LIBRARY_PATH"); set {
		return filepath.SplitList(list)
	}
	var dirs []string
	if lib, err := installer.DefaultHomeLibPath(); err == nil {
		dirs = append(dirs, filepath.Join(lib, "go-xla"), filepath.Join(lib, "go-xla", "nvidia"))
	}
	if runtime.GOOS != "windows" {
		dirs = append(dirs, "/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia")
	}
	return dirs
}

// within runs f, which cannot be cancelled, and gives up on it when ctx ends or
// after limit.
func within[T any](ctx context.Context, limit time.Duration, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	var none T
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-timer.C:
		return none, errors.New("no answer within " + limit.String())
	}
}
