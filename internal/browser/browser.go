// Package browser opens pages in Chromium for tests: without network, with a
// record of what a page asks for and complains about.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// names are those of the program, the usual ones first.
var names = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

// Page is a tab of a browser that ends with the test.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	requests []string
	errors   []string
	asked    int
}

// Open starts a browser, or skips the test where there is none.
func Open(t testing.TB) *Page {
	t.Helper()
	path := ""
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("skipped: no Chromium (looked for " + strings.Join(names, ", ") + ")")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); closeTab(); stop() })
	p := &Page{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, p.note)
	if err := chromedp.Run(ctx, performance.Enable().WithTimeDomain(performance.EnableTimeDomainThreadTicks), network.Enable(), runtime.Enable(), log.Enable(), network.SetBlockedURLs([]string{"http://*", "https://*", "ws://*", "wss://*"})); err != nil {
		t.Fatalf("browser: %v", err)
	}
	return p
}

// note keeps requests and complaints.
func (p *Page) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") && !strings.HasPrefix(e.Request.URL, "file:") {
			p.requests = append(p.requests, e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		p.errors = append(p.errors, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning || e.Type == runtime.APITypeAssert {
			text := string(e.Type)
			for _, a := range e.Args {
				text += " " + string(a.Value) + a.Description
			}
			p.errors = append(p.errors, text)
		}
	case *page.EventJavascriptDialogOpening: // the page would wait for an answer
		p.asked++
		go func() { _ = chromedp.Run(p.ctx, page.HandleJavaScriptDialog(true)) }()
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError {
			p.errors = append(p.errors, e.Entry.Text)
		}
	}
}

// Requests are the addresses that pages asked for, beside files and data, and
// Errors the errors and warnings of their consoles.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requests...)
}

// Asked is how often a page has asked something, such as whether to leave it with
// unsaved changes. The answer was yes.
func (p *Page) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// Errors are the errors and warnings on the console.
func (p *Page) Errors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.errors...)
}

// Clean fails the test when there was a request or an error.
func (p *Page) Clean() {
	p.t.Helper()
	if r, e := p.Requests(), p.Errors(); len(r)+len(e) > 0 {
		p.t.Errorf("requests %q, errors %q: want none", r, e)
	}
}

// patience is how long actions may take: a cell of a test may have to wait for
// XLA on a machine that does much else.
const patience = 3 * time.Minute

// Run runs actions, as long as patience lasts.
func (p *Page) Run(actions ...chromedp.Action) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		p.t.Fatalf("browser: %v; errors of the page: %q", err, p.Errors())
	}
}

// Downloads has what pages download written into a folder, under the name that the
// page gives.
func (p *Page) Downloads(dir string) {
	p.t.Helper()
	p.Run(cdpbrowser.SetDownloadBehavior(cdpbrowser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(dir))
}

// Load shows a page, from a file.
func (p *Page) Load(html string) {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(html), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.Run(chromedp.Navigate("file://" + filepath.ToSlash(path)))
}

// Visit shows the page at an address of a server of the test. From then on the
// browser may ask servers; [Page.Requests] says which.
func (p *Page) Visit(url string) {
	p.t.Helper()
	p.Run(network.SetBlockedURLs(nil), chromedp.Navigate(url))
}

// Size sets that of the window, and the scheme, "light" or "dark".
func (p *Page) Size(width, height int, scheme string) {
	p.t.Helper()
	p.Run(emulation.SetDeviceMetricsOverride(int64(width), int64(height), 1, false),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
}

// Eval evaluates an expression, which may be a promise, into out; nil to drop
// the value.
func (p *Page) Eval(expression string, out any) {
	p.t.Helper()
	await := func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }
	if out == nil {
		var ignored any
		out = &ignored
		expression = "(async () => { await (" + expression + "); return 0 })()"
	}
	p.Run(chromedp.Evaluate(expression, out, await))
}

// Busy is the time, in milliseconds of the processor, that the main thread of
// the page has taken so far: unlike time on the clock it does not depend on
// what else the machine does.
func (p *Page) Busy() (ms float64) {
	p.t.Helper()
	p.Run(chromedp.ActionFunc(func(ctx context.Context) error {
		metrics, err := performance.GetMetrics().Do(ctx)
		for _, m := range metrics {
			if m.Name == "TaskDuration" {
				ms = 1000 * m.Value
			}
		}
		return err
	}))
	return ms
}

// Screenshot is the window as PNG. Where the environment names a folder in
// PUNCTA_SCREENSHOTS, it is also written there.
func (p *Page) Screenshot(name string) []byte {
	p.t.Helper()
	var data []byte
	p.Run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		data, err = page.CaptureScreenshot().WithFromSurface(true).Do(ctx)
		return err
	}))
	if dir := os.Getenv("PUNCTA_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), data, 0o644); err != nil {
			p.t.Error(fmt.Errorf("screenshot: %w", err))
		}
	}
	return data
}
