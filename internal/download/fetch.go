package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// ErrContent marks a file that has arrived and is not the one that was
// expected.
var ErrContent = errors.New("it is not the file that was expected")

// File is a file to fetch.
type File struct {
	URL string
	// SHA256 is the expected hash in hexadecimal; "" when none is known, and then
	// nothing is continued, since nothing would tell a mixture of two files.
	SHA256 string
	// Bytes is the expected length, 0 when it is not known.
	Bytes int64
}

// Fetch brings a file to path, continuing what an earlier call left there, and
// leaves it complete and checked: path is a temporary name, as an incomplete file
// stays there after an error. progress is told how many bytes have arrived, of
// how many (0 when that is not known); it may be nil.
//
// A file of another length or hash is an [ErrContent], and is removed; where it
// may be the earlier part that is to blame, once more from the start first. After
// other errors what has arrived stays.
func (c Client) Fetch(ctx context.Context, f File, path string, progress func(have, total int64)) error {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	err := c.Again(ctx, func(ctx context.Context) error { return c.fetchOnce(ctx, f, path, progress) })
	if errors.Is(err, ErrContent) {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// part is a file that is arriving.
type part struct {
	*os.File
	sum  hash.Hash
	have int64
}

// fetchOnce makes one request for what the file at path lacks, and checks it.
func (c Client) fetchOnce(ctx context.Context, f File, path string, progress func(have, total int64)) (err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return Final(err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	p := &part{File: file, sum: sha256.New()}
	if p.have, err = io.Copy(p.sum, file); err != nil {
		return Final(err)
	}
	if f.SHA256 == "" || f.Bytes > 0 && p.have > f.Bytes {
		if err := p.restart(); err != nil {
			return err
		}
	}
	progress(p.have, f.Bytes)
	early := p.have
	if f.Bytes == 0 || p.have < f.Bytes {
		if err := c.transfer(ctx, f, p, progress); err != nil {
			return err
		}
	}
	if got := hex.EncodeToString(p.sum.Sum(nil)); f.SHA256 != "" && got != f.SHA256 {
		err := errors.Join(fmt.Errorf("%w: its SHA-256 is %s, want %s", ErrContent, got, f.SHA256), p.restart())
		if early > 0 { // the earlier part may be to blame: once more, from the start
			return err
		}
		return Final(err)
	}
	return file.Sync()
}

// transfer appends what the server sends.
func (c Client) transfer(ctx context.Context, f File, p *part, progress func(have, total int64)) error {
	body, err := c.Open(ctx, f.URL, p.have)
	var stop final
	switch {
	case errors.Is(err, errComplete):
		return nil
	case errors.Is(err, errRefused) && errors.As(err, &stop) && p.have > 0: // not from the middle, it seems: begin again
		if again := p.restart(); again != nil {
			return again
		}
		return stop.error
	case err != nil:
		return err
	}
	defer body.Close()
	if body.From < p.have {
		if err := p.restart(); err != nil {
			return err
		}
		progress(0, f.Bytes)
	}
	total := f.Bytes
	if total == 0 {
		total = body.Total
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := body.Read(buf)
		if total > 0 && p.have+int64(n) > total {
			return Final(fmt.Errorf("%w: it is longer than %d bytes", ErrContent, total))
		}
		if n > 0 {
			if _, err := p.Write(buf[:n]); err != nil {
				return Final(err)
			}
			p.sum.Write(buf[:n])
			p.have += int64(n)
			progress(p.have, total)
		}
		switch {
		case err == io.EOF && p.have < total:
			return fmt.Errorf("the connection ended after %d of %d bytes", p.have, total)
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// restart empties the file.
func (p *part) restart() error {
	p.sum.Reset()
	p.have = 0
	if err := p.Truncate(0); err != nil {
		return Final(err)
	}
	if _, err := p.Seek(0, io.SeekStart); err != nil {
		return Final(err)
	}
	return nil
}

// Sum is the SHA-256 of a file, in hexadecimal, and its size.
func Sum(path string) (sum string, bytes int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	h := sha256.New()
	if bytes, err = io.Copy(h, f); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), bytes, nil
}
