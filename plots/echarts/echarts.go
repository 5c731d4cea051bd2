// Package echarts knows the JavaScript library that the interactive charts of
// package plots are drawn by: which version, how to tell that a copy is whole,
// and how to put it into a page. It downloads nothing; what installs Puncta's
// kernel fetches the archive once, from the npm registry, and charts then work
// offline.
package echarts

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// What is fetched: version Version of npm package Package, in which the
// library is the file ArchivePath. Integrity strings are those of npm: the
// base64 of a SHA-512.
const (
	Package = "echarts"
	Version = "5.6.0"
	// ArchiveIntegrity is that of the archive, as the registry lists it.
	ArchiveIntegrity = "sha512-oTbVTsXfKuEhxftHqL5xprgLoc0k7uScAwtryCgWF6hPYFLRwOUHiFmHGCBKP5NPFNkDVopOieyUqYGH8Fa3kA=="
	ArchivePath      = "package/dist/echarts.min.js"
	// Integrity is that of the library, and Size its bytes.
	Integrity = "sha512-XSmbX3mhrD2ix5fXPTRQb2FwK22sRMVQTpBP2ac8hX7Dh/605hA2QDegVWiAvZPiXIxOV0CbkmUjGionDpbCmw=="
	Size      = 1_034_102
	// FileName is what an installed copy is called.
	FileName = "echarts-" + Version + ".min.js"
)

// MostArchive bounds what is read of the archive, in bytes: it has 10 MB.
const MostArchive = 64 << 20

// ErrAbsent is the error of a library that is not there.
var ErrAbsent = errors.New("echarts " + Version + " is not installed: charts are still pictures until \"puncta kernel install\" has fetched it once; no network is needed after that")

// Verify says whether js is the library, byte for byte.
func Verify(js []byte) error { return verify("the library", Integrity, js) }

func verify(what, want string, data []byte) error {
	sum := sha512.Sum512(data)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != want {
		return fmt.Errorf("echarts: %s of %s %s is damaged or another version: %d bytes with integrity %s, want %s", what, Package, Version, len(data), got, want)
	}
	return nil
}

// FromArchive takes the library out of the archive of the registry, both
// checked. Errors: those of r, another archive, one without the library.
func FromArchive(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MostArchive))
	if err != nil {
		return nil, fmt.Errorf("echarts: %w", err)
	}
	if err := verify("the archive", ArchiveIntegrity, data); err != nil {
		return nil, err
	}
	return extract(data)
}

// extract finds the library in an archive.
func extract(data []byte) ([]byte, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("echarts: archive: %w", err)
	}
	for files := tar.NewReader(unzipped); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("echarts: the archive holds no %s", ArchivePath)
		}
		if err != nil {
			return nil, fmt.Errorf("echarts: archive: %w", err)
		}
		if h.Name != ArchivePath {
			continue
		}
		js, err := io.ReadAll(io.LimitReader(files, Size+1))
		if err != nil {
			return nil, fmt.Errorf("echarts: archive: %w", err)
		}
		return js, Verify(js)
	}
}

// Variable is the environment variable that says, in a cell of Puncta's kernel,
// which file the installed copy is.
const Variable = "PUNCTA_ECHARTS"

// Installed reads the copy of [Variable]. Errors: [ErrAbsent] without one, and
// those of [ReadFile].
func Installed() ([]byte, error) {
	path := os.Getenv(Variable)
	if path == "" {
		return nil, ErrAbsent
	}
	return ReadFile(path)
}

// ReadFile reads an installed copy and checks it. Errors: [ErrAbsent] where
// there is no such file, and those of [Verify].
func ReadFile(path string) ([]byte, error) {
	js, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrAbsent
	}
	if err != nil {
		return nil, fmt.Errorf("echarts: %w", err)
	}
	return js, Verify(js)
}

// ReadyEvent is dispatched on the document when the library has been put into
// a page, for charts that stand above it.
const ReadyEvent = "puncta-echarts"

// WriteScript writes a script element that defines window.echarts, unless the
// page has one, and then dispatches [ReadyEvent]. It may stand on a page any
// number of times. The names by which the library would find a module loader
// are hidden from it: with RequireJS on the page, as in exported notebooks, it
// would register there, under no name, and not be found. js is the library; it
// is checked.
func WriteScript(w io.Writer, js []byte) error {
	if err := Verify(js); err != nil {
		return err
	}
	return writeScript(w, js)
}

func writeScript(w io.Writer, js []byte) error {
	for _, part := range [][]byte{
		[]byte("<script>\n(function (define, module, exports, require) {\nif (!window.echarts) {\n"), js,
		[]byte("\n}\ndocument.dispatchEvent(new Event(\"" + ReadyEvent + "\"));\n})();\n</script>\n"),
	} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("echarts: %w", err)
		}
	}
	return nil
}
