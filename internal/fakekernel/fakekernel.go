// Package fakekernel is a Jupyter kernel for tests: the test binary started
// once more. Its cells are lines of small commands, see [Commands]. It writes
// and checks messages with code of its own, so that a mistake in package
// jupyter does not cancel itself out.
//
//	func TestMain(m *testing.M) { fakekernel.Main(); os.Exit(m.Run()) }
//
//	fakekernel.Install(t, "fake", fakekernel.Options{})
package fakekernel

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Options changes the kernel from what is usual.
type Options struct {
	// InterruptMode is signal or message; "" leaves it out of kernel.json.
	InterruptMode string
	// Language of the spec; "" is go.
	Language string
	// Fault makes the kernel misbehave as a whole: "exit" ends it at once,
	// "deaf" never listens, "unsigned" signs with another key, "stubborn"
	// ignores a request to shut down.
	Fault string
	// Env is added to the environment of the spec.
	Env map[string]string
}

const (
	marker = "PUNCTA_FAKE_KERNEL"
	fault  = "PUNCTA_FAKE_KERNEL_FAULT"
)

// Main turns the process into a kernel, and does not return, when it was
// started as one.
func Main() {
	if os.Getenv(marker) == "" {
		return
	}
	if err := serve(os.Args[len(os.Args)-1], os.Getenv(fault)); err != nil {
		fmt.Fprintln(os.Stderr, "fake kernel:", err)
		os.Exit(3)
	}
	os.Exit(0)
}

// Install writes a kernelspec of that name into a folder of the test and makes
// Jupyter look there first. It returns the folder of the spec.
func Install(t testing.TB, name string, o Options) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if o.Language == "" {
		o.Language = "go"
	}
	env := map[string]string{marker: "1", fault: o.Fault}
	for k, v := range o.Env {
		env[k] = v
	}
	spec := map[string]any{
		"argv": []string{program, "{connection_file}"}, "display_name": "Fake", "language": o.Language, "env": env,
	}
	if o.InterruptMode != "" {
		spec["interrupt_mode"] = o.InterruptMode
	}
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	dir := filepath.Join(data, "kernels", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	path := data
	if old := os.Getenv("JUPYTER_PATH"); old != "" {
		path += string(os.PathListSeparator) + old
	}
	t.Setenv("JUPYTER_PATH", path)
	return dir
}
