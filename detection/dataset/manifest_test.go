package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/download"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

func sumOf(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

func TestBuiltinManifests(t *testing.T) {
	all, err := Manifests()
	if err != nil {
		t.Fatal(err)
	}
	images := map[string]int{"blood": 495, "nuclei": 170, "spots": 4}
	if len(all) != len(images) {
		t.Errorf("%d manifests, want %d", len(all), len(images))
	}
	for _, m := range all {
		if len(m.Fields) != images[m.Name] {
			t.Errorf("%s: %d images, want %d", m.Name, len(m.Fields), images[m.Name])
		}
		if !strings.Contains(m.Files+m.Archive, m.Commit) || len(m.Commit) != 40 {
			t.Errorf("%s: the address %q does not hold the commit %q", m.Name, m.Files+m.Archive, m.Commit)
		}
	}
}

// The images kept beside the repository are byte copies of the upstream files
// (their git object names were compared), so their sums are those of the
// manifest.
func TestSumsAgainstSharedData(t *testing.T) {
	all, err := Manifests()
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, m := range all {
		if m.Name != "blood" {
			continue
		}
		for _, f := range m.Fields {
			path := shareddata.Path(t, "blood", f.Split, "x", f.Name+".jpg")
			sum, n, err := download.Sum(path)
			if err != nil || sum != f.Image.SHA256 || n != f.Image.Bytes {
				t.Errorf("%s: %d bytes, %s, %v; the manifest says %+v", path, n, sum, err, f.Image)
			}
			compared++
		}
	}
	if compared != 495 {
		t.Errorf("compared %d images", compared)
	}
}

const goodManifest = `name: small
what: two images
licence: CC0-1.0
repository: https://example.org/r
commit: abc
files: https://example.org/raw/abc
mb: 1
image: copy
points: {format: table, y: row, x: col}
fields:
  - split: train
    name: a
    image: {path: x/a.png, bytes: 5, sha256: SUM}
    points: {path: y/a.csv, bytes: 5, sha256: SUM}
`

func TestManifestFaults(t *testing.T) {
	good := strings.ReplaceAll(goodManifest, "SUM", strings.Repeat("0a", 32))
	if _, err := ParseManifest([]byte(good)); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, text, want string }{
		{"parent folder", "x/a.png", "../a.png", `path "../a.png": want a path within the set`},
		{"parent inside", "x/a.png", "x/../../a.png", "want a path within the set"},
		{"absolute", "x/a.png", "/etc/a.png", "want a path within the set"},
		{"backslash", "x/a.png", `'..\a.png'`, "want a path within the set"},
		{"drive", "x/a.png", "'C:/a.png'", "want a path within the set"},
		{"name that is a path", "name: a\n", "name: ../a\n", `field "../a": want a name`},
		{"split that is a path", "split: train", "split: ..", `split is "..": want train, val or test`},
		{"name of the set", "name: small", "name: ../small", `name is "../small"`},
		{"no sum", "bytes: 5, sha256: " + strings.Repeat("0a", 32) + "}\n    points", "bytes: 5}\n    points", `x/a.png: sha256 is "": want 64`},
		{"no size", "{path: x/a.png, bytes: 5,", "{path: x/a.png,", "x/a.png: bytes is 0"},
		{"unknown key", "what:", "waht:", "field waht not found"},
		{"licence", "licence: CC0-1.0", "licence: ''", "licence is missing"},
		{"other address", "files: https:", "files: ftp:", "want https"},
		{"both addresses", "files:", "archive: https://example.org/a\nfiles:", "want either files or archive"},
		{"megabytes", "mb: 1", "mb: 0", "mb is 0"},
		{"image", "image: copy", "image: scale", `image is "scale"`},
		{"points", "format: table, y: row", "format: spots, y: row", `points.format is "spots"`},
		{"columns of a table", "y: row, x: col", "y: row", "want the columns points.y and points.x"},
		{"masks without archive", "format: table", "format: masks", "want archive"},
		{"part", "    image:", "    columns: [5, 5]\n    image:", "columns are [5 5]"},
		{"no fields", good[strings.Index(good, "fields:"):], "fields: []", "fields is empty"},
		{"twice", good[strings.Index(good, "  - split"):], strings.Repeat(good[strings.Index(good, "  - split"):], 2), "is there twice"},
		{"two sums", "y/a.csv", "x/a.png, bytes: 6, sha256: " + strings.Repeat("0b", 32) + "}\nalso:\n  - {path: z", "listed twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("the manifest does not hold %q", tt.old)
			}
			if _, err := ParseManifest([]byte(strings.Replace(good, tt.old, tt.text, 1))); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestSumFolder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.png", "a.png"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := sumOf([]byte(sumOf([]byte("a.png")) + "  a.png\n" + sumOf([]byte("b.png")) + "  b.png\n"))
	if got, n, err := sumFolder(dir); got != want || n != 2 || err != nil {
		t.Errorf("%s, %d files, %v; want %s", got, n, err, want)
	}
}

func TestAddress(t *testing.T) {
	m := &Manifest{Files: "https://example.org/raw/abc/"}
	if got, want := m.address("a b/c#1?.png"), "https://example.org/raw/abc/a%20b/c%231%3F.png"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
