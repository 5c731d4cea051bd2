//go:build !unix

package main

import "github.com/puncta-bio/puncta/plots/echarts"

// chartLibrary reads the library of interactive charts that the environment
// names: there is no kernel here to have brought one.
func chartLibrary() ([]byte, error) { return echarts.Installed() }
