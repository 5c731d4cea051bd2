package device

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/gomlx/compute"
)

// A Runtime is an open plug-in.
type Runtime struct {
	// Backend is what GoMLX takes. (It is a field and not embedded on purpose:
	// GoMLX compares backends by identity, so the Runtime itself must not be
	// used as one.)
	Backend compute.Backend
	// Plugin is the plug-in that Backend runs on.
	Plugin Plugin
	// API is the plug-in's PJRT version, such as "0.115".
	API string
	// Numbers are the backend's numbers of the devices to use, in the order of
	// [Options.Devices]; {0} when that is empty. On CUDA the backend sees only
	// the devices asked for and numbers them anew from 0.
	Numbers []compute.DeviceNum

	gpus []GPU
}

// opening serialises Open: it changes the process's environment for a moment.
var opening sync.Mutex

// Open finds a plug-in, as [Find] does, loads it and starts a client on it.
// The first call in a process takes some 50 ms for the CPU, and seconds for CUDA;
// later ones share the loaded library but have a client of their own. Tensors of
// one client cannot be used with another.
//
// On CUDA no memory is taken in advance, [Options.MemoryFraction] limits what is
// taken later, and matrix products are in full float32 (not TF32), as PyTorch
// does by default. With the platform "auto", a CUDA plug-in that does not start
// is noted and the CPU used instead.
//
// Errors: those of [Find]; a device number that does not exist; what the plug-in
// or go-xla complains about, a panic included; a build without cgo. A library
// that crashes while it is being loaded cannot be caught: it ends the process.
func Open(ctx context.Context, opts Options) (*Runtime, error) {
	p, err := Find(ctx, opts)
	if err != nil {
		return nil, err
	}
	rt, err := open(ctx, opts, p)
	if err == nil || opts.Platform != Auto || p.Platform != CUDA || p.Source == FromEnvironment || ctx.Err() != nil {
		return rt, err
	}
	opts.note("CUDA does not start, so the CPU is used: %v", err)
	opts.Platform = CPU
	if p, err = Find(ctx, opts); err != nil {
		return nil, err
	}
	return open(ctx, opts, p)
}

func open(ctx context.Context, o Options, p Plugin) (*Runtime, error) {
	h := o.machine()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := h.checkLibrary(p.Path); err != nil {
		return nil, fmt.Errorf("cannot load the XLA plug-in: %w", err)
	}
	rt := &Runtime{Plugin: p}
	config := "shared_buffers=true,tf32=false"
	if p.Platform == CUDA {
		if d := h.driver(ctx, true); d != nil {
			rt.gpus = d.GPUs
		}
		if err := checkNumbers(o.Devices, visibleGPUs(rt.gpus), p); err != nil {
			return nil, err
		}
		visible := append([]int(nil), o.Devices...)
		if len(visible) == 0 {
			visible = []int{0}
		}
		config = fmt.Sprintf("shared_buffers=false,tf32=false,preallocate=false,memory_fraction=%g,visible_devices=%s",
			o.MemoryFraction, strings.Trim(strings.ReplaceAll(fmt.Sprint(visible), " ", ";"), "[]"))
	}

	opening.Lock()
	defer opening.Unlock()
	restore := setEnvironment(p)
	defer restore()
	backend, api, err := openXLA(p, config)
	if err != nil {
		return nil, fmt.Errorf("cannot open the XLA plug-in %s: %w", p.Path, err)
	}
	rt.Backend, rt.API = backend, api
	if p.Platform == CUDA {
		for i := range backend.NumDevices() {
			rt.Numbers = append(rt.Numbers, compute.DeviceNum(i))
		}
		return rt, nil
	}
	if err := checkNumbers(o.Devices, backend.NumDevices(), p); err != nil {
		backend.Finalize()
		return nil, err
	}
	for _, d := range o.Devices {
		rt.Numbers = append(rt.Numbers, compute.DeviceNum(d))
	}
	if len(rt.Numbers) == 0 {
		rt.Numbers = []compute.DeviceNum{0}
	}
	return rt, nil
}

// Close ends the client. The library stays loaded, and what was made on the
// backend is lost.
func (r *Runtime) Close() {
	if r != nil && r.Backend != nil && !r.Backend.IsFinalized() {
		r.Backend.Finalize()
	}
}

// checkNumbers compares device numbers with the count of devices; a count of 0
// is an unknown one.
func checkNumbers(numbers []int, count int, p Plugin) error {
	var errs []error
	for _, n := range numbers {
		switch {
		case count == 1 && n > 0:
			errs = append(errs, fmt.Errorf("device %d does not exist: %s has device 0 only", n, p.Platform))
		case count > 0 && n >= count:
			errs = append(errs, fmt.Errorf("device %d does not exist: %s has devices 0 to %d", n, p.Platform, count-1))
		}
	}
	return errors.Join(errs...)
}

// visibleGPUs counts the GPUs that CUDA will show to this process, 0 if unknown.
func visibleGPUs(gpus []GPU) int {
	if list, set := os.LookupEnv("CUDA_VISIBLE_DEVICES"); set && list != "" {
		return len(strings.Split(list, ","))
	}
	return len(gpus)
}

const (
	envFlags = "XLA_FLAGS"
	// envCheck turns off go-xla's search for NVIDIA's libraries, which knows
	// only one layout and warns on standard error about every other.
	envCheck = "GOPJRT_CUDA_CHECKS"
)

// setEnvironment sets what the plug-in reads while it starts, and returns the
// function that puts the environment back. XLA reads its flags when the first
// client is made, and never again.
func setEnvironment(p Plugin) (restore func()) {
	user, userSet := os.LookupEnv(envFlags)
	flags := user
	switch {
	case p.Platform == CUDA:
		if dir := cudaDataDir(p.Path); dir != "" && !strings.Contains(user, "xla_gpu_cuda_data_dir") {
			flags = strings.TrimSpace(user + " --xla_gpu_cuda_data_dir=" + dir)
		}
	case p.Pinned && !userSet:
		flags = "--xla_cpu_experimental_ynn_fusion_type=" // nothing after "=": YNNPACK fuses nothing
	}
	undo := []func(){swapEnv(envCheck, "0")}
	if flags != user {
		undo = append(undo, swapEnv(envFlags, flags))
	}
	return func() {
		for _, f := range undo {
			f()
		}
	}
}

// swapEnv sets a variable, in C's environment too when built with cgo, and
// returns the function that puts it back.
func swapEnv(name, value string) (restore func()) {
	old, set := os.LookupEnv(name)
	_ = os.Setenv(name, value)
	return func() {
		if set {
			_ = os.Setenv(name, old)
		} else {
			_ = os.Unsetenv(name)
		}
	}
}
