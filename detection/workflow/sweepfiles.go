package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// fileHashes are hashes of the contents of files, each read once. Its methods
// may be called from several goroutines at once.
type fileHashes struct {
	mu    sync.Mutex
	known map[string]string
}

func newFileHashes() *fileHashes { return &fileHashes{known: map[string]string{}} }

// file is the hash of a file.
func (h *fileHashes) file(path string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if sum, ok := h.known[path]; ok {
		return sum, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", inputf("%s: %w", path, filesys.WithoutPath(err))
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", inputf("%s: %w", path, filesys.WithoutPath(err))
	}
	h.known[path] = hex.EncodeToString(sum.Sum(nil))
	return h.known[path], nil
}

// folder is a hash of the names and contents of the images and tables in a
// folder.
func (h *fileHashes) folder(dir string) (string, error) {
	h.mu.Lock()
	sum, ok := h.known[dir]
	h.mu.Unlock()
	if ok {
		return sum, nil
	}
	entries, err := os.ReadDir(dir) // in order of their names
	if err != nil {
		return "", inputf("%s: %w", dir, filesys.WithoutPath(err))
	}
	all := sha256.New()
	for _, e := range entries {
		if !imageio.Supported(e.Name()) && !strings.EqualFold(filepath.Ext(e.Name()), ".csv") {
			continue
		}
		sum, err := h.file(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(all, "%q %s\n", e.Name(), sum)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.known[dir] = hex.EncodeToString(all.Sum(nil))
	return h.known[dir], nil
}

// inputs lists what a configuration reads, with its hashes.
func (h *fileHashes) inputs(c *config.Config) (string, error) {
	var b strings.Builder
	for _, in := range c.Inputs() {
		hash := h.file
		if in.Folder {
			hash = h.folder
		}
		sum, err := hash(in.Path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %s\n", in.Key, sum)
	}
	return b.String(), nil
}
