package device

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/internal/download"
)

// Find returns the plug-in for opts.Platform, installing one if there is none
// and opts.AllowInstall is set. The package comment gives the order in which
// places are searched. It does not load the plug-in.
//
// Errors: the joined field errors of [Options.Validate]; the context's error;
// otherwise one sentence with the places that were tried and what to do.
func Find(ctx context.Context, opts Options) (Plugin, error) {
	if err := opts.Validate(); err != nil {
		return Plugin{}, fmt.Errorf("device options: %w", err)
	}
	h := opts.machine()
	if p, set, err := h.fromEnvironment(opts.Platform); set || err != nil {
		return p, err
	}
	switch opts.Platform {
	case CUDA:
		return h.findCUDA(ctx, opts)
	case Auto:
		if driver := h.driver(ctx, false); driver != nil {
			if p, _, ok := h.presentCUDA(ctx, opts, driver); ok {
				return p, nil
			}
		}
	}
	return h.findCPU(ctx, opts)
}

func (h *host) fromEnvironment(platform string) (p Plugin, set bool, err error) {
	path := h.getenv(EnvPlugin)
	if path == "" {
		return Plugin{}, false, nil
	}
	if err := h.checkLibrary(path); err != nil {
		return Plugin{}, true, fmt.Errorf("%s is set but of no use: %w; correct it or unset it", EnvPlugin, err)
	}
	is := platformOf(path)
	if platform != Auto && platform != is {
		return Plugin{}, true, fmt.Errorf("%s=%s looks like a plug-in for %s, but the platform asked for is %s; unset it or ask for %s",
			EnvPlugin, path, is, platform, is)
	}
	return h.describe(path, is, FromEnvironment), true, nil
}

func (h *host) findCPU(ctx context.Context, o Options) (Plugin, error) {
	tried := []string{EnvPlugin + " is not set"}
	dir, err := h.pjrtDir(o)
	if err != nil {
		return Plugin{}, h.missing(CPU, append(tried, err.Error()))
	}
	if h.pinnedHere() {
		path := h.pinnedPath(dir)
		if h.installed(path) {
			return h.describe(path, CPU, FromCache), nil
		}
		tried = append(tried, "nothing is installed in "+dir)
		switch {
		case !h.glibc():
			tried = append(tried, "the wheel "+h.cpu.name()+" needs a Linux with glibc")
		case o.AllowInstall:
			err := h.installPinned(ctx, o, dir)
			if err == nil {
				return h.describe(path, CPU, FromCache), nil
			}
			if ctx.Err() != nil || errors.Is(err, download.ErrContent) {
				return Plugin{}, err
			}
			tried = append(tried, err.Error())
		}
	}
	if p, ok := h.presentCPU(ctx, dir); ok {
		return p, nil
	}
	tried = append(tried, "none in go-xla's folders or in Python's site-packages")
	if !o.AllowInstall {
		return Plugin{}, h.missing(CPU, append(tried, "and installing is not allowed"))
	}
	path, err := h.installRelease(ctx, o, dir)
	if err == nil {
		return h.describe(path, CPU, FromCache), nil
	}
	if ctx.Err() != nil {
		return Plugin{}, err
	}
	return Plugin{}, h.missing(CPU, append(tried, err.Error()))
}

// installed is the quick look at the pinned plug-in: there, and of full size.
func (h *host) installed(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() == h.cpu.libSize
}

func (h *host) pinnedPath(dir string) string {
	return filepath.Join(dir, h.cpu.name(), filepath.Base(h.cpu.member))
}

// presentCPU looks for a plug-in that something else installed.
func (h *host) presentCPU(ctx context.Context, dir string) (Plugin, bool) {
	var patterns []string
	for _, d := range append(h.goxlaDirs(), filepath.Join(dir, h.releaseName())) {
		for _, name := range []string{"pjrt_c_api_cpu_plugin", "pjrt_c_api_cpu_*_plugin", "pjrt[-_]plugin[-_]cpu"} {
			patterns = append(patterns, filepath.Join(d, name+h.libExt()))
		}
	}
	if p, ok := h.firstOf(patterns, CPU, FromGoXLA); ok {
		if strings.HasPrefix(p.Path, dir) {
			p.Source = FromCache
		}
		return p, true
	}
	patterns = nil
	for _, d := range h.sitePackages(ctx) {
		patterns = append(patterns, filepath.Join(d, filepath.FromSlash(h.cpu.member)))
	}
	return h.firstOf(patterns, CPU, FromPython)
}

// firstOf returns the first usable plug-in among the files that match.
func (h *host) firstOf(patterns []string, platform string, from Source) (Plugin, bool) {
	for _, pattern := range patterns {
		files, _ := filepath.Glob(pattern)
		for _, f := range files {
			if h.checkLibrary(f) == nil {
				return h.describe(f, platform, from), true
			}
		}
	}
	return Plugin{}, false
}

func (h *host) libExt() string {
	switch h.goos {
	case "windows":
		return ".dll"
	case "darwin":
		return ".[ds][yo]*" // go-xla's release calls it .dylib or .so
	}
	return ".so"
}

func (h *host) missing(platform string, tried []string) error {
	advice := fmt.Sprintf("set %s to a pjrt_c_api_cpu_plugin.so", EnvPlugin)
	if h.pinnedHere() {
		advice += fmt.Sprintf(" (the one in the Python package %s==%s, for instance)", h.cpu.pkg, h.cpu.version)
	}
	if platform == CUDA {
		advice = fmt.Sprintf("install the Python package jax-cuda13-pjrt for the python3 on PATH, or set %s to its xla_cuda_plugin.so", EnvPlugin)
	}
	return fmt.Errorf("no XLA plug-in for %s: %s; %s", platform, strings.Join(tried, "; "), advice)
}
