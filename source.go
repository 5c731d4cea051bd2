// Package puncta carries the source of the module, so that an installed program
// can set up a kernel whose cells import it.
package puncta

import "embed"

// Source holds the module's files. The tests are in it, too: what a checkout has.
// What the tutorials write beside themselves is not.
//
//go:embed go.mod go.sum LICENSE source.go cmd detection internal kernel notebooks/*.ipynb notebooks/*.go plots widgets
var Source embed.FS
