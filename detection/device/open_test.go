package device

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
)

// realPlugin finds a plug-in that is on this machine already.
func realPlugin(t *testing.T, platform string) Options {
	t.Helper()
	o := DefaultOptions()
	o.Platform, o.AllowInstall = platform, false
	if _, err := Find(t.Context(), o); err != nil {
		t.Skip("skipped: " + err.Error())
	}
	return o
}

func TestOpenCPU(t *testing.T) {
	o := realPlugin(t, CPU)
	first, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if !slices.Equal(first.Numbers, []compute.DeviceNum{0}) {
		t.Errorf("numbers %v, want only 0", first.Numbers)
	}
	devices := first.Devices()
	if len(devices) == 0 || !devices[0].InUse || devices[0].Platform != CPU || devices[0].Description == "" {
		t.Errorf("devices %+v", devices)
	}

	o.Devices = []int{len(devices) - 1}
	second, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if second.Plugin != first.Plugin || second.API != first.API || second.API == "" {
		t.Errorf("the second Open has %+v, the first %+v", second, first)
	}
	var run Run
	if err := run.onePlusOne(second); err != nil || run.Sum != 2 {
		t.Errorf("1 + 1 = %v, %v", run.Sum, err)
	}
	second.Close()
	second.Close() // does nothing
	if err := run.onePlusOne(first); err != nil {
		t.Errorf("closing one runtime broke the other: %v", err)
	}

	o.Devices = []int{0, len(devices)}
	_, err = Open(t.Context(), o)
	oneSentence(t, err, "does not exist")
}

func TestOpenCUDA(t *testing.T) {
	o := realPlugin(t, CUDA)
	o.MemoryFraction = 0.1
	rt, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	var run Run
	if err := run.onePlusOne(rt); err != nil {
		t.Error(err)
	}
	devices := rt.Devices()
	if len(devices) != 1 || devices[0].Platform != CUDA || !devices[0].InUse || !strings.Contains(strings.ToLower(devices[0].Description), "cuda") {
		t.Errorf("devices %+v, want one of CUDA in use", devices)
	}
	t.Logf("PJRT %s, %+v, %+v", rt.API, devices, run)
	o.Devices = []int{1000}
	_, err = Open(t.Context(), o)
	oneSentence(t, err, "device 1000")
}

// go-xla reads "cuda" or "nvidia" anywhere in a path as CUDA, and a comma as an
// option.
func TestOpenFromAwkwardFolder(t *testing.T) {
	o := realPlugin(t, CPU)
	p, err := Find(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	awkward := filepath.Join(t.TempDir(), "nvidia, of 2024", "plugin.so")
	writeFile(t, awkward, nil)
	if err := os.Remove(awkward); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(p.Path, awkward); err != nil {
		t.Skip("skipped: no symbolic links here")
	}
	t.Setenv(EnvPlugin, awkward)
	for range 2 {
		rt, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		rt.Close()
	}
}

// A library that is no PJRT plug-in, but looks like one, must not end the process.
func TestOpenNullPlugin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so")
	writeFile(t, path, library(t, "GetPjrtApi")) // returns NULL
	t.Setenv(EnvPlugin, path)
	_, err := Open(t.Context(), DefaultOptions())
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that names %s", err, path)
	}
}

func TestFlags(t *testing.T) {
	dir := t.TempDir()
	cuda := filepath.Join(dir, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so")
	writeFile(t, filepath.Join(dir, "nvidia", "cu13", "bin", "ptxas"), nil)
	data := "--xla_gpu_cuda_data_dir=" + filepath.Join(dir, "nvidia", "cu13")
	pinned, other := Plugin{Platform: CPU, Pinned: true}, Plugin{Platform: CPU}
	for _, test := range []struct {
		name   string
		plugin Plugin
		user   string // "unset" for none
		want   string
	}{
		{"pinned", pinned, "unset", "--xla_cpu_experimental_ynn_fusion_type="},
		{"pinned, user's flags", pinned, "--a", "--a"},
		{"pinned, user's empty flags", pinned, "", ""},
		{"other", other, "unset", ""},
		{"CUDA", Plugin{Platform: CUDA, Path: cuda}, "unset", data},
		{"CUDA, user's flags", Plugin{Platform: CUDA, Path: cuda}, "--a", "--a " + data},
		{"CUDA, user's folder", Plugin{Platform: CUDA, Path: cuda}, "--xla_gpu_cuda_data_dir=/x", "--xla_gpu_cuda_data_dir=/x"},
		{"CUDA without the folder", Plugin{Platform: CUDA, Path: "/none/a/b.so"}, "unset", ""},
	} {
		t.Setenv(envFlags, test.user)
		if test.user == "unset" {
			_ = os.Unsetenv(envFlags)
		}
		before, beforeSet := os.LookupEnv(envFlags)
		restore := setEnvironment(test.plugin)
		if got := os.Getenv(envFlags); got != test.want {
			t.Errorf("%s: flags %q, want %q", test.name, got, test.want)
		}
		if os.Getenv(envCheck) != "0" {
			t.Errorf("%s: go-xla's check of CUDA folders is on", test.name)
		}
		restore()
		if after, set := os.LookupEnv(envFlags); after != before || set != beforeSet {
			t.Errorf("%s: flags %q (set: %v) afterwards, want %q (%v)", test.name, after, set, before, beforeSet)
		}
		if _, set := os.LookupEnv(envCheck); set {
			t.Errorf("%s: %s stays set", test.name, envCheck)
		}
	}
}
