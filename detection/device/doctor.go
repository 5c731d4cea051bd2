package device

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"github.com/puncta-bio/puncta/internal/download"
)

// A Report is what [Doctor] found.
type Report struct {
	Go       string  `json:"go"`   // such as "go1.26.1"
	OS       string  `json:"os"`   // as in GOOS
	Arch     string  `json:"arch"` // as in GOARCH
	Libc     string  `json:"libc,omitempty"`
	Cores    int     `json:"cores"`            // that this process may use
	Memory   int64   `json:"memory_bytes"`     // of the machine; 0 when unknown
	Compiler string  `json:"compiler"`         // path and version; empty when there is none
	NVIDIA   *Driver `json:"nvidia,omitempty"` // nil without a driver

	Plugin *Plugin `json:"plugin,omitempty"` // nil when none was found
	// API is the plug-in's PJRT version; empty when it could not be opened.
	API string `json:"pjrt_api,omitempty"`
	// SHA256 is the plug-in's hash, in hexadecimal.
	SHA256 string `json:"sha256,omitempty"`
	// Hash says what the hash proves: "pinned" for the plug-in that this
	// package knows, "wrong" for a damaged copy of it, "unknown" for another.
	Hash    string   `json:"hash,omitempty"`
	Devices []Device `json:"devices,omitempty"`
	Run     *Run     `json:"run,omitempty"` // nil when nothing could be run

	Cache      string `json:"cache"`       // folder
	CacheBytes int64  `json:"cache_bytes"` // under it

	// Problems is empty on a machine in order.
	Problems []Problem `json:"problems"`
}

// A Problem is one thing out of order.
type Problem struct {
	What string `json:"what"`
	Mend string `json:"mend"` // the command, or the deed, that mends it
}

// A Run is the outcome of computing 1 + 1.
type Run struct {
	Sum            float32 `json:"sum"`
	OpenSeconds    float64 `json:"open_seconds"`
	CompileSeconds float64 `json:"compile_seconds"`
	RunSeconds     float64 `json:"run_seconds"`
}

// Doctor examines the machine, finds a plug-in (and installs one, if
// opts.AllowInstall), opens it and computes 1 + 1. It never fails: what is wrong
// is in [Report.Problems]. Wrong options count as a problem too.
func Doctor(ctx context.Context, opts Options) Report {
	h := opts.machine()
	r := Report{
		Go: runtime.Version(), OS: h.goos, Arch: h.goarch, Libc: libc(ctx),
		Cores: runtime.GOMAXPROCS(0), Memory: totalMemory(), Compiler: compiler(ctx),
		NVIDIA: h.driver(ctx, true), Problems: []Problem{},
	}
	if r.Compiler == "" {
		r.problem("there is no C compiler on PATH; programs and notebook cells that use XLA cannot be built", installCommand())
	}
	r.examineDriver()
	p, err := Find(ctx, opts)
	if err != nil {
		r.problem(err.Error(), mendMissing(h))
	} else {
		r.Plugin = &p
		if r.examineFile(h) {
			r.examineRun(ctx, opts)
		}
		r.adviseCUDA(opts.Platform)
	}
	var dirErr error
	if r.Cache, dirErr = h.cacheRoot(opts); dirErr != nil {
		r.problem("there is no cache folder: "+dirErr.Error(), "export XDG_CACHE_HOME=/path/to/a/folder")
	}
	r.CacheBytes = folderSize(r.Cache)
	return r
}

func (r *Report) problem(what, mend string) {
	r.Problems = append(r.Problems, Problem{What: what, Mend: mend})
}

func mendMissing(h *host) string {
	if h.pinnedHere() {
		return fmt.Sprintf("connect to the network and run again; or on a connected machine: pip download --no-deps %s==%s, unzip it, and export %s=/path/to/%s",
			h.cpu.pkg, h.cpu.version, EnvPlugin, "pjrt_c_api_cpu_plugin.so")
	}
	return "connect to the network and run again; or export " + EnvPlugin + "=/path/to/pjrt_c_api_cpu_plugin.so"
}

// examineFile hashes the plug-in and says whether it may be loaded.
func (r *Report) examineFile(h *host) bool {
	sum, _, err := download.Sum(r.Plugin.Path)
	if err != nil {
		r.problem("the plug-in cannot be read: "+err.Error(), "chmod +r "+r.Plugin.Path)
		return false
	}
	r.SHA256 = sum
	switch {
	case sum == h.cpu.libSHA256:
		r.Hash = "pinned"
	case r.Plugin.Pinned && r.Plugin.Source == FromCache:
		r.Hash = "wrong"
		r.problem("the installed plug-in is damaged: its SHA-256 is not the one of "+h.cpu.name(), "rm "+r.Plugin.Path)
		return false
	default:
		r.Hash = "unknown"
	}
	return true
}

// examineRun opens the plug-in found and computes on it.
func (r *Report) examineRun(ctx context.Context, opts Options) {
	start := time.Now()
	rt, err := open(ctx, opts, *r.Plugin)
	if err != nil {
		mend := "ldd " + r.Plugin.Path + "   # shows missing libraries"
		if r.Plugin.Platform == CUDA {
			mend = "nvidia-smi   # must list the GPUs; then look at the driver and CUDA lines above"
		}
		r.problem(err.Error(), mend)
		return
	}
	defer rt.Close()
	r.API, r.Devices = rt.API, rt.Devices()
	run := &Run{OpenSeconds: time.Since(start).Seconds()}
	if err := run.onePlusOne(rt); err != nil {
		r.problem("the plug-in does not compute 1 + 1: "+err.Error(), "export "+EnvPlugin+"= another plug-in, or empty the cache folder")
		return
	}
	r.Run = run
}

// onePlusOne compiles and runs x + x for x = 1.
func (run *Run) onePlusOne(rt *Runtime) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in go-xla: %v", p)
		}
	}()
	start := time.Now()
	scalar := shapes.Make(dtypes.Float32)
	builder := rt.Backend.Builder("one plus one")
	main := builder.Main()
	x, err := main.Parameter("x", scalar, nil)
	if err != nil {
		return err
	}
	sum, err := main.Add(x, x)
	if err != nil {
		return err
	}
	if err := main.Return([]compute.Value{sum}, nil); err != nil {
		return err
	}
	program, err := builder.Compile()
	if err != nil {
		return err
	}
	defer program.Finalize()
	run.CompileSeconds = time.Since(start).Seconds()

	start = time.Now()
	in, err := rt.Backend.BufferFromFlatData(rt.Numbers[0], []float32{1}, scalar)
	if err != nil {
		return err
	}
	out, err := program.Execute([]compute.Buffer{in}, nil, rt.Numbers[0])
	if err != nil {
		return err
	}
	result := make([]float32, 1)
	if err := out[0].ToFlatData(result); err != nil {
		return err
	}
	run.RunSeconds = time.Since(start).Seconds()
	if run.Sum = result[0]; run.Sum != 2 {
		return fmt.Errorf("it says %v", run.Sum)
	}
	return nil
}
