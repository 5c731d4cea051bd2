package device

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestDoctorOnABareMachine(t *testing.T) {
	w := newWorld(t)
	w.pipInfo = func(string) (*pipInfo, error) { return nil, errors.New("offline") }
	r := Doctor(t.Context(), w.opts)
	if r.Plugin != nil || r.Run != nil || r.Cores < 1 || !strings.HasPrefix(r.Go, "go") {
		t.Errorf("report %+v", r)
	}
	found := false
	for _, p := range r.Problems {
		found = found || strings.Contains(p.What, "offline") && strings.Contains(p.Mend, EnvPlugin)
	}
	if !found {
		t.Errorf("problems %+v, want one about being offline", r.Problems)
	}
	if text := r.Text(); !strings.Contains(text, "offline") || !strings.Contains(text, "mend: ") || strings.Contains(text, "no problem") {
		t.Errorf("text:\n%s", text)
	}
}

func TestDoctorWithoutCacheFolder(t *testing.T) {
	w := newWorld(t)
	w.opts.Cache = ""
	r := Doctor(t.Context(), w.opts)
	if n := len(r.Problems); n < 2 || !strings.Contains(r.Problems[n-1].Mend, "XDG_CACHE_HOME") {
		t.Errorf("problems %+v", r.Problems)
	}
}

func TestDoctorFindsDamage(t *testing.T) {
	w := newWorld(t)
	w.mustInstall(t)
	damaged := append([]byte{1}, w.lib[1:]...)
	if err := os.WriteFile(w.pluginPath(), damaged, 0o755); err != nil {
		t.Fatal(err)
	}
	r := Doctor(t.Context(), w.opts)
	n := len(r.Problems)
	if n == 0 || r.Hash != "wrong" || r.SHA256 != hashOf(damaged) || r.Problems[n-1].Mend != "rm "+w.pluginPath() {
		t.Errorf("hash %s %s, problems %+v", r.Hash, r.SHA256, r.Problems)
	}
	if r.CacheBytes < int64(len(w.lib)) || r.Cache != w.opts.Cache {
		t.Errorf("cache %s with %d bytes", r.Cache, r.CacheBytes)
	}
}

// A file with the right hash that is no library: the report says so and lives.
func TestDoctorCannotOpen(t *testing.T) {
	w := newWorld(t)
	w.mustInstall(t)
	r := Doctor(t.Context(), w.opts)
	n := len(r.Problems)
	if n == 0 || r.Hash != "pinned" || !strings.Contains(r.Problems[n-1].What, "not a whole shared library") || !strings.HasPrefix(r.Problems[n-1].Mend, "ldd ") {
		t.Errorf("hash %s, problems %+v", r.Hash, r.Problems)
	}
}

func TestDoctorHealthy(t *testing.T) {
	o := realPlugin(t, CPU)
	r := Doctor(t.Context(), o)
	if r.Run == nil || r.Run.Sum != 2 || r.API == "" || len(r.Devices) == 0 || len(r.SHA256) != 64 {
		t.Errorf("report %+v", r)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("JSON round trip: %v\n%+v\n%+v", err, back, r)
	}
}

func TestReportText(t *testing.T) {
	r := Report{
		Go: "go1.26.1", OS: "linux", Arch: "amd64", Libc: "glibc 2.36", Cores: 8, Memory: 32e9, Compiler: "/usr/bin/cc cc 12",
		NVIDIA:     &Driver{Version: "580.65.06", GPUs: []GPU{{"NVIDIA H200", 150e9}}},
		Plugin:     &Plugin{Path: "/p/xla_cuda_plugin.so", Platform: CUDA, Source: FromPython},
		API:        "0.115",
		SHA256:     "ab12",
		Hash:       "unknown",
		Devices:    []Device{{Number: 0, Platform: CUDA, Description: "cuda:0", Kind: "NVIDIA H200", MemoryBytes: 150e9, InUse: true}},
		Run:        &Run{Sum: 2, OpenSeconds: 1.5, CompileSeconds: 0.25, RunSeconds: 0.0012},
		Cache:      "/c",
		CacheBytes: 0,
	}
	const want = `system       linux/amd64, glibc 2.36, 8 cores, 32.0 GB of memory
Go           go1.26.1
C compiler   /usr/bin/cc cc 12
NVIDIA       driver 580.65.06
             NVIDIA H200, 150.0 GB
plug-in      /p/xla_cuda_plugin.so
             for cuda, from Python's site-packages, PJRT 0.115
             SHA-256 ab12 (unknown)
devices      0: cuda:0, NVIDIA H200, 150.0 GB, in use
1 + 1        = 2; open 1500 ms, compile 250 ms, run 1.2 ms
cache        /c, empty

no problem found
`
	if got := r.Text(); got != want {
		t.Errorf("text:\n%s\nwant:\n%s", got, want)
	}
}
