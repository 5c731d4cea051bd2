// Package testkit holds what the tests of several packages need.
package testkit

import (
	"context"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	"github.com/puncta-bio/puncta/detection/device"
)

var open = sync.OnceValues(func() (compute.Backend, error) {
	opts := device.DefaultOptions()
	opts.Platform = device.CPU
	r, err := device.Open(context.Background(), opts)
	if err != nil {
		return nil, err
	}
	return r.Backend, nil
})

// Backend opens the CPU plug-in, once per test binary, and downloads it on a
// new machine.
func Backend(t testing.TB) compute.Backend {
	t.Helper()
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
