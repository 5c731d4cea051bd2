// Package testkit holds what the tests of several packages need.
package testkit

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	"github.com/puncta-bio/puncta/detection/device"
)

var open = sync.OnceValues(func() (compute.Backend, error) {
	opts := device.DefaultOptions()
	opts.Platform = device.CPU
	if p := os.Getenv("PUNCTA_TEST_PLATFORM"); p != "" {
		opts.Platform = p
	}
	r, err := device.Open(context.Background(), opts)
	if err != nil {
		return nil, err
	}
	return r.Backend, nil
})

// Backend opens the CPU plug-in, once per test binary, and downloads it on a
// new machine. PUNCTA_TEST_PLATFORM asks for another platform, as
// scripts/gpu-smoke does.
func Backend(t testing.TB) compute.Backend {
	t.Helper()
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
