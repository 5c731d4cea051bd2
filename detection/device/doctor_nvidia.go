package device

import (
	"fmt"
	"strings"
)

// examineDriver looks for what commonly keeps a GPU from being used.
func (r *Report) examineDriver() {
	d := r.NVIDIA
	if d == nil {
		return
	}
	newest, oldest := cudaKits[0], cudaKits[len(cudaKits)-1]
	switch v := d.major(); {
	case v == 0:
	case v < oldest.minDriver:
		r.problem(fmt.Sprintf("the NVIDIA driver %s is too old for CUDA 12 and 13", d.Version),
			fmt.Sprintf("install NVIDIA driver %d or newer and restart the machine", newest.minDriver))
	case v < newest.minDriver:
		r.problem(fmt.Sprintf("the NVIDIA driver %s is too old for CUDA 13; CUDA 12 plug-ins work", d.Version),
			fmt.Sprintf("install NVIDIA driver %d or newer, or: python3 -m pip install 'jax[cuda12]'", newest.minDriver))
	}
	switch {
	case strings.Contains(d.Fault, "version mismatch"):
		r.problem("the NVIDIA driver was updated while the old one is still loaded: "+d.Fault, "sudo reboot")
	case d.Fault != "":
		r.problem("nvidia-smi fails: "+d.Fault, "reinstall the NVIDIA driver and restart the machine")
	case len(d.GPUs) == 0:
		r.problem("an NVIDIA driver is there but no GPU is listed", "nvidia-smi   # in a container, start it with --gpus all")
	}
}

// adviseCUDA notes a GPU that stays idle because no CUDA plug-in is there.
func (r *Report) adviseCUDA(asked string) {
	if r.NVIDIA == nil || len(r.NVIDIA.GPUs) == 0 || asked != Auto || r.Plugin == nil || r.Plugin.Platform != CPU {
		return
	}
	kits := kitsFor(r.NVIDIA)
	if len(kits) == 0 {
		return
	}
	extra := strings.TrimPrefix(kits[0].folder, "xla_")
	r.problem("a GPU is there but no CUDA plug-in, so the CPU is used",
		fmt.Sprintf("python3 -m pip install 'jax[%s]'   # or ask for the platform cuda once, which downloads about 3 GB", extra))
}
