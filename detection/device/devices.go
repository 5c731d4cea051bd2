package device

import (
	"strings"

	"github.com/gomlx/compute"
)

// A Device is one device that an open backend shows.
type Device struct {
	// Number is the backend's number for it, from 0.
	Number int `json:"number"`
	// Platform is "cpu", "cuda" or what else the plug-in calls itself.
	Platform string `json:"platform"`
	// Description is the plug-in's own, such as "cpu:0".
	Description string `json:"description"`
	// Kind is the model, such as "NVIDIA H200"; empty when unknown.
	Kind string `json:"kind,omitempty"`
	// MemoryBytes is the device's whole memory: the machine's for the CPU, the
	// card's for CUDA; 0 when unknown.
	MemoryBytes int64 `json:"memory_bytes,omitempty"`
	// InUse says whether the number is among [Runtime.Numbers].
	InUse bool `json:"in_use"`
}

// Devices lists the devices of the backend, by number. PJRT through go-xla tells
// neither model nor memory; on CUDA they come from nvidia-smi and are left out
// when the cards differ, because CUDA and nvidia-smi may number cards
// differently.
func (r *Runtime) Devices() []Device {
	devices := make([]Device, r.Backend.NumDevices())
	for i := range devices {
		text := r.Backend.DeviceDescription(compute.DeviceNum(i))
		text, _, _ = strings.Cut(text, " [processId=")
		d := Device{Number: i, Platform: r.Plugin.Platform, Description: text}
		if r.Plugin.Platform == CPU {
			d.MemoryBytes = totalMemory()
		} else if len(r.gpus) > 0 && allSame(r.gpus) {
			d.Kind, d.MemoryBytes = r.gpus[0].Name, r.gpus[0].MemoryBytes
		}
		for _, n := range r.Numbers {
			d.InUse = d.InUse || int(n) == i
		}
		devices[i] = d
	}
	return devices
}

func allSame(gpus []GPU) bool {
	for _, g := range gpus {
		if g != gpus[0] {
			return false
		}
	}
	return true
}
