// Package engine is the process that remembers what notebook cells cannot:
// open devices, compiled networks, images, and the results of stages.
//
// A cell is a program of its own that lives as long as it runs. It calls the
// engine through package session. Results are kept by the hash of everything
// that they depend on, so that a cell that moves one threshold pays for what
// depends on the threshold.
package engine
