package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/internal/fakekernel"
)

func TestMain(m *testing.M) {
	fakekernel.Main()
	os.Exit(m.Run())
}

// begin starts a fake kernel, to be stopped with the test.
func begin(t *testing.T, o fakekernel.Options) *Kernel {
	t.Helper()
	k, err := try(t, o, DefaultStartOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Shutdown(5 * time.Second) })
	return k
}

func try(t *testing.T, o fakekernel.Options, start StartOptions) (*Kernel, error) {
	t.Helper()
	fakekernel.Install(t, "fake", o)
	spec, err := FindSpec("Fake")
	if err != nil {
		t.Fatal(err)
	}
	return Start(t.Context(), spec, start)
}

// execute runs code and returns the reply and what was said, one word a
// message and the text of streams.
func execute(t *testing.T, k *Kernel, code string) (Reply, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var said []string
	reply, err := k.Execute(ctx, code, DefaultExecuteOptions(), func(m Message) {
		var c struct{ Text string }
		_ = json.Unmarshal(m.Content, &c)
		said = append(said, strings.TrimSpace(m.Type+" "+c.Text))
	})
	return reply, strings.Join(said, ", "), err
}

func TestExecute(t *testing.T) {
	k := begin(t, fakekernel.Options{})
	if k.Info().Implementation != "fake" || !strings.Contains(string(k.Info().Language), ".fake") {
		t.Errorf("info %+v", k.Info())
	}
	reply, said, err := execute(t, k, "print a\nwarn b\ndisplay i c\nlate d\nlate e")
	if err != nil || reply.Status != "ok" || *reply.ExecutionCount != 1 {
		t.Errorf("reply %+v, error %v", reply, err)
	}
	// What comes behind the reply belongs to the cell, too.
	if want := "execute_input, stream a, stream b, display_data, stream d, stream e"; said != want {
		t.Errorf("said %s, want %s", said, want)
	}
	reply, said, err = execute(t, k, "error ValueError bad value\nprint never")
	if err != nil || reply.Status != "error" || reply.Name != "ValueError" || reply.Value != "bad value" || len(reply.Traceback) != 2 {
		t.Errorf("reply %+v, error %v", reply, err)
	}
	if want := "execute_input, error"; said != want {
		t.Errorf("said %s, want %s", said, want)
	}
}

func TestOrderAndSize(t *testing.T) {
	k := begin(t, fakekernel.Options{})
	var code strings.Builder
	for i := range 500 {
		code.WriteString("print " + string(rune('a'+i%26)) + "\n")
	}
	code.WriteString("big 10000000")
	var text strings.Builder
	_, err := k.Execute(t.Context(), code.String(), DefaultExecuteOptions(), func(m Message) {
		var c struct{ Text string }
		_ = json.Unmarshal(m.Content, &c)
		text.WriteString(c.Text)
	})
	if err != nil {
		t.Fatal(err)
	}
	got := text.String()
	for i := range 500 {
		if got[i] != byte('a'+i%26) {
			t.Fatalf("letter %d is %c", i, got[i])
		}
	}
	if len(got) != 500+10_000_000 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestInterrupt(t *testing.T) {
	for _, mode := range []string{"signal", "message", ""} {
		t.Run(mode, func(t *testing.T) {
			if mode != "message" && runtime.GOOS == "windows" {
				t.Skip("no signals")
			}
			k := begin(t, fakekernel.Options{InterruptMode: mode})
			time.AfterFunc(200*time.Millisecond, func() {
				if err := k.Interrupt(); err != nil {
					t.Error(err)
				}
			})
			reply, _, err := execute(t, k, "sleep 20")
			if err != nil || reply.Name != "KeyboardInterrupt" {
				t.Errorf("reply %+v, error %v", reply, err)
			}
			if reply, said, err := execute(t, k, "print on"); err != nil || reply.Status != "ok" || !strings.Contains(said, "stream on") {
				t.Errorf("the next cell: %+v, %s, %v", reply, said, err)
			}
		})
	}
}

func TestDeath(t *testing.T) {
	k := begin(t, fakekernel.Options{})
	start := time.Now()
	_, said, err := execute(t, k, "print before\ndie 7\nprint after")
	if !errors.Is(err, ErrDied) || !strings.Contains(err.Error(), "exit status 7") || !strings.Contains(err.Error(), "the device is gone") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(said, "stream before") {
		t.Errorf("said %s", said)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("it took %v to notice", d)
	}
	if _, _, err := execute(t, k, "print x"); !errors.Is(err, ErrDied) {
		t.Errorf("the next cell: %v", err)
	}
	select {
	case <-k.Done():
	default:
		t.Error("Done is open")
	}
}

func TestExecuteGivesUp(t *testing.T) {
	k := begin(t, fakekernel.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := k.Execute(ctx, "hang", DefaultExecuteOptions(), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	k.Shutdown(0)

	k = begin(t, fakekernel.Options{})
	o := DefaultExecuteOptions()
	o.IdleTimeout = 100 * time.Millisecond
	if _, err := k.Execute(t.Context(), "noidle", o, nil); err == nil || !strings.Contains(err.Error(), "idle") {
		t.Errorf("error %v", err)
	}
	k.Shutdown(0)
}

func TestStartFails(t *testing.T) {
	short := DefaultStartOptions()
	short.ReadyTimeout = 500 * time.Millisecond
	for fault, want := range map[string]string{
		"exit":     "kernel fake: the kernel died (exit status 3); it wrote last: fake kernel: no licence for this kernel",
		"deaf":     "kernel fake: no answer within 500ms",
		"unsigned": "kernel fake: wrong signature",
	} {
		t.Run(fault, func(t *testing.T) {
			opts := DefaultStartOptions()
			if fault == "deaf" {
				opts = short
			}
			t.Setenv("TMPDIR", t.TempDir()) // other packages' tests start kernels, too
			k, err := try(t, fakekernel.Options{Fault: fault}, opts)
			if err == nil {
				k.Shutdown(0)
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %s", err, want)
			}
			if left := leftovers(t); len(left) > 0 {
				t.Errorf("folders with a connection file are left: %v", left)
			}
		})
	}
	_, err := Start(t.Context(), Spec{Name: "x", Argv: []string{"/no/such/program"}}, short)
	if err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("error %v", err)
	}
	if _, err := Start(t.Context(), Spec{Argv: []string{"x"}}, StartOptions{}); err == nil || !strings.Contains(err.Error(), "ReadyTimeout") {
		t.Errorf("error %v", err)
	}
}

func leftovers(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(os.TempDir(), "puncta-kernel-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestStartIsCancelled(t *testing.T) {
	fakekernel.Install(t, "fake", fakekernel.Options{Fault: "deaf"})
	spec, err := FindSpec("fake")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	if _, err := Start(ctx, spec, DefaultStartOptions()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestShutdown(t *testing.T) {
	k := begin(t, fakekernel.Options{})
	start := time.Now()
	k.Shutdown(20 * time.Second)
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("a kernel that ends when asked took %v", d)
	}
	if code := k.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it was killed: %v", k.cmd.ProcessState)
	}
	if _, err := os.Stat(k.dir); !os.IsNotExist(err) {
		t.Errorf("the connection file is left: %v", err)
	}
	k.Shutdown(time.Second)

	k = begin(t, fakekernel.Options{Fault: "stubborn"})
	k.Shutdown(200 * time.Millisecond)
	if k.cmd.ProcessState.ExitCode() == 0 {
		t.Errorf("%v, want killed", k.cmd.ProcessState)
	}
}

func TestFolderAndEnvironment(t *testing.T) {
	t.Setenv("PUNCTA_OUTER", "outer")
	dir := t.TempDir()
	opts := DefaultStartOptions()
	opts.Dir, opts.Env = dir, []string{"PUNCTA_EXTRA=extra"}
	k, err := try(t, fakekernel.Options{Env: map[string]string{"PUNCTA_A": "in ${PUNCTA_OUTER} ${PUNCTA_NONE}"}}, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Shutdown(5 * time.Second)
	_, said, err := execute(t, k, "cwd\nenv PUNCTA_A\nenv PUNCTA_EXTRA")
	if want := "execute_input, stream " + dir + ", stream in outer ${PUNCTA_NONE}, stream extra"; err != nil || said != want {
		t.Errorf("said %s, want %s: %v", said, want, err)
	}
}
