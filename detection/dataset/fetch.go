package dataset

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
	"path/filepath"
	"time"
)

// partSuffix marks a file that has not arrived whole.
const partSuffix = ".part"

// errSum marks a file that has arrived and is not the one that was expected.
var errSum = errors.New("it is not the file that the manifest describes")

// final wraps an error for which trying again is of no use.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// again calls try until it succeeds, returns a final error, or has been called
// often enough; pauses grow.
func (g *getter) again(ctx context.Context, try func(context.Context) error) error {
	for n := range attempts {
		if n > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(g.pause << (n - 1)):
			}
		}
		err := try(ctx)
		var stop final
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &stop):
			return stop.error
		case n == attempts-1:
			return err
		}
	}
	return nil
}

// fetch brings a file to path: under a temporary name first, continuing what
// an earlier call left of it, and under its own name when size and SHA-256
// are right. A complete file is not fetched again. step is told of bytes that
// have arrived, and of minus those that had to be given up.
func (g *getter) fetch(ctx context.Context, f File, path string, step func(int64)) error {
	if sum, n, err := sumFile(path); err == nil && n == f.Bytes && sum == f.SHA256 {
		step(n)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	address := g.manifest.address(f.Path)
	counted := int64(0) // bytes of this file that step has been told of
	tell := func(have int64) { step(have - counted); counted = have }
	err := g.again(ctx, func(ctx context.Context) error { return g.fetchOnce(ctx, f, address, path+partSuffix, tell) })
	if err != nil {
		return fmt.Errorf("cannot download %s: %w", address, err)
	}
	return os.Rename(path+partSuffix, path)
}

// fetchOnce makes one request for what part lacks of f, and checks it.
func (g *getter) fetchOnce(ctx context.Context, f File, address, part string, tell func(have int64)) (err error) {
	file, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return final{err}
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	have, err := io.Copy(sum, file)
	if err != nil {
		return final{err}
	}
	if have > f.Bytes {
		if have, err = 0, restart(file, sum); err != nil {
			return final{err}
		}
	}
	tell(have)
	early := have
	if have < f.Bytes {
		if err := g.transfer(ctx, f, address, file, sum, have, tell); err != nil {
			return err
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
		err := errors.Join(fmt.Errorf("%w: its SHA-256 is %s, want %s", errSum, got, f.SHA256), restart(file, sum))
		if early > 0 { // the earlier part may be to blame: once more, from the start
			return err
		}
		return final{err}
	}
	return file.Sync()
}

// transfer appends to file, which holds have bytes, and to sum.
func (g *getter) transfer(ctx context.Context, f File, address string, file *os.File, sum hash.Hash, have int64, tell func(int64)) error {
	body, resumed, err := g.open(ctx, address, have)
	if err != nil {
		return err
	}
	defer body.Close()
	if !resumed && have > 0 {
		if err := restart(file, sum); err != nil {
			return final{err}
		}
		have = 0
		tell(0)
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := body.Read(buf)
		if have+int64(n) > f.Bytes {
			return final{errors.Join(fmt.Errorf("%w: it is longer than %d bytes", errSum, f.Bytes), restart(file, sum))}
		}
		if n > 0 {
			if _, err := file.Write(buf[:n]); err != nil {
				return final{err}
			}
			sum.Write(buf[:n])
			have += int64(n)
			tell(have)
		}
		switch {
		case err == io.EOF && have == f.Bytes:
			return nil
		case err == io.EOF:
			return fmt.Errorf("the connection ended after %d of %d bytes", have, f.Bytes)
		case err != nil:
			return err
		}
	}
}

// open asks for an address from byte have on. resumed says whether the answer
// starts there and not at the beginning. Reading fails when nothing has come
// for g.stall.
func (g *getter) open(ctx context.Context, address string, have int64) (body io.ReadCloser, resumed bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	watchdog := time.AfterFunc(g.stall, func() { cancel(fmt.Errorf("no data for %v", g.stall)) })
	give := func(err error) (io.ReadCloser, bool, error) {
		watchdog.Stop()
		cancel(nil)
		return nil, false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return give(final{err})
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := g.client.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return give(err)
	}
	w := &watched{ReadCloser: resp.Body, ctx: ctx, watchdog: watchdog, stall: g.stall, cancel: cancel}
	var from int64
	switch s := resp.StatusCode; {
	case s == http.StatusOK:
		return w, false, nil
	case s == http.StatusPartialContent:
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-", &from); err == nil && from == have {
			return w, true, nil
		}
		err = final{errors.New("the server answered with another part of the file than was asked for")}
	case s == http.StatusTooManyRequests || s >= 500:
		err = errors.New("the server answered " + resp.Status)
	default:
		err = final{errors.New("the server answered " + resp.Status)}
	}
	return nil, false, errors.Join(err, w.Close())
}

// watched is a body that a watchdog ends when nothing comes.
type watched struct {
	io.ReadCloser
	ctx      context.Context
	watchdog *time.Timer
	stall    time.Duration
	cancel   context.CancelCauseFunc
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.watchdog.Reset(w.stall)
	if err != nil && err != io.EOF {
		if cause := context.Cause(w.ctx); cause != nil {
			err = cause
		}
	}
	return n, err
}

func (w *watched) Close() error {
	w.watchdog.Stop()
	w.cancel(nil)
	return w.ReadCloser.Close()
}

// restart empties a file and its sum.
func restart(f *os.File, sum hash.Hash) error {
	sum.Reset()
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// sumFile is the SHA-256 and the size of a file.
func sumFile(path string) (sum string, n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	h := sha256.New()
	if n, err = io.Copy(h, f); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), n, nil
}
