//go:build unix

package supervisor

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/engine"
	"github.com/puncta-bio/puncta/kernel/rundir"
	"github.com/puncta-bio/puncta/kernel/session"
	"github.com/puncta-bio/puncta/kernel/spawn"
)

// TestMain is also every process of a kernel, as the variable says: the
// supervisor, the engine, a stand-in for GoNB that runs one cell that does not
// end, and the cell.
func TestMain(m *testing.M) {
	self := os.Args[0]
	part := func(name string) []string { return []string{"env", "SUPERVISOR_TEST=" + name, self} }
	switch os.Getenv("SUPERVISOR_TEST") {
	case "":
		os.Exit(m.Run())
	case "supervisor":
		status, err := Run(context.Background(), Options{GoNB: part("gonb"), Engine: part("engine"), JupyterID: "0a1b-2c", Stderr: os.Stderr})
		if err != nil {
			panic(err)
		}
		os.Exit(status)
	case "share":
		socket, _, err := Share(part("engine"), os.Stderr)
		if err != nil {
			panic(err)
		}
		fmt.Println(socket)
		select {} // until it is killed
	case "engine":
		o := engine.DefaultOptions()
		o.Notice = os.Getenv(NoticeVariable)
		if err := engine.Run(context.Background(), o); err != nil {
			panic(err)
		}
	case "gonb":
		gonb(part("cell"))
	case "cell":
		cell()
	}
}

// gonb runs a cell, and another one when it has died, until it is told to end or
// its parent has ended.
func gonb(command []string) {
	fmt.Println("gonb", os.Getpid(), os.Getenv(spawn.KernelVariable))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			cell := exec.CommandContext(ctx, command[0], command[1:]...)
			cell.Stdout = os.Stdout
			_ = cell.Run()
		}
	}()
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	cancel()
	<-ended
	os.Exit(7)
}

// cell calls the engine again and again, for predictions of images that it has
// not seen where SUPERVISOR_TEST_WORK is set, and says what is new.
func cell() {
	s, err := session.Connect()
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	s.Notice = func(text string) { fmt.Println("notice", text) }
	image := detection.NewVolume([3]int{1, 64, 64}, 1)
	last, failed := 0, ""
	for ; ; time.Sleep(20 * time.Millisecond) {
		c, err := s.Counters(ctx)
		if err == nil && c.PID != last {
			last = c.PID
			fmt.Println("cell", os.Getpid(), "engine", c.PID)
		}
		if os.Getenv("SUPERVISOR_TEST_WORK") == "" {
			continue
		}
		for i := range image.Data {
			image.Data[i] = rand.Float32()
		}
		known, err := s.Image(ctx, image)
		if err == nil {
			_, err = s.Predict(ctx, known, "nuclei2d")
		}
		switch {
		case err == nil:
			fmt.Println("predicted", os.Getpid(), last)
		case err.Error() != failed:
			failed = err.Error()
			fmt.Println("failed", failed)
		}
	}
}

// kernel is a running one.
type kernel struct {
	*exec.Cmd
	base               string
	quit               *os.File
	lines              chan string
	gonb, cell, engine int
	jupyter            string // the id that GoNB was given
}

func start(t *testing.T, base string, env ...string) *kernel {
	t.Helper()
	k := &kernel{Cmd: exec.Command(os.Args[0]), base: base, lines: make(chan string, 100)}
	k.Env = append(os.Environ(), "SUPERVISOR_TEST=supervisor", "XDG_RUNTIME_DIR="+base)
	k.Env = append(k.Env, env...)
	out, err := k.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, quit, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	k.Stdin, k.quit = in, quit
	if err := k.Start(); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	t.Cleanup(func() { _ = k.Process.Kill(); _ = quit.Close() })
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			k.lines <- lines.Text()
		}
		close(k.lines)
	}()
	for k.gonb == 0 || k.engine == 0 {
		k.read(t)
	}
	return k
}

// read takes in the next line of the kernel's processes, and returns it.
func (k *kernel) read(t *testing.T) string {
	t.Helper()
	select {
	case line, ok := <-k.lines:
		if !ok {
			t.Fatal("the kernel has ended")
		}
		if rest, ok := strings.CutPrefix(line, "gonb "); ok {
			_, _ = fmt.Sscan(rest, &k.gonb, &k.jupyter)
		}
		_, _ = fmt.Sscanf(line, "cell %d engine %d", &k.cell, &k.engine)
		return line
	case <-time.After(30 * time.Second):
		t.Fatal("nothing from the kernel for 30 s")
	}
	return ""
}

// gone waits until processes have ended.
func gone(t *testing.T, pids map[string]int) {
	t.Helper()
	for name, pid := range pids {
		deadline := time.Now().Add(10 * time.Second)
		for alive(pid) {
			if time.Now().After(deadline) {
				t.Errorf("%s, process %d, goes on", name, pid)
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func alive(pid int) bool {
	if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && strings.Contains(string(status), ") Z ") {
		return false // ended; this machine's first process has not asked for it
	}
	return syscall.Kill(pid, 0) == nil
}

func needLinux(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are found by their environment on Linux")
	}
}

// When GoNB ends, the kernel ends with its status and leaves nothing.
func TestEndsWithGoNB(t *testing.T) {
	k := start(t, t.TempDir())
	if k.jupyter != "0a1b-2c" {
		t.Errorf("cells see the Jupyter kernel %q", k.jupyter)
	}
	_, _ = k.quit.WriteString("\n")
	err := k.Wait()
	if k.ProcessState.ExitCode() != 7 {
		t.Errorf("ended with %v, want GoNB's status 7", err)
	}
	gone(t, map[string]int{"GoNB": k.gonb, "the cell": k.cell, "the engine": k.engine})
	if left, _ := filepath.Glob(filepath.Join(k.base, "puncta", "*-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Kernels that find a shared engine use it, also after it was replaced, start none
// of their own, leave it when they end, and end with its owner.
func TestSharedEngine(t *testing.T) {
	needLinux(t)
	base := t.TempDir()
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), "SUPERVISOR_TEST=share", "XDG_RUNTIME_DIR="+base)
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Process.Kill() }()
	var socket string
	if _, err := fmt.Fscan(out, &socket); err != nil {
		t.Fatal(err)
	}
	shared := rundir.SharedVariable + "=" + socket
	a, b := start(t, base, shared), start(t, base, shared)
	if a.engine != b.engine || a.gonb == b.gonb {
		t.Fatalf("engines %d and %d, GoNB %d and %d", a.engine, b.engine, a.gonb, b.gonb)
	}
	old := a.engine
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for a.engine == old {
		a.read(t)
	}
	for b.engine == old {
		b.read(t)
	}
	if a.engine != b.engine {
		t.Errorf("the new engines are %d and %d", a.engine, b.engine)
	}
	_, _ = a.quit.WriteString("\n")
	_ = a.Wait()
	gone(t, map[string]int{"GoNB": a.gonb, "the cell": a.cell})
	if !alive(b.engine) || !alive(b.cell) {
		t.Error("a kernel that ended took the engine or the other kernel with it")
	}
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait()
	gone(t, map[string]int{"the engine": b.engine, "GoNB": b.gonb, "the cell": b.cell, "the supervisor": b.Process.Pid})
}

// An engine that dies is replaced; the cell that calls is told and goes on.
func TestEngineIsReplaced(t *testing.T) {
	k := start(t, t.TempDir())
	for range 3 {
		old := k.engine
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		told := false
		for k.engine == old {
			told = strings.Contains(k.read(t), "notice the engine had ended (signal: killed) and was started again") || told
		}
		if !told {
			t.Error("the cell was not told")
		}
	}
}

// A kernel of which a part is killed leaves no process, and the next kernel
// sweeps its folder.
func TestKilled(t *testing.T) {
	needLinux(t)
	for _, victim := range []string{"supervisor", "GoNB", "supervisor and engine"} {
		t.Run(victim, func(t *testing.T) {
			base := t.TempDir()
			k := start(t, base)
			pids := map[string]int{"GoNB": k.gonb, "the cell": k.cell, "the engine": k.engine, "the supervisor": k.Process.Pid}
			kill := []int{k.Process.Pid}
			switch victim {
			case "GoNB":
				kill = []int{k.gonb}
			case "supervisor and engine":
				kill = []int{k.engine, k.Process.Pid}
			}
			for _, pid := range kill {
				if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
			_ = k.Wait()
			if len(kill) > 1 { // nobody is left who could end the cell
				d, swept, err := rundir.Create(filepath.Join(base, "puncta"))
				if err != nil || len(swept) != 1 {
					t.Fatalf("swept %v, %v", swept, err)
				}
				defer d.Remove()
			}
			gone(t, pids)
			d, _, err := rundir.Create(filepath.Join(base, "puncta"))
			if err != nil {
				t.Fatal(err)
			}
			if left, _ := filepath.Glob(filepath.Join(base, "puncta", "*-*")); len(left) > 2 {
				t.Errorf("left behind: %v", left)
			}
			if err := d.Remove(); err != nil {
				t.Error(err)
			}
		})
	}
}
