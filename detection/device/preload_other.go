//go:build cgo && !noxla && !linux

package device

func preload(string) {}
