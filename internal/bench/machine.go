package bench

import (
	"os"
	"runtime"
	"strings"
)

// Machine is where measurements were taken.
type Machine struct {
	// Cores is how many processors this program uses.
	Cores int    `json:"cores"`
	CPU   string `json:"cpu,omitempty"`
	OS    string `json:"os"`
	Arch  string `json:"arch"`
	Go    string `json:"go"`
	// Load is the average number of busy threads on the whole machine in the
	// minute before the measurements, as text; "" where the system does not tell.
	// Above 0.5 or so, other work has slowed both sides.
	Load string `json:"load,omitempty"`
	// Plugin is the XLA plug-in, where it was used.
	Plugin string `json:"plugin,omitempty"`
}

// ThisMachine describes the machine. CPU and Load are known on Linux only.
func ThisMachine() Machine {
	m := Machine{Cores: runtime.GOMAXPROCS(0), OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version()}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.CPU = cpuModel(string(text))
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(text), " ")
	}
	return m
}

// cpuModel is the first model name in the text of /proc/cpuinfo.
func cpuModel(text string) string {
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// String is the machine as one line.
func (m Machine) String() string {
	s := plural(m.Cores, "core")
	if m.CPU != "" {
		s += ", " + m.CPU
	}
	s += ", " + m.OS + "/" + m.Arch + ", " + m.Go
	if m.Plugin != "" {
		s += ", XLA plug-in " + m.Plugin
	}
	if m.Load != "" {
		s += ", load before " + m.Load
	}
	return s
}
