//go:build !linux

package main

// bindToCPUs does nothing here: only Linux lets a process bind all its threads.
// The Go side is limited; the device's threads are not.
func bindToCPUs(int) error { return nil }
