package device

import (
	"errors"
	"fmt"
	"slices"
)

// Platforms of [Options.Platform] and [Plugin.Platform].
const (
	Auto = "auto"
	CPU  = "cpu"
	CUDA = "cuda"
)

// Options configures [Find], [Open] and [Doctor]. Start from [DefaultOptions].
type Options struct {
	// Platform is "auto", "cpu" or "cuda". Default "auto".
	Platform string
	// Devices are the numbers of the devices to use, from 0, each once. Empty
	// means device 0 alone. On CUDA the other GPUs are left untouched.
	Devices []int
	// Cache is the folder that holds puncta's caches. Empty means "puncta" in
	// the user's cache folder (~/.cache/puncta on Linux).
	Cache string
	// AllowInstall lets a missing plug-in be downloaded. Default true.
	AllowInstall bool
	// MemoryFraction is the largest part of a GPU's memory that this process
	// takes, above 0 and up to 1. Memory is taken as it is needed, not at the
	// start. The CPU ignores it. Default 0.75.
	MemoryFraction float64

	// Progress, if not nil, is told about each file being downloaded: bytes so
	// far and in all (0 when unknown). It starts anew with each file and is
	// called from one goroutine at a time.
	Progress func(done, total int64)
	// Note, if not nil, gets one-sentence notices, such as "downloading …".
	Note func(string)

	host *host // what the tests replace; nil means this machine
}

// DefaultOptions returns the options described in [Options].
func DefaultOptions() Options {
	return Options{Platform: Auto, AllowInstall: true, MemoryFraction: 0.75}
}

// Validate reports every invalid field at once, each by name and value.
func (o Options) Validate() error {
	var errs []error
	if !slices.Contains([]string{Auto, CPU, CUDA}, o.Platform) {
		errs = append(errs, fmt.Errorf("Platform %q: want auto, cpu or cuda", o.Platform))
	}
	for i, d := range o.Devices {
		if d < 0 {
			errs = append(errs, fmt.Errorf("Devices: %d: want 0 or more", d))
		}
		if slices.Contains(o.Devices[:i], d) {
			errs = append(errs, fmt.Errorf("Devices: %d is there twice", d))
		}
	}
	if !(o.MemoryFraction > 0 && o.MemoryFraction <= 1) {
		errs = append(errs, fmt.Errorf("MemoryFraction %v: want above 0 and up to 1", o.MemoryFraction))
	}
	return errors.Join(errs...)
}

func (o Options) note(format string, args ...any) {
	if o.Note != nil {
		o.Note(fmt.Sprintf(format, args...))
	}
}

func (o Options) progress(done, total int64) {
	if o.Progress != nil {
		o.Progress(done, total)
	}
}

func (o Options) machine() *host {
	if o.host != nil {
		return o.host
	}
	return thisHost()
}
