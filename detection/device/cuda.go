package device

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// A cudaKit is a CUDA plug-in of a given major version with the libraries that
// it loads, as wheels.
type cudaKit struct {
	plugin    wheel
	folder    string // under jax_plugins
	minDriver int
	// requires are the NVIDIA packages, as the plug-in's package states them,
	// with an upper bound at the next major version: a library's soname changes
	// with it.
	requires []string
}

// cudaKits are the plug-ins to look for, best first. Versions and hashes are of
// jax 0.11.2, the release with the same XLA as the pinned CPU plug-in.
var cudaKits = []cudaKit{
	{
		plugin: wheel{
			pkg: "jax-cuda13-pjrt", version: "0.11.2",
			file:   "jax_cuda13_pjrt-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
			sha256: "e5ff589d43064913bb74027682d89639c7ea48f9f81c2bae6fc75117e913f93e",
		},
		folder:    "xla_cuda13",
		minDriver: 580,
		requires: []string{
			"nvidia-cublas>=13.0.0.19,<14", "nvidia-cuda-cupti>=13.0.48,<14", "nvidia-cuda-nvcc>=13.0.48,<14",
			"nvidia-cuda-runtime>=13.0.48,<14", "nvidia-cudnn-cu13>=9.12.0.46,<10", "nvidia-cufft>=12.0.0.15,<13",
			"nvidia-cusolver>=12.0.3.29,<13", "nvidia-cusparse>=12.6.2.49,<13", "nvidia-nccl-cu13>=2.27.7,<3",
			"nvidia-nvjitlink>=13.0.39,<14", "nvidia-cuda-nvrtc>=13.0.48,<14", "nvidia-nvshmem-cu13>=3.3.20,<4",
			"nvidia-nvvm>=13.0,<14",
		},
	},
	{
		plugin: wheel{
			pkg: "jax-cuda12-pjrt", version: "0.11.2",
			file:   "jax_cuda12_pjrt-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
			sha256: "2133b3afc63307c016ae4980f166b2b3de199759363ead74f7d550eaae953463",
		},
		folder:    "xla_cuda12",
		minDriver: 525,
		requires: []string{
			"nvidia-cublas-cu12>=12.1.3.1,<13", "nvidia-cuda-cupti-cu12>=12.1.105,<13", "nvidia-cuda-nvcc-cu12>=12.6.85,<13",
			"nvidia-cuda-runtime-cu12>=12.1.105,<13", "nvidia-cudnn-cu12>=9.10.2.21,<10", "nvidia-cufft-cu12>=11.0.2.54,<12",
			"nvidia-cusolver-cu12>=11.4.5.107,<12", "nvidia-cusparse-cu12>=12.1.0.106,<13", "nvidia-nccl-cu12>=2.18.1,<3",
			"nvidia-nvjitlink-cu12>=12.1.105,<13", "nvidia-cuda-nvrtc-cu12>=12.1.55,<13", "nvidia-nvshmem-cu12>=3.2.5,<4",
		},
	},
}

// path is the plug-in's place under a site-packages folder, or under our own
// installation, which is laid out like one so that the plug-in's built-in search
// path ($ORIGIN/../../nvidia/…) holds.
func (k cudaKit) path(site string) string {
	return filepath.Join(site, "jax_plugins", k.folder, "xla_cuda_plugin.so")
}

// kitsFor leaves out what the driver is too old for; an unknown driver version
// passes.
func kitsFor(d *Driver) []cudaKit {
	var kits []cudaKit
	for _, k := range cudaKits {
		if v := d.major(); v == 0 || v >= k.minDriver {
			kits = append(kits, k)
		}
	}
	return kits
}

func (h *host) findCUDA(ctx context.Context, o Options) (Plugin, error) {
	driver := h.driver(ctx, false)
	if driver == nil {
		return Plugin{}, fmt.Errorf("no CUDA: this machine shows no NVIDIA driver (no /dev/nvidiactl); install the driver, start the container with its GPUs, or ask for the platform cpu")
	}
	p, tried, ok := h.presentCUDA(ctx, o, driver)
	if ok {
		return p, nil
	}
	kits := kitsFor(driver)
	switch {
	case len(kits) == 0:
		return Plugin{}, fmt.Errorf("no CUDA: the NVIDIA driver %s is too old; install driver %d or newer", driver.Version, cudaKits[0].minDriver)
	case h.goos != "linux" || h.goarch != "amd64":
		return Plugin{}, h.missing(CUDA, append(tried, "puncta installs CUDA on linux/amd64 only"))
	case !o.AllowInstall:
		return Plugin{}, h.missing(CUDA, append(tried, "and installing is not allowed"))
	}
	path, err := h.installCUDA(ctx, o, kits[0])
	if err != nil {
		if ctx.Err() != nil {
			return Plugin{}, err
		}
		return Plugin{}, h.missing(CUDA, append(tried, err.Error()))
	}
	return h.describe(path, CUDA, FromCache), nil
}

// presentCUDA looks for a plug-in that is there already and suits the driver.
func (h *host) presentCUDA(ctx context.Context, o Options, driver *Driver) (p Plugin, tried []string, ok bool) {
	sites := h.sitePackages(ctx)
	kits := kitsFor(driver)
	for _, k := range kits {
		for _, site := range sites {
			if path := k.path(site); h.checkLibrary(path) == nil {
				return h.describe(path, CUDA, FromPython), nil, true
			}
		}
	}
	tried = []string{EnvPlugin + " is not set", "no jax-cuda plug-in for driver " + driver.Version + " in Python's site-packages"}
	dir, err := h.pjrtDir(o)
	if err != nil {
		return Plugin{}, append(tried, err.Error()), false
	}
	for _, k := range kits {
		if path := k.path(filepath.Join(dir, k.plugin.name())); h.checkLibrary(path) == nil {
			return h.describe(path, CUDA, FromCache), nil, true
		}
	}
	var patterns []string
	for _, d := range h.goxlaDirs() {
		patterns = append(patterns, filepath.Join(d, "pjrt_c_api_cuda*_plugin.so"))
	}
	if p, ok := h.firstOf(patterns, CUDA, FromGoXLA); ok {
		return p, nil, true
	}
	return Plugin{}, append(tried, "none in "+dir, "none in "+strings.Join(h.goxlaDirs(), ", ")), false
}

// nvidiaDirs are the folders that may hold the NVIDIA wheels' libraries for a
// plug-in, by the layouts of pip and of go-xla.
func nvidiaDirs(plugin string) []string {
	dir := filepath.Dir(plugin)
	return []string{
		filepath.Join(dir, "..", "..", "nvidia"),
		filepath.Join(dir, "..", "nvidia"),
	}
}

// cudaDataDir returns the folder with ptxas or libdevice beside a plug-in, or ""
// when XLA has to look in the system's places.
func cudaDataDir(plugin string) string {
	for _, base := range nvidiaDirs(plugin) {
		for _, sub := range []string{"cu13", "cuda_nvcc"} {
			dir := filepath.Join(base, sub)
			if exists(filepath.Join(dir, "nvvm", "libdevice")) || exists(filepath.Join(dir, "bin", "ptxas")) {
				return dir
			}
		}
	}
	return ""
}
