package training

import "embed"

// Sources are the Go files of this package, tests included, as they were
// compiled: the report of a job takes from them the hash of the code that it
// ran.
//
//go:embed *.go
var Sources embed.FS
