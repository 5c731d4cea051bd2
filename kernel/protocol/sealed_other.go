//go:build !linux

package protocol

import "os"

func writeSealed(data []byte) (*os.File, error) { return writeUnnamed(data) }
