package device

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/go-xla/installer"
)

func withDriver(version string) func(context.Context, bool) *Driver {
	return func(context.Context, bool) *Driver {
		return &Driver{Version: version, GPUs: []GPU{{"NVIDIA H200", 143771 << 20}}}
	}
}

func TestAutoTakesCUDAThatIsThere(t *testing.T) {
	good := library(t, "GetPjrtApi")
	site := t.TempDir()
	cuda13 := filepath.Join(site, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so")
	cuda12 := filepath.Join(site, "jax_plugins", "xla_cuda12", "xla_cuda_plugin.so")
	for _, test := range []struct {
		name     string
		driver   string // "" for none
		present  []string
		platform string
		want     string // "" for the pinned CPU plug-in
		fault    string
	}{
		{"both", "580.65.06", []string{cuda12, cuda13}, Auto, cuda13, ""},
		{"old driver", "550.1", []string{cuda12, cuda13}, Auto, cuda12, ""},
		{"old plug-in, new driver", "590.1", []string{cuda12}, Auto, cuda12, ""},
		{"unknown driver version", "", []string{cuda12, cuda13}, CUDA, cuda13, ""},
		{"too old a driver", "470.1", []string{cuda12, cuda13}, Auto, "", ""},
		{"too old a driver, CUDA asked for", "470.1", []string{cuda12, cuda13}, CUDA, "", "too old"},
		{"no plug-in", "580.65.06", nil, Auto, "", ""},
		{"no driver", "none", []string{cuda12, cuda13}, Auto, "", ""},
		{"no driver, CUDA asked for", "none", []string{cuda12, cuda13}, CUDA, "", "no NVIDIA driver"},
		{"CPU asked for", "580.65.06", []string{cuda13}, CPU, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			asked := ""
			index := w.pipInfo
			w.pipInfo = func(name string) (*pipInfo, error) { asked += name + " "; return index(name) }
			w.sitePackages = func(context.Context) []string { return []string{t.TempDir(), site} }
			if test.driver != "none" {
				w.driver = withDriver(test.driver)
			}
			w.opts.Platform = test.platform
			_ = os.RemoveAll(filepath.Join(site, "jax_plugins"))
			for _, path := range test.present {
				writeFile(t, path, good)
			}
			p, err := Find(t.Context(), w.opts)
			switch {
			case test.fault != "":
				oneSentence(t, err, test.fault)
			case test.want == "":
				if err != nil || p.Path != w.pluginPath() || p.Platform != CPU {
					t.Errorf("found %+v, %v; want the pinned CPU plug-in", p, err)
				}
			case err != nil || p != Plugin{Path: test.want, Platform: CUDA, Source: FromPython}:
				t.Errorf("found %+v, %v; want %s", p, err, test.want)
			}
			if strings.Contains(asked, "cuda") {
				t.Errorf("the index was asked for %s", asked)
			}
		})
	}
}

func TestCUDANotAllowed(t *testing.T) {
	w := newWorld(t)
	w.driver = withDriver("580.1")
	w.opts.Platform, w.opts.AllowInstall = CUDA, false
	_, err := Find(t.Context(), w.opts)
	oneSentence(t, err, "no XLA plug-in for cuda", "driver 580.1", "installing is not allowed", "jax-cuda13-pjrt")
}

// The wheels of a kit land side by side as pip would put them, an interrupted
// installation keeps the wheels it has, and only fitting versions are taken.
func TestInstallCUDA(t *testing.T) {
	w := newWorld(t)
	plugin := zipOf(t, map[string][]byte{"jax_plugins/xla_cuda13/xla_cuda_plugin.so": []byte("plug-in")})
	libs := zipOf(t, map[string][]byte{"nvidia/cu13/lib/libx.so.13": []byte("library"), "nvidia/cu13/nvvm/libdevice/x.bc": []byte("bits")})
	k := cudaKit{
		plugin:   wheel{pkg: "jax-cuda13-pjrt", version: "1.0", file: "plugin.whl", sha256: hashOf(plugin)},
		folder:   "xla_cuda13",
		requires: []string{"nvidia-x>=1.2,<2"},
	}
	info, _ := w.pipInfo("")
	base := strings.TrimSuffix(info.Releases["1.2"][1].URL, "/wheel")
	file := func(name string, content []byte) []installer.PipReleaseInfo {
		return []installer.PipReleaseInfo{{Filename: name, URL: base + "/" + name, Digests: map[string]string{"sha256": hashOf(content)}}}
	}
	w.pipInfo = func(name string) (*pipInfo, error) {
		switch name {
		case "jax-cuda13-pjrt":
			return &pipInfo{Releases: map[string][]installer.PipReleaseInfo{"1.0": file("plugin.whl", plugin)}}, nil
		case "nvidia-x":
			releases := map[string][]installer.PipReleaseInfo{}
			for _, v := range []string{"1.1", "1.2", "1.10", "1.9", "1.11rc1", "2.0"} {
				releases[v] = file("x-"+v+"-manylinux_2_27_x86_64.whl", libs)
			}
			return &pipInfo{Releases: releases}, nil
		}
		return nil, errors.New("no package " + name)
	}
	var asked []string
	broken := true
	w.serve = func(rw http.ResponseWriter, r *http.Request, n int) bool {
		asked = append(asked, r.URL.Path)
		switch {
		case r.URL.Path == "/plugin.whl":
			_, _ = rw.Write(plugin)
		case broken:
			rw.WriteHeader(http.StatusNotFound)
		default:
			_, _ = rw.Write(libs)
		}
		return true
	}
	_, err := w.installCUDA(t.Context(), w.opts, k)
	oneSentence(t, err, "x-1.10-", "404")
	broken = false
	path, err := w.installCUDA(t.Context(), w.opts, k)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"/plugin.whl", "/x-1.10-manylinux_2_27_x86_64.whl", "/x-1.10-manylinux_2_27_x86_64.whl"}; !slices.Equal(asked, want) {
		t.Errorf("asked for %q, want %q", asked, want)
	}
	if text, err := os.ReadFile(path); string(text) != "plug-in" {
		t.Errorf("the plug-in holds %q, %v", text, err)
	}
	want := filepath.Join(w.opts.Cache, "pjrt", "jax-cuda13-pjrt-1.0", "nvidia", "cu13")
	if got := cudaDataDir(path); filepath.Clean(got) != want {
		t.Errorf("data folder %q, want %q", got, want)
	}
	w.checkClean(t)
	if _, err := w.installCUDA(t.Context(), w.opts, k); err != nil || len(asked) != 3 {
		t.Errorf("a second installation asked for %q, %v", asked[3:], err)
	}
}

func TestUnpackStaysInside(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.zip")
	for _, name := range []string{"../evil", "/evil", "a/../../evil"} {
		writeFile(t, file, zipOf(t, map[string][]byte{name: []byte("x")}))
		if err := unpackZip(t.Context(), file, filepath.Join(dir, "out")); err == nil {
			t.Errorf("member %s was unpacked", name)
		}
	}
}

// The requirements of the real kits parse, and each has an upper bound.
func TestKitRequirements(t *testing.T) {
	for _, k := range cudaKits {
		var info pipInfo
		info.Info.RequiresDist = k.requires
		deps, err := info.ParseDependencies()
		if err != nil || len(deps) < 12 {
			t.Errorf("%s: %d dependencies, %v", k.folder, len(deps), err)
		}
		for _, d := range deps {
			if d.Minimum == "" || d.UpperBound == "" || !d.IsValid(d.Minimum) || d.IsValid(d.UpperBound) {
				t.Errorf("%s: %+v", k.folder, d)
			}
		}
	}
}

func TestDriverText(t *testing.T) {
	// The first lines of /proc/driver/nvidia/version of the two kinds of module,
	// as NVIDIA's documentation shows them.
	for text, want := range map[string]string{
		"NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version:  gcc version 12.3.0\n":                          "535.104.05",
		"NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (x@y)  Sun Jul 27 07:05:12 UTC 2025\nGCC version: gcc version 14\n": "580.65.06",
		"": "",
	} {
		if got := moduleVersion(text); got != want {
			t.Errorf("%q: version %q, want %q", text, got, want)
		}
	}
	version, gpus := parseSMI("NVIDIA H200, 143771, 580.65.06\nTesla T4, 15360, 580.65.06\nwarning\n")
	if want := []GPU{{"NVIDIA H200", 143771 << 20}, {"Tesla T4", 15360 << 20}}; version != "580.65.06" || !slices.Equal(gpus, want) {
		t.Errorf("driver %q, cards %v; want 580.65.06 and %v", version, gpus, want)
	}
}

func TestExamineDriver(t *testing.T) {
	card := []GPU{{"T4", 1 << 34}}
	for _, test := range []struct {
		driver *Driver
		want   []string // a word of each problem
	}{
		{nil, nil},
		{&Driver{Version: "580.1", GPUs: card}, nil},
		{&Driver{GPUs: card}, nil},
		{&Driver{Version: "550.1", GPUs: card}, []string{"too old for CUDA 13"}},
		{&Driver{Version: "470.1", GPUs: card}, []string{"too old for CUDA 12 and 13"}},
		{&Driver{Version: "580.1"}, []string{"no GPU is listed"}},
		{&Driver{Version: "580.1", Fault: "Failed to initialize NVML: Driver/library version mismatch"}, []string{"was updated"}},
		{&Driver{Version: "470.1", Fault: "NVML: Unknown Error"}, []string{"too old", "nvidia-smi fails: NVML"}},
	} {
		r := Report{NVIDIA: test.driver}
		r.examineDriver()
		ok := len(r.Problems) == len(test.want)
		for i := 0; ok && i < len(test.want); i++ {
			ok = strings.Contains(r.Problems[i].What, test.want[i]) && r.Problems[i].Mend != ""
		}
		if !ok {
			t.Errorf("%+v: problems %+v, want %q", test.driver, r.Problems, test.want)
		}
	}
	r := Report{NVIDIA: &Driver{Version: "550.1", GPUs: card}, Plugin: &Plugin{Platform: CPU}}
	r.adviseCUDA(Auto)
	if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Mend, "jax[cuda12]") {
		t.Errorf("an idle GPU gives %+v", r.Problems)
	}
	r.Problems = nil
	r.adviseCUDA(CPU)
	if len(r.Problems) != 0 {
		t.Errorf("a GPU that nobody wants gives %+v", r.Problems)
	}
}

func TestCheckNumbers(t *testing.T) {
	for _, test := range []struct {
		numbers []int
		count   int
		fault   string
	}{
		{nil, 4, ""}, {[]int{0, 3}, 4, ""}, {[]int{9}, 0, ""},
		{[]int{0, 4}, 4, "device 4 does not exist: cpu has devices 0 to 3"},
		{[]int{1}, 1, "device 1 does not exist: cpu has device 0 only"},
	} {
		err := checkNumbers(test.numbers, test.count, Plugin{Platform: CPU})
		if fmt.Sprint(err) != test.fault && (err != nil || test.fault != "") {
			t.Errorf("%v of %d: %v, want %q", test.numbers, test.count, err, test.fault)
		}
	}
}
