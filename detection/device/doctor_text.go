package device

import (
	"fmt"
	"strings"
)

// Text returns the report for a terminal: a line for each fact, then the
// problems with what mends them, or "no problem found".
func (r Report) Text() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	system := r.OS + "/" + r.Arch
	if r.Libc != "" {
		system += ", " + r.Libc
	}
	line("system", "%s, %d cores, %s of memory", system, r.Cores, size(r.Memory))
	line("Go", "%s", r.Go)
	line("C compiler", "%s", orNone(r.Compiler))
	if d := r.NVIDIA; d != nil {
		line("NVIDIA", "driver %s", orUnknown(d.Version))
		for _, g := range d.GPUs {
			line("", "%s, %s", g.Name, size(g.MemoryBytes))
		}
	} else {
		line("NVIDIA", "no driver")
	}
	if p := r.Plugin; p != nil {
		line("plug-in", "%s", p.Path)
		line("", "for %s, from %s, PJRT %s", p.Platform, p.Source, orUnknown(r.API))
		if r.SHA256 != "" {
			line("", "SHA-256 %s (%s)", r.SHA256, r.Hash)
		}
	} else {
		line("plug-in", "none")
	}
	for i, d := range r.Devices {
		name := ""
		if i == 0 {
			name = "devices"
		}
		text := fmt.Sprintf("%d: %s", d.Number, d.Description)
		if d.Kind != "" {
			text += ", " + d.Kind
		}
		if d.Platform != CPU && d.MemoryBytes > 0 {
			text += ", " + size(d.MemoryBytes)
		}
		if d.InUse {
			text += ", in use"
		}
		line(name, "%s", text)
	}
	if run := r.Run; run != nil {
		line("1 + 1", "= %g; open %.0f ms, compile %.0f ms, run %.1f ms",
			run.Sum, 1e3*run.OpenSeconds, 1e3*run.CompileSeconds, 1e3*run.RunSeconds)
	} else {
		line("1 + 1", "not computed")
	}
	line("cache", "%s, %s", orUnknown(r.Cache), folderText(r.CacheBytes))
	if len(r.Problems) == 0 {
		b.WriteString("\nno problem found\n")
	}
	for i, p := range r.Problems {
		fmt.Fprintf(&b, "\nproblem %d: %s\n     mend: %s\n", i+1, p.What, p.Mend)
	}
	return b.String()
}

// size writes a number of bytes in decimal units, 0 as unknown.
func size(n int64) string {
	switch {
	case n <= 0:
		return "unknown size"
	case n < 1e6:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	case n < 1e9:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

func folderText(n int64) string {
	if n == 0 {
		return "empty"
	}
	return size(n)
}
