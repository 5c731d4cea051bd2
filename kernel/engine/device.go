//go:build unix

package engine

import (
	"context"
	"fmt"
	"sync"

	"github.com/puncta-bio/puncta/detection/device"
)

// lazyDevice opens the device at first use and keeps it open.
type lazyDevice struct {
	opts    device.Options
	mu      sync.Mutex
	runtime *device.Runtime
}

func newLazyDevice(opts device.Options, note func(string)) *lazyDevice {
	opts.Note = note
	return &lazyDevice{opts: opts}
}

// open returns the device. After an error the next call tries again.
func (d *lazyDevice) open(ctx context.Context) (*device.Runtime, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.runtime == nil {
		r, err := device.Open(ctx, d.opts)
		if err != nil {
			return nil, fmt.Errorf("no device to compute on: %w", err)
		}
		d.runtime = r
	}
	return d.runtime, nil
}

func (d *lazyDevice) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.runtime != nil {
		d.runtime.Close()
		d.runtime = nil
	}
}
