package device

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"github.com/gomlx/go-xla/installer"

	"github.com/puncta-bio/puncta/internal/download"
)

// installCUDA lays out the wheels of a kit as pip would and returns the
// plug-in's path. go-xla's installer does the same job, but prints to standard
// output, cannot be cancelled and takes the newest plug-in, whatever it is.
//
// Everything is gathered in a staging folder that survives an interruption (a
// finished wheel is not fetched again) and is renamed at the end.
func (h *host) installCUDA(ctx context.Context, o Options, k cudaKit) (string, error) {
	dir, err := h.pjrtDir(o)
	if err != nil {
		return "", err
	}
	final := filepath.Join(dir, k.plugin.name())
	err = h.locked(ctx, o, dir, k.plugin.name(), func(private string) error {
		if exists(k.path(final)) {
			return nil
		}
		o.note("installing CUDA for XLA once (%s %s and NVIDIA's libraries, about 3 GB) in %s", k.plugin.pkg, k.plugin.version, dir)
		staging := final + ".staging" + private
		if err := os.MkdirAll(filepath.Join(staging, doneDir), 0o755); err != nil {
			return err
		}
		url, err := h.wheelURL(ctx, k.plugin)
		if err != nil {
			return err
		}
		files := []file{{download.File{URL: url, SHA256: k.plugin.sha256}, k.plugin.file}}
		var needs pipInfo
		needs.Info.RequiresDist = k.requires
		deps, err := needs.ParseDependencies()
		if err != nil {
			return err
		}
		for _, dep := range deps {
			d, err := h.newest(ctx, dep)
			if err != nil {
				return err
			}
			files = append(files, d)
		}
		for i, d := range files {
			o.note("%s (%d of %d)", d.name, i+1, len(files))
			if err := h.unpackWheel(ctx, o, d, staging); err != nil {
				return err
			}
		}
		if err := errors.Join(os.RemoveAll(filepath.Join(staging, doneDir)), os.RemoveAll(final)); err != nil {
			return err
		}
		return os.Rename(staging, final)
	})
	return k.path(final), err
}

// doneDir, inside the staging folder, has an empty file for each finished wheel.
const doneDir = ".done"

var plainVersion = regexp.MustCompile(`^\d+(\.\d+)*$`) // no release candidates

// newest returns the newest wheel for this platform that satisfies dep, with the
// hash that the index gives.
func (h *host) newest(ctx context.Context, dep installer.PipDependency) (file, error) {
	info, err := h.askIndex(ctx, dep.Package)
	if err != nil {
		return file{}, err
	}
	var version string
	var best *installer.PipReleaseInfo
	for v, files := range info.Releases {
		if !plainVersion.MatchString(v) || !dep.IsValid(v) || best != nil && installer.PipCompareVersion(v, version) <= 0 {
			continue
		}
		if r, err := installer.PipSelectRelease(files, installer.PipPackageLinuxAMD64(), true); err == nil && r.Digests["sha256"] != "" {
			version, best = v, r
		}
	}
	if best == nil {
		return file{}, fmt.Errorf("the Python package index has no %s that fits", dep.Package)
	}
	url, err := fileURL(info, best)
	return file{download.File{URL: url, SHA256: best.Digests["sha256"]}, best.Filename}, err
}

// unpackWheel fetches one wheel and unpacks it into staging.
func (h *host) unpackWheel(ctx context.Context, o Options, f file, staging string) error {
	mark := filepath.Join(staging, doneDir, filepath.Base(f.name))
	if exists(mark) {
		return nil
	}
	part := filepath.Join(staging, filepath.Base(f.name)+".part")
	if err := h.fetch(ctx, o, f, part); err != nil {
		return err
	}
	if err := unpackZip(ctx, part, staging); err != nil {
		return fmt.Errorf("cannot unpack %s: %w", f.name, err)
	}
	return errors.Join(os.WriteFile(mark, nil, 0o644), os.Remove(part))
}

func unpackZip(ctx context.Context, file, dir string) error {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return err
	}
	defer archive.Close()
	for _, f := range archive.File {
		name := filepath.FromSlash(f.Name)
		if !filepath.IsLocal(name) {
			return fmt.Errorf("its member %s would land outside the folder", f.Name)
		}
		if f.FileInfo().IsDir() {
			continue
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := writeWhole(path, func(w io.Writer) error { return copyMember(ctx, w, f) }); err != nil {
			return err
		}
	}
	return nil
}
