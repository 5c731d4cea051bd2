package device

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOffline(t *testing.T) {
	w := newWorld(t)
	w.pipInfo = func(string) (*pipInfo, error) {
		return nil, &url.Error{Op: "Get", URL: "http://index.invalid", Err: errors.New("no such host")}
	}
	_, err := Find(t.Context(), w.opts)
	oneSentence(t, err, "no XLA plug-in for cpu", EnvPlugin+" is not set", "package index for fake-pjrt: no such host",
		"no release here", "pjrt_c_api_cpu_plugin.so", "fake-pjrt==1.2")
}

// An index that never answers is given up after the limit.
func TestSilentIndex(t *testing.T) {
	w := newWorld(t)
	w.lookup = 20 * time.Millisecond
	release := make(chan struct{})
	defer close(release)
	w.pipInfo = func(string) (*pipInfo, error) { <-release; return nil, nil }
	_, err := Find(t.Context(), w.opts)
	oneSentence(t, err, "no answer within 20ms")

	w.lookup = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Find(ctx, w.opts); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want context.DeadlineExceeded", err)
	}
}

func TestInstallNotAllowed(t *testing.T) {
	w := newWorld(t)
	w.opts.AllowInstall = false
	_, err := Find(t.Context(), w.opts)
	oneSentence(t, err, "installing is not allowed", EnvPlugin)
	if len(w.requests()) != 0 {
		t.Error("something was downloaded")
	}
}

func TestMusl(t *testing.T) {
	w := newWorld(t)
	w.glibc = func() bool { return false }
	_, err := Find(t.Context(), w.opts)
	oneSentence(t, err, "needs a Linux with glibc")
	if len(w.requests()) != 0 {
		t.Error("a wheel was downloaded that cannot work")
	}
}

func TestEnvironmentVariable(t *testing.T) {
	good := library(t, "GetPjrtApi")
	dir := t.TempDir()
	cpu, cuda := filepath.Join(dir, "my_plugin.so"), filepath.Join(dir, "xla_cuda_plugin.so")
	writeFile(t, cpu, good)
	writeFile(t, cuda, good)
	for _, test := range []struct{ value, platform, want, fault string }{
		{cpu, Auto, CPU, ""},
		{cpu, CPU, CPU, ""},
		{cuda, Auto, CUDA, ""},
		{cuda, CUDA, CUDA, ""},
		{cuda, CPU, "", "looks like a plug-in for cuda"},
		{cpu, CUDA, "", "looks like a plug-in for cpu"},
		{filepath.Join(dir, "none.so"), Auto, "", "no such file"},
		{"my_plugin.so", Auto, "", "not an absolute path"},
	} {
		w := newWorld(t)
		w.mustInstall(t) // which must not be used instead
		w.getenv = func(name string) string { return map[string]string{EnvPlugin: test.value}[name] }
		w.opts.Platform = test.platform
		p, err := Find(t.Context(), w.opts)
		if test.fault != "" {
			oneSentence(t, err, EnvPlugin, test.fault)
			continue
		}
		if want := (Plugin{Path: test.value, Platform: test.want, Source: FromEnvironment}); err != nil || p != want {
			t.Errorf("%s for %s: %+v, %v; want %+v", test.value, test.platform, p, err, want)
		}
	}
}

func TestPresentPluginIsTheSecondChoice(t *testing.T) {
	good := library(t, "GetPjrtApi")
	goxla, site := t.TempDir(), t.TempDir()
	w := newWorld(t)
	w.goxlaDirs = func() []string { return []string{t.TempDir(), goxla} }
	w.sitePackages = func(context.Context) []string { return []string{site} }
	inGoXLA := filepath.Join(goxla, "pjrt_c_api_cpu_v0.1.0_plugin.so")
	inPython := filepath.Join(site, "pkg", "pjrt_c_api_cpu_plugin.so")
	writeFile(t, inGoXLA, good)
	writeFile(t, inPython, good)
	w.mustInstall(t) // the network is there: the pinned one

	offline := newWorld(t)
	offline.goxlaDirs, offline.sitePackages = w.goxlaDirs, w.sitePackages
	offline.pipInfo = func(string) (*pipInfo, error) { return nil, errors.New("offline") }
	p, err := Find(t.Context(), offline.opts)
	if err != nil || p.Path != inGoXLA || p.Source != FromGoXLA || p.Pinned {
		t.Errorf("found %+v, %v; want %s", p, err, inGoXLA)
	}
	writeFile(t, inGoXLA, good[:len(good)/2]) // damaged: passed over
	p, err = Find(t.Context(), offline.opts)
	if err != nil || p.Path != inPython || p.Source != FromPython {
		t.Errorf("found %+v, %v; want %s", p, err, inPython)
	}
}

func TestCheckLibrary(t *testing.T) {
	good := library(t, "GetPjrtApi")
	dir := t.TempDir()
	h := testHost("", wheel{})
	arm := testHost("", wheel{})
	arm.goarch = "arm64"
	if h.checkLibrary("/proc/self/exe") == nil {
		t.Error("this test passes as a plug-in")
	}
	for _, test := range []struct {
		name    string
		h       *host
		content []byte
		fault   string
	}{
		{"good", h, good, ""},
		{"other symbol", h, library(t, "GetPjrtApi2"), "lacks the function GetPjrtApi"},
		{"text", h, []byte("#!/bin/sh\n"), "not a whole shared library"},
		{"empty", h, nil, "not a whole shared library"},
		{"other machine", arm, good, "is for EM_X86_64"},
	} {
		path := filepath.Join(dir, "x.so")
		writeFile(t, path, test.content)
		err := test.h.checkLibrary(path)
		if test.fault == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		oneSentence(t, err, test.fault)
	}
	for cut := 1; cut < len(good); cut += 97 { // the loader would crash on most of these
		path := filepath.Join(dir, "cut.so")
		writeFile(t, path, good[:cut])
		if err := h.checkLibrary(path); err == nil {
			t.Errorf("a library cut at byte %d of %d passes", cut, len(good))
		}
	}
	if err := h.checkLibrary(dir); err == nil {
		t.Error("a folder passes as a plug-in")
	}
}

func TestRelease(t *testing.T) {
	var archive bytes.Buffer
	z := gzip.NewWriter(&archive)
	a := tar.NewWriter(z)
	content := noise(1000, 3)
	_ = a.WriteHeader(&tar.Header{Name: "pjrt_c_api_cpu_v0.114.0_plugin.so", Typeflag: tar.TypeReg, Mode: 0o755, Size: 1000})
	_, _ = a.Write(content)
	if err := errors.Join(a.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.goos, w.goarch = "darwin", "arm64" // no pinned wheel, and no check of the library's format
	info, _ := w.pipInfo("")
	w.release = func(platform, version string) (string, error) {
		if platform != "darwin_arm64" || version != releaseVersion {
			t.Errorf("asked for %s %s", platform, version)
		}
		return strings.TrimSuffix(info.Releases["1.2"][1].URL, "wheel") + "pjrt_cpu_darwin_arm64.tar.gz", nil
	}
	w.serve = func(rw http.ResponseWriter, r *http.Request, n int) bool {
		_, _ = rw.Write(archive.Bytes())
		return true
	}
	want := filepath.Join(w.opts.Cache, "pjrt", "go-xla-cpu-"+releaseVersion, "pjrt_c_api_cpu_v0.114.0_plugin.so")
	for range 2 {
		p, err := Find(t.Context(), w.opts)
		if err != nil || p != (Plugin{Path: want, Platform: CPU, Source: FromCache}) {
			t.Fatalf("found %+v, %v; want %s", p, err, want)
		}
	}
	// A process that waited for the lock finds the work done.
	if path, err := w.installRelease(t.Context(), w.opts, filepath.Join(w.opts.Cache, "pjrt")); err != nil || path != want {
		t.Errorf("a second installation: %s, %v", path, err)
	}
	if len(w.requests()) != 1 {
		t.Errorf("%d downloads, want 1", len(w.requests()))
	}
	w.checkClean(t)
}

func TestValidate(t *testing.T) {
	if err := DefaultOptions().Validate(); err != nil {
		t.Error(err)
	}
	nan := 0.0
	o := Options{Platform: "tpu", Devices: []int{1, -1, 1}, MemoryFraction: nan / nan}
	err := o.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, word := range []string{"Platform", "-1", "twice", "MemoryFraction NaN"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q lacks %q", err, word)
		}
	}
	if _, err := Find(t.Context(), o); err == nil {
		t.Error("Find takes invalid options")
	}
}
