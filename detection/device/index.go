package device

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/gomlx/go-xla/installer"
)

type pipInfo = installer.PipPackageInfo

// askIndex asks the Python package index about a package.
func (h *host) askIndex(ctx context.Context, pkg string) (*pipInfo, error) {
	info, err := within(ctx, h.lookup, func() (*pipInfo, error) { return h.pipInfo(pkg) })
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot ask the Python package index for %s: %w", pkg, brief(err))
	}
	return info, nil
}

// wheelURL asks the index for the address of a wheel that we know by name and
// hash.
func (h *host) wheelURL(ctx context.Context, w wheel) (string, error) {
	info, err := h.askIndex(ctx, w.pkg)
	if err != nil {
		return "", err
	}
	for _, r := range info.Releases[w.version] {
		if r.Filename == w.file {
			return fileURL(info, &r)
		}
	}
	return "", fmt.Errorf("the Python package index has no file %s", w.file)
}

// fileURL is the address of a file. Some mirrors of the index give addresses
// relative to the package's page.
func fileURL(info *pipInfo, r *installer.PipReleaseInfo) (string, error) {
	u, err := url.Parse(r.URL)
	if err == nil && !u.IsAbs() {
		var page *url.URL
		if page, err = url.Parse(info.Info.ProjectURL); err == nil {
			u = page.ResolveReference(u)
		}
	}
	if err != nil || !u.IsAbs() {
		return "", fmt.Errorf("the Python package index gives no usable address for %s", r.Filename)
	}
	return u.String(), nil
}

// brief drops the address that net/http puts in front of what went wrong, and
// go-xla's wrapping around that.
func brief(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
