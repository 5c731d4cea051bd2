package device

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Driver is the NVIDIA driver of this machine.
type Driver struct {
	// Version is that of the kernel module, such as "580.65.06"; empty when it
	// could not be read.
	Version string `json:"version,omitempty"`
	// GPUs lists the cards that nvidia-smi shows.
	GPUs []GPU `json:"gpus,omitempty"`
	// Fault is what nvidia-smi complained about; empty when it answered or is
	// not installed.
	Fault string `json:"fault,omitempty"`
}

// A GPU is one NVIDIA card.
type GPU struct {
	Name string `json:"name"`
	// MemoryBytes is the card's whole memory.
	MemoryBytes int64 `json:"memory_bytes"`
}

// major is the driver's major version, 0 when unknown.
func (d *Driver) major() int {
	n, _ := strconv.Atoi(strings.SplitN(d.Version, ".", 2)[0])
	return n
}

// findDriver returns nil when the kernel shows no NVIDIA device. (/dev/dxg is
// Windows' GPU inside WSL; nvidia-smi tells there whether it is NVIDIA's.) With
// cards set it asks nvidia-smi, which can take seconds, for the list of cards.
func findDriver(ctx context.Context, cards bool) *Driver {
	native := exists("/dev/nvidiactl") || exists("/proc/driver/nvidia/version")
	if !native && !exists("/dev/dxg") {
		return nil
	}
	d := &Driver{}
	if text, err := os.ReadFile("/proc/driver/nvidia/version"); err == nil {
		d.Version = moduleVersion(string(text))
	}
	if d.Version != "" && !cards {
		return d
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "nvidia-smi",
		"--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits").CombinedOutput()
	switch {
	case err == nil:
		version, gpus := parseSMI(string(out))
		d.GPUs = gpus
		if d.Version == "" {
			d.Version = version
		}
	case len(bytes.TrimSpace(out)) > 0:
		d.Fault = strings.Join(strings.Fields(string(out)), " ")
	}
	if !native && len(d.GPUs) == 0 {
		return nil
	}
	return d
}

var moduleLine = regexp.MustCompile(`(?m)^NVRM version:.*?\s(\d+\.\d+(?:\.\d+)?)\s`)

// moduleVersion reads /proc/driver/nvidia/version.
func moduleVersion(text string) string {
	if m := moduleLine.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// parseSMI reads lines such as "NVIDIA H200, 143771, 580.65.06"; memory is in
// MiB.
func parseSMI(text string) (version string, gpus []GPU) {
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSpace(line), ",")
		if len(fields) != 3 {
			continue
		}
		mib, _ := strconv.ParseInt(strings.TrimSpace(fields[1]), 10, 64)
		gpus = append(gpus, GPU{Name: strings.TrimSpace(fields[0]), MemoryBytes: mib << 20})
		version = strings.TrimSpace(fields[2])
	}
	return version, gpus
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
