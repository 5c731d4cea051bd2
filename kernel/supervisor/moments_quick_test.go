//go:build linux && !peer

package supervisor

// moments is how often each part of a kernel is killed.
const moments = 1
