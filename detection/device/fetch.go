package device

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// errHash marks a file that is complete and is not the one that was expected.
var errHash = errors.New("the SHA-256 is wrong")

const attempts = 4

// A download is one file to fetch.
type download struct {
	url, name string
	// sha256 is the expected hash in hexadecimal, or empty when none is known;
	// then nothing is resumed, since nothing would tell a mixture of two files.
	sha256 string
	size   int64 // expected, or 0
}

// fetch downloads d to the file part, resuming what is there, and leaves it
// complete and checked. A broken connection is tried again with growing pauses.
// On a wrong hash part is removed; on any other error it is kept for next time.
func (h *host) fetch(ctx context.Context, o Options, d download, part string) error {
	var err error
	again := true
	for try := 0; again && try < attempts && ctx.Err() == nil; try++ {
		if try > 0 {
			select {
			case <-ctx.Done():
				continue
			case <-time.After(h.pause << (try - 1)):
			}
		}
		if again, err = h.fetchOnce(ctx, o, d, part); err == nil {
			return nil
		}
	}
	if ctx.Err() != nil {
		return fmt.Errorf("download of %s stopped: %w", d.name, ctx.Err())
	}
	return fmt.Errorf("cannot download %s: %w", d.name, brief(err))
}

// fetchOnce makes one request. again says whether another may do better.
func (h *host) fetchOnce(ctx context.Context, o Options, d download, part string) (again bool, err error) {
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()

	sum := sha256.New()
	have, err := io.Copy(sum, f)
	if err != nil {
		return false, err
	}
	if d.sha256 == "" || d.size > 0 && have > d.size {
		if have, err = 0, restart(f, sum); err != nil {
			return false, err
		}
	}
	if d.size == 0 || have < d.size {
		if again, err = h.transfer(ctx, o, d, f, sum, have); err != nil {
			return again, err
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil)); d.sha256 != "" && got != d.sha256 {
		err := fmt.Errorf("%w: %s, expected %s", errHash, got, d.sha256)
		return false, errors.Join(err, os.Remove(part))
	}
	return false, f.Sync()
}

// transfer appends to f, which holds the first have bytes, and to sum.
func (h *host) transfer(ctx context.Context, o Options, d download, f *os.File, sum hash.Hash, have int64) (again bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(h.stall, func() {
		cancel(fmt.Errorf("no data for %v", h.stall))
	})
	defer watchdog.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return false, err
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return true, stalled(ctx, err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusPartialContent && strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && resp.Header.Get("Content-Range") == fmt.Sprintf("bytes */%d", have):
		return false, nil // it is all there
	case resp.StatusCode == http.StatusOK:
		if err := restart(f, sum); err != nil {
			return false, err
		}
		have = 0
	case have > 0: // the server does not resume this file: begin again
		return true, errors.Join(errors.New("the server answered "+resp.Status), restart(f, sum))
	default:
		return resp.StatusCode >= 500, errors.New("the server answered " + resp.Status)
	}

	total := d.size
	if total == 0 && resp.ContentLength > 0 {
		total = have + resp.ContentLength
	}
	var body io.Reader = resp.Body
	if total > 0 {
		body = io.LimitReader(body, total-have+1) // one more than expected tells a longer file
	}
	buf := make([]byte, 256<<10)
	for {
		n, err := body.Read(buf)
		watchdog.Reset(h.stall)
		if n > 0 {
			if _, err := f.Write(buf[:n]); err != nil {
				return false, err
			}
			sum.Write(buf[:n])
			have += int64(n)
			o.progress(have, total)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return true, stalled(ctx, err)
		}
	}
	if total > 0 && have < total {
		return true, io.ErrUnexpectedEOF
	}
	return false, nil
}

// stalled prefers the watchdog's reason to the "context canceled" it caused.
func stalled(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func restart(f *os.File, sum hash.Hash) error {
	sum.Reset()
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}
