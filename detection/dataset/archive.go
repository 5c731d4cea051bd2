package dataset

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/download"
)

// largestMask bounds a file of a folder, whose size the manifest does not say.
const largestMask = 4 << 20

const (
	// mostLonger bounds an archive, in multiples of what the manifest says
	// about its length, which people round.
	mostLonger = 4
	// mostPacked bounds what comes out of an archive, in multiples of that
	// bound: images pack badly, and what packs well is no image.
	mostPacked = 16
)

// bounded reads up to left bytes of r and then fails for good.
type bounded struct {
	r    io.Reader
	left int64
	what string
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, download.Final(fmt.Errorf("%w: %s", errSum, b.what))
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// wanted is what an archive has yet to give.
type wanted struct {
	files   map[string]File
	folders map[string]Folder
	sums    map[string][]string // folder -> lines of its sum
}

// fetchArchive takes the files of the manifest out of its archive while that
// arrives. Nothing of the archive itself is kept; after a broken connection it
// is read again from the start, less the files that are there. Reading ends
// with the last file that is wanted.
func (g *getter) fetchArchive(ctx context.Context, dir string, step func(int64)) error {
	err := g.client.Again(ctx, func(ctx context.Context) error {
		w, err := g.missing(dir, step)
		if err != nil {
			return download.Final(err)
		}
		if w.done() {
			return nil
		}
		body, err := g.client.Open(ctx, g.manifest.Archive, 0)
		if err != nil {
			return err
		}
		defer body.Close()
		most := mostLonger * int64(g.manifest.MB) * 1e6
		return g.extract(&bounded{body, most, fmt.Sprintf("it is longer than %d MB", most/1e6)}, mostPacked*most, dir, w, step)
	})
	if err != nil {
		return fmt.Errorf("cannot take the set from %s: %w", g.manifest.Archive, err)
	}
	return nil
}

func (w *wanted) done() bool { return len(w.files) == 0 && len(w.folders) == 0 }

// missing lists what is not in dir yet, telling step of the others once.
func (g *getter) missing(dir string, step func(int64)) (*wanted, error) {
	w := &wanted{files: map[string]File{}, folders: map[string]Folder{}, sums: map[string][]string{}}
	tell := func(name string) {
		if !g.told[name] {
			g.told[name] = true
			step(1)
		}
	}
	for _, f := range g.manifest.files() {
		if sum, _, err := download.Sum(local(dir, f.Path)); err == nil && sum == f.SHA256 {
			tell(f.Path)
			continue
		}
		w.files[f.Path] = f
	}
	if g.manifest.Points.Format == "masks" {
		for _, f := range g.manifest.Fields {
			if sum, n, err := sumFolder(local(dir, f.Masks.Path)); err == nil && n == f.Masks.Files && sum == f.Masks.SHA256 {
				tell(f.Masks.Path)
				continue
			}
			w.folders[f.Masks.Path] = f.Masks
		}
	}
	return w, w.clear(dir)
}

// clear removes the folders that are not whole, for a file that does not
// belong in one would be taken for an object.
func (w *wanted) clear(dir string) error {
	for name := range w.folders {
		if err := os.RemoveAll(local(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// extract reads a tar.gz up to the last file that is wanted, at most so many
// bytes of what is packed in it.
func (g *getter) extract(body io.Reader, most int64, dir string, w *wanted, step func(int64)) error {
	unzipped, err := gzip.NewReader(body)
	if err != nil {
		return fmt.Errorf("it is no tar.gz: %w", err)
	}
	unpacked := &bounded{unzipped, most, fmt.Sprintf("more than %d MB are packed in it", most/1e6)}
	for t := tar.NewReader(unpacked); !w.done(); {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			return download.Final(fmt.Errorf("%w: it lacks %s", errSum, w.example()))
		}
		if err != nil {
			return err
		}
		_, name, _ := strings.Cut(header.Name, "/")
		if header.Typeflag != tar.TypeReg || !localPath(name) {
			continue
		}
		file, isFile := w.files[name]
		folder, inFolder := w.folders[path.Dir(name)]
		if !isFile && !inFolder {
			continue
		}
		limit := int64(largestMask)
		if isFile {
			limit = file.Bytes
		}
		text, err := io.ReadAll(io.LimitReader(t, limit+1))
		if err != nil {
			return err
		}
		sum := hexSum256(text)
		if int64(len(text)) > limit || isFile && sum != file.SHA256 {
			return download.Final(fmt.Errorf("%s: %w: want %d bytes with SHA-256 %s", name, errSum, file.Bytes, file.SHA256))
		}
		if err := place(local(dir, name), text); err != nil {
			return download.Final(err)
		}
		if isFile {
			delete(w.files, name)
			g.told[name] = true
			step(1)
			continue
		}
		lines := append(w.sums[folder.Path], sum+"  "+path.Base(name)+"\n")
		w.sums[folder.Path] = lines
		if len(lines) < folder.Files {
			continue
		}
		if sumLines(lines) != folder.SHA256 {
			return download.Final(fmt.Errorf("%s: %w: the SHA-256 over its files is not %s", folder.Path, errSum, folder.SHA256))
		}
		delete(w.folders, folder.Path)
		g.told[folder.Path] = true
		step(1)
	}
	return nil
}

// example names one thing that is missing, always the same one.
func (w *wanted) example() string {
	var names []string
	for name := range w.files {
		names = append(names, name)
	}
	for name := range w.folders {
		names = append(names, name)
	}
	return slices.Min(names)
}

// local is a path of the manifest below dir.
func local(dir, name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }

// place makes a file and its folder, without waiting for the disk: what a
// crash leaves of it has another sum.
func place(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// write makes a file, whole or not at all, and its folder.
func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(text))
		return err
	})
}

// sumFolder is the SHA-256 over the files of a folder, as [Folder] says, and
// their number.
func sumFolder(dir string) (sum string, files int, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", 0, err
	}
	var lines []string
	for _, e := range entries {
		one, _, err := download.Sum(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", 0, err
		}
		lines = append(lines, one+"  "+e.Name()+"\n")
	}
	return sumLines(lines), len(lines), nil
}

// sumLines is the SHA-256 of lines in the order of the names that they end with.
func sumLines(lines []string) string {
	const nameAt = 2*sha256.Size + 2
	sorted := slices.SortedFunc(slices.Values(lines), func(a, b string) int { return strings.Compare(a[nameAt:], b[nameAt:]) })
	return hexSum256([]byte(strings.Join(sorted, "")))
}

func hexSum256(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
