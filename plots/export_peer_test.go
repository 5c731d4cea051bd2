//go:build peer

package plots

// Library is for the tests outside of the package.
var Library = library
