//go:build !unix

package main

// sharedEngine does nothing: there is no kernel here that uses an engine.
func (a *app) sharedEngine(string) (env []string, stop func() error, err error) {
	return nil, func() error { return nil }, nil
}
