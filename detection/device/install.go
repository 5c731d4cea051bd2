package device

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/puncta-bio/puncta/internal/download"
)

// installPinned puts the pinned CPU plug-in into dir, unless another process
// has done so by the time the lock is free.
func (h *host) installPinned(ctx context.Context, o Options, dir string) error {
	final := h.pinnedPath(dir)
	return h.locked(ctx, o, dir, h.cpu.name(), func(private string) error {
		if h.installed(final) {
			return nil
		}
		part := filepath.Join(dir, h.cpu.file+private+".part")
		url, err := h.wheelURL(ctx, h.cpu)
		if err != nil {
			return err
		}
		o.note("downloading XLA's CPU plug-in once (%s %s, %d MB) to %s", h.cpu.pkg, h.cpu.version, (h.cpu.size+500_000)/1e6, dir)
		f := file{download.File{URL: url, SHA256: h.cpu.sha256, Bytes: h.cpu.size}, h.cpu.file}
		if err := h.fetch(ctx, o, f, part); err != nil {
			return err
		}
		if err := extractMember(ctx, part, h.cpu, final); err != nil {
			return fmt.Errorf("cannot unpack %s: %w", h.cpu.file, err)
		}
		return os.Remove(part)
	})
}

// locked runs work while holding the lock of the installation called name in
// dir, which it creates. A second process waits here, and so may find the work
// done. Some network file systems refuse locks; there the work goes ahead and gets
// a suffix for its unfinished files that no other process uses, so the worst is a
// download made twice.
func (h *host) locked(ctx context.Context, o Options, dir, name string, work func(private string) error) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the cache folder: %w", err)
	}
	probe, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return fmt.Errorf("cannot write to the cache folder: %w", err)
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())

	lock := flock.New(filepath.Join(dir, name+".lock"))
	held, err := lock.TryLock()
	if err == nil && !held {
		o.note("waiting for another process that is installing %s", name)
		_, err = lock.TryLockContext(ctx, 100*time.Millisecond)
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("installing %s stopped: %w", name, ctx.Err())
	case err != nil:
		o.note("no file lock in %s (%v): going on without", dir, err)
		return work(fmt.Sprintf(".%d", os.Getpid()))
	default:
		defer func() { _ = lock.Unlock() }()
		return work("")
	}
}

// extractMember writes w's shared library from the wheel file to final, through
// a temporary file beside it, checking its size and hash.
func extractMember(ctx context.Context, file string, w wheel, final string) (err error) {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return err
	}
	defer archive.Close()
	var member *zip.File
	for _, f := range archive.File {
		if f.Name == w.member {
			member = f
		}
	}
	switch {
	case member == nil:
		return fmt.Errorf("it has no member %s", w.member)
	case int64(member.UncompressedSize64) != w.libSize:
		return fmt.Errorf("its member %s has %d bytes, expected %d", w.member, member.UncompressedSize64, w.libSize)
	}
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return err
	}
	sum := sha256.New()
	return writeWhole(final, func(out io.Writer) error {
		if err := copyMember(ctx, io.MultiWriter(out, sum), member); err != nil {
			return err
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != w.libSHA256 {
			return fmt.Errorf("%w: %s has the SHA-256 %s, expected %s", download.ErrContent, w.member, got, w.libSHA256)
		}
		return nil
	})
}

// writeWhole makes the file path from what fill writes, or leaves nothing.
func writeWhole(path string, fill func(io.Writer) error) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name())
		}
	}()
	err = fill(tmp)
	if err == nil {
		err = tmp.Sync() // or a power cut could leave a full-sized file of zeros
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Chmod(tmp.Name(), 0o755); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

func copyMember(ctx context.Context, dst io.Writer, member *zip.File) error {
	src, err := member.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	_, err = io.Copy(dst, readerFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return src.Read(p)
	}))
	return err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
