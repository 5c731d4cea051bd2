//go:build noxla || !cgo || !((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package device

import (
	"errors"
	"runtime"

	"github.com/gomlx/compute"
)

func openXLA(Plugin, string) (compute.Backend, string, error) {
	return nil, "", errors.New("this program was built without XLA for " + runtime.GOOS + "/" + runtime.GOARCH +
		": it needs cgo (a C compiler such as gcc on PATH, and CGO_ENABLED not 0) on linux/amd64, linux/arm64, darwin/arm64 or windows/amd64; build it again")
}
