// Package house holds the tests of the repository as a whole: which package
// may import which, and the size of files.
package house
