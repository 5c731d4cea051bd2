package echarts

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// archive makes one with a file.
func archive(t *testing.T, name, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	err := errors.Join(w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}))
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err := errors.Join(err, w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Nothing passes that is not the library.
func TestOtherBytesAreRefused(t *testing.T) {
	const other = "window.echarts = {}"
	file := filepath.Join(t.TempDir(), FileName)
	if err := os.WriteFile(file, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"the library of echarts 5.6.0 is damaged": Verify([]byte(other)),
		"the archive of echarts 5.6.0 is damaged": second(FromArchive(bytes.NewReader(archive(t, ArchivePath, other)))),
		"the library of echarts 5.6.0 is":         second(extract(archive(t, ArchivePath, other))),
		"holds no package/dist/echarts.min.js":    second(extract(archive(t, "package/README.md", other))),
		"damaged or another version: 19 bytes":    second(ReadFile(file)),
		"want sha512-XSmb":                        WriteScript(io.Discard, []byte(other)),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v does not say %q", err, name)
		}
	}
	if _, err := ReadFile(file + "x"); !errors.Is(err, ErrAbsent) || !strings.Contains(err.Error(), "puncta kernel install") {
		t.Errorf("absent: %v", err)
	}
}

func second(_ []byte, err error) error { return err }

func TestScriptHidesModuleLoaders(t *testing.T) {
	var b strings.Builder
	if err := writeScript(&b, []byte("LIBRARY")); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, part := range []string{"(function (define, module, exports, require) {", "if (!window.echarts) {\nLIBRARY\n}", `new Event("puncta-echarts")`} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in %s", part, text)
		}
	}
}
