package imageio

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestList(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"c10.tif", "c2.TIF", "c1.png", "c3.jpeg", "c04.npy", ".c5.tif", "c6.csv", "notes", "c7.tif.part"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "c8.tif"), 0o700); err != nil {
		t.Fatal(err)
	}
	want := []string{"c1.png", "c2.TIF", "c3.jpeg", "c04.npy", "c10.tif"}
	for link, target := range map[string]string{"c11.tif": "c1.png", "c12.tif": "gone", "c13.tif": "c8.tif"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	want = append(want, "c11.tif", "c12.tif") // a link to a folder is no image, a broken one fails when it is read
	for i := range want {
		want[i] = filepath.Join(dir, want[i])
	}
	got, err := List(dir)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v (%v), want %v", got, err, want)
	}
}

func TestListNothing(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir:                      "folder " + dir + ": holds no image (.tif, .tiff, .png, .jpg, .jpeg, .npy)",
		filepath.Join(dir, "no"): "folder " + filepath.Join(dir, "no") + ": no such file or directory",
	} {
		if got, err := List(path); err == nil || err.Error() != want {
			t.Errorf("%v, error %q, want %q", got, err, want)
		}
	}
}

func TestSupported(t *testing.T) {
	for path, want := range map[string]bool{
		"a.tif": true, "a.TIFF": true, "x/a.ome.tif": true, "a.png": true, "a.jpg": true, "a.JPEG": true, "a.npy": true,
		"a.csv": false, "tif": false, "a.tif.gz": false, "": false,
	} {
		if got := Supported(path); got != want {
			t.Errorf("Supported(%q) is %v", path, got)
		}
	}
}

func TestWriteFile(t *testing.T) {
	v := ramp([3]int{1, 6, 5}, 1)
	for _, name := range []string{"a.tif", "a.TIFF", "a.png", "a.npy"} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := WriteFile(path, v, DefaultTIFFOptions()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		img, err := Read(path)
		if err != nil || !slices.Equal(img.Data, v.Data) {
			t.Errorf("%s: read something else (%v)", name, err)
		}
	}
	dir := t.TempDir()
	for name, want := range map[string]string{
		"a.jpg": `cannot write the extension ".jpg", want .tif, .tiff, .png or .npy`,
		"a.tif": "StripBytes 0: want at least 1",
	} {
		path := filepath.Join(dir, name)
		err := WriteFile(path, v, TIFFOptions{Kind: Uint8, Compression: Deflate})
		if err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("%v were left behind", entries)
	}
}
