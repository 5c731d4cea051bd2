// Package download fetches files over connections that break: what has arrived
// is kept and continued, a silent server is given up and asked again, and a file
// counts when its SHA-256 is right.
package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Client says how patient a download is. Start from [DefaultClient].
type Client struct {
	// HTTP sends the requests.
	HTTP *http.Client
	// Attempts is how often a file is asked for, at least 1.
	Attempts int
	// Pause is the wait before the second attempt; it doubles with each one.
	Pause time.Duration
	// Stall is how long a connection may bring nothing.
	Stall time.Duration
}

// DefaultClient makes four attempts, the second after a second, and waits a
// minute for a silent server.
func DefaultClient() Client {
	return Client{HTTP: http.DefaultClient, Attempts: 4, Pause: time.Second, Stall: time.Minute}
}

// Body is what a server sends.
type Body struct {
	io.Reader
	// From is the byte of the file that it begins with.
	From int64
	// Total is the length of the whole file, 0 when the server does not say.
	Total int64

	close func() error
}

// Close ends the connection.
func (b *Body) Close() error { return b.close() }

// errComplete says that a server has nothing beyond what was there.
var errComplete = errors.New("the server has nothing more")

// errRefused begins the error of a server that does not want to send the file, or
// not from the middle.
var errRefused = errors.New("the server answered")

// Open asks for a file from byte have on; the server may answer with all of it.
// Reading fails when nothing has come for as long as the client is patient.
func (c Client) Open(ctx context.Context, address string, have int64) (*Body, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	watchdog := time.AfterFunc(c.Stall, func() { cancel(fmt.Errorf("no data for %v", c.Stall)) })
	end := func() {
		watchdog.Stop()
		cancel(nil)
	}
	resp, err := c.get(ctx, address, have)
	if err != nil {
		end()
		return nil, err
	}
	b := &Body{
		Reader: &watched{resp.Body, ctx, watchdog, c.Stall},
		close: func() error {
			end()
			return resp.Body.Close()
		},
	}
	if resp.StatusCode == http.StatusPartialContent {
		b.From = have
	}
	if resp.ContentLength > 0 {
		b.Total = b.From + resp.ContentLength
	}
	return b, nil
}

// get sends one request and judges the answer.
func (c Client) get(ctx context.Context, address string, have int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, Final(err)
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, because(ctx, err)
	}
	from := int64(-1)
	switch s, content := resp.StatusCode, resp.Header.Get("Content-Range"); {
	case s == http.StatusOK:
		return resp, nil
	case s == http.StatusPartialContent:
		if _, err := fmt.Sscanf(content, "bytes %d-", &from); err == nil && from == have {
			return resp, nil
		}
		err = Final(errors.New("the server answered with another part of the file than was asked for"))
	case s == http.StatusRequestedRangeNotSatisfiable && content == fmt.Sprintf("bytes */%d", have):
		err = errComplete
	case s == http.StatusTooManyRequests || s >= 500:
		err = fmt.Errorf("the server answered %s", resp.Status)
	default:
		err = Final(fmt.Errorf("%w %s", errRefused, resp.Status))
	}
	return nil, errors.Join(err, resp.Body.Close())
}

// watched is a body that a watchdog ends when nothing comes.
type watched struct {
	body     io.Reader
	ctx      context.Context
	watchdog *time.Timer
	stall    time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	w.watchdog.Reset(w.stall)
	if err != nil && err != io.EOF {
		err = because(w.ctx, err)
	}
	return n, err
}

// because prefers the watchdog's reason to the "context canceled" it caused.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
