//go:build unix

package main

import (
	"errors"
	"os"

	"github.com/puncta-bio/puncta/kernel/install"
	"github.com/puncta-bio/puncta/plots/echarts"
)

// chartLibrary reads the library of interactive charts that an installed kernel
// has brought: the one that the environment names, or that of the user's kernel.
func chartLibrary() ([]byte, error) {
	if os.Getenv(echarts.Variable) != "" {
		return echarts.Installed()
	}
	o, err := (&installFlags{}).folders()
	if err != nil {
		return nil, err
	}
	i, err := install.Load(o.Data)
	if errors.Is(err, os.ErrNotExist) {
		return nil, echarts.ErrAbsent
	}
	if err != nil {
		return nil, err
	}
	return echarts.ReadFile(i.ECharts())
}
