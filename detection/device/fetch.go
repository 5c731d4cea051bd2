package device

import (
	"context"
	"fmt"

	"github.com/puncta-bio/puncta/internal/download"
)

// file is one to fetch, with the name that messages give it.
type file struct {
	download.File
	name string
}

// fetch brings f to the file part, continuing what is there; see
// [download.Client.Fetch].
func (h *host) fetch(ctx context.Context, o Options, f file, part string) error {
	err := h.client.Fetch(ctx, f.File, part, o.progress)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("download of %s stopped: %w", f.name, ctx.Err())
	}
	return fmt.Errorf("cannot download %s: %w", f.name, brief(err))
}
