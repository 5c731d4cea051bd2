//go:build !unix

package main

import "github.com/spf13/cobra"

// kernelCommands are none: the kernel needs Unix sockets that carry files.
func kernelCommands(*app) []*cobra.Command { return nil }

// kernelBenches are none.
func kernelBenches(*app) []*cobra.Command { return nil }
