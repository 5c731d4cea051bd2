package dataset

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/fuzzkit"
)

// Whatever the manifest says, no path of it leaves the folder of the set.
func FuzzParseManifest(f *testing.F) {
	f.Add([]byte("name: a\nfiles: https://example.org\nalso: [{path: ../a, bytes: 1, sha256: x}]\n"))
	f.Add([]byte(`{name: own, what: w, licence: CC0-1.0, repository: r, commit: c, archive: "https://example.org/a", mb: 1, image: copy,
  points: {format: boxes}, fields: [{split: val, name: a, columns: [0, 3],
  image: {path: a/b.png, bytes: 9, sha256: 5bf0f723f89788f5100e23aba122a0f2e84410d27d22ebc15fb8c90a5e673522},
  points: {path: a/b.txt, bytes: 9, sha256: 5bf0f723f89788f5100e23aba122a0f2e84410d27d22ebc15fb8c90a5e673522}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		fuzzkit.Bounded(t, text, 64<<20, func() {
			m, err := ParseManifest(text)
			if err != nil {
				return
			}
			for _, file := range m.files() {
				if !filepath.IsLocal(file.Path) || file.Bytes < 1 {
					t.Errorf("%+v", file)
				}
			}
			for _, field := range m.Fields {
				if !filepath.IsLocal(filepath.Join(field.Split, "x", field.Name+".tif")) || field.Name != filepath.Base(field.Name) {
					t.Errorf("%+v", field)
				}
			}
		})
	})
}

// Whatever the names in an archive, nothing is written but what is wanted.
func FuzzExtract(f *testing.F) {
	text := []byte("index,axis-0,axis-1\n")
	for _, name := range []string{"", "a.csv", "../a.csv", "m/x", "m/../../x", "/a.csv", "m/..", `m\..\..\x`, "c:/m"} {
		f.Add(name, text)
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		if strings.Contains(name, "\x00") || name == "" || strings.HasSuffix(name, "/") || len(name) > 200 {
			t.Skip("no name for an archive or a file")
		}
		dir := t.TempDir()
		archive := tarOf([]string{name}, map[string][]byte{name: text})
		fuzzkit.Bounded(t, text, 64<<20, func() {
			w := &wanted{files: map[string]File{"a.csv": {Path: "a.csv", Bytes: int64(len(text)), SHA256: sumOf(text)}},
				folders: map[string]Folder{"m": {Path: "m", Files: 1, SHA256: sumOf(nil)}}, sums: map[string][]string{}}
			g := &getter{told: map[string]bool{}}
			_ = g.extract(bytes.NewReader(archive), 1<<20, filepath.Join(dir, "set"), w, func(int64) {})
		})
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if rel, _ := filepath.Rel(filepath.Join(dir, "set"), path); err == nil && !e.IsDir() && rel != "a.csv" && filepath.Dir(rel) != "m" {
				t.Errorf("%q wrote %s", name, rel)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
