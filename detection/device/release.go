package device

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/go-xla/installer"

	"github.com/puncta-bio/puncta/internal/download"
)

// releaseVersion is the release of the CPU plug-in that go-xla v0.4.2 was
// tested with (its pjrt.DefaultCPUVersion, which needs cgo to read).
const releaseVersion = "v0.114.0"

func (h *host) releaseName() string { return "go-xla-cpu-" + releaseVersion }

// installRelease installs the CPU plug-in of go-xla's release and returns its
// path. go-xla's installer names and unpacks the file; the transfer is ours,
// because its own prints to standard output and cannot be cancelled.
func (h *host) installRelease(ctx context.Context, o Options, dir string) (string, error) {
	platform := h.goos + "_" + h.goarch
	final := filepath.Join(dir, h.releaseName())
	var path string
	err := h.locked(ctx, o, dir, h.releaseName(), func(private string) error {
		var found bool
		if path, found = pluginIn(final); found {
			return nil
		}
		url, err := within(ctx, h.lookup, func() (string, error) { return h.release(platform, releaseVersion) })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("go-xla's release %s for %s cannot be had: %w", releaseVersion, platform, brief(err))
		}
		o.note("downloading go-xla's CPU plug-in %s for %s once to %s (its publisher gives no hash to check)", releaseVersion, platform, dir)
		name := filepath.Base(url)
		part := filepath.Join(dir, h.releaseName()+private+"-"+name) // keeps .zip, which tells how to unpack
		defer os.Remove(part)
		if err := h.fetch(ctx, o, file{download.File{URL: url}, name}, part); err != nil {
			return err
		}
		staging, err := os.MkdirTemp(dir, ".tmp-*")
		if err != nil {
			return err
		}
		defer os.RemoveAll(staging)
		unpack := installer.Untar
		if strings.HasSuffix(name, ".zip") {
			unpack = installer.Unzip
		}
		if _, err := unpack(part, staging); err != nil {
			return fmt.Errorf("cannot unpack %s: %w", name, err)
		}
		inner, found := pluginIn(staging)
		if !found {
			return fmt.Errorf("%s holds no plug-in", name)
		}
		if err := h.checkLibrary(inner); err != nil {
			return err
		}
		if err := errors.Join(os.RemoveAll(final), os.Rename(staging, final)); err != nil {
			return err
		}
		if path, found = pluginIn(final); !found {
			return errors.New("the plug-in vanished from " + final)
		}
		return nil
	})
	return path, err
}

// pluginIn returns the CPU plug-in file directly in dir.
func pluginIn(dir string) (string, bool) {
	for _, ext := range []string{".so", ".dylib", ".dll"} {
		if found, _ := filepath.Glob(filepath.Join(dir, "pjrt_c_api_cpu*_plugin"+ext)); len(found) > 0 {
			return found[0], true
		}
	}
	return "", false
}
