package imageio

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/internal/filesys"
)

// extensions are those of the formats that [Read] knows.
func extensions() []string { return []string{".tif", ".tiff", ".png", ".jpg", ".jpeg", ".npy"} }

// Supported says whether the extension of path, in any case, is that of an
// image that [Read] reads: .tif, .tiff, .png, .jpg, .jpeg or .npy. The file is
// not opened.
func Supported(path string) bool {
	return slices.Contains(extensions(), strings.ToLower(filepath.Ext(path)))
}

// List returns the paths of the images in the folder dir, each starting with
// dir, in natural order ([CompareNatural]). Images are files, or links to files,
// for which [Supported] holds; hidden files (with a leading dot) and folders
// within dir are passed over.
//
// Errors: the folder cannot be read, or holds no image. Both name it.
func List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", dir, filesys.WithoutPath(err))
	}
	var paths []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if strings.HasPrefix(e.Name(), ".") || !Supported(e.Name()) || !isFile(path, e) {
			continue
		}
		paths = append(paths, path)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("folder %s: holds no image (%s)", dir, strings.Join(extensions(), ", "))
	}
	slices.SortFunc(paths, CompareNatural)
	return paths, nil
}

// isFile follows a link. One that leads nowhere counts as a file, so that
// reading it fails by name instead of leaving an image out in silence.
func isFile(path string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.Type().IsRegular()
	}
	info, err := os.Stat(path)
	return err != nil || info.Mode().IsRegular()
}
