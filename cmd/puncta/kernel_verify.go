//go:build unix

package main

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/puncta-bio/puncta/kernel/install"
	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/kernel/notebook"
	"github.com/puncta-bio/puncta/kernel/runner"
)

// verifyNotebook finds generated nuclei, and fails when it does not.
//
//go:embed verify.ipynb
var verifyNotebook []byte

// verifyTimeout bounds a cell of it: the first one that uses the engine may
// download XLA.
const verifyTimeout = 10 * time.Minute

// verifyKernel runs a notebook on a kernel that has been installed, and returns
// how long it took from the start of the kernel to the result.
func (a *app) verifyKernel(ctx context.Context, i install.Installed) (time.Duration, error) {
	spec, err := jupyter.ReadSpec(i.Spec)
	if err != nil {
		return 0, err
	}
	nb, err := notebook.Read(verifyNotebook)
	if err != nil {
		return 0, err
	}
	o := runner.DefaultOptions()
	o.Timeout, o.Input = verifyTimeout, "the notebook that verifies the kernel"
	r, err := runner.Run(ctx, nb, spec, o)
	if err != nil {
		return 0, fmt.Errorf("the kernel was installed and does not work: %w", err)
	}
	return r.Duration, nil
}
