package device

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// totalMemory returns the machine's memory in bytes, 0 when unknown.
func totalMemory() int64 {
	switch runtime.GOOS {
	case "linux":
		text, err := os.ReadFile("/proc/meminfo")
		if err != nil {
			return 0
		}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
				kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
				return kib << 10
			}
		}
	case "darwin":
		n, _ := strconv.ParseInt(firstLine(context.Background(), "sysctl", "-n", "hw.memsize"), 10, 64)
		return n
	}
	return 0
}

// firstLine runs a command for at most 10 s and returns its first line of
// standard output, "" if it fails.
func firstLine(ctx context.Context, name string, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line)
}

// compiler returns the C compiler on PATH that cgo would use, with its version,
// or "".
func compiler(ctx context.Context) string {
	names := []string{"cc", "gcc", "clang"}
	if cc := strings.Fields(os.Getenv("CC")); len(cc) > 0 {
		names = cc[:1]
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return strings.TrimSpace(path + " " + firstLine(ctx, path, "--version"))
		}
	}
	return ""
}

// libc names the C library: "glibc 2.36", "musl", or "" off Linux.
func libc(ctx context.Context) string {
	switch {
	case runtime.GOOS != "linux":
		return ""
	case haveGlibc():
		if v := firstLine(ctx, "getconf", "GNU_LIBC_VERSION"); v != "" {
			return v
		}
		return "glibc"
	}
	return "musl"
}

// installCommand is this system's command to install a C compiler.
func installCommand() string {
	if runtime.GOOS == "darwin" {
		return "xcode-select --install"
	}
	for _, m := range [][2]string{
		{"apt-get", "sudo apt-get install gcc libc6-dev"},
		{"dnf", "sudo dnf install gcc"},
		{"zypper", "sudo zypper install gcc"},
		{"pacman", "sudo pacman -S gcc"},
	} {
		if _, err := exec.LookPath(m[0]); err == nil {
			return m[1]
		}
	}
	return "install gcc"
}

// folderSize is the size in bytes of the files under dir; what cannot be read is
// left out.
func folderSize(dir string) int64 {
	var total int64
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				total += info.Size()
			}
		}
		return nil
	})
	return total
}
