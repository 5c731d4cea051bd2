//go:build unix

package rundir

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain is also the process of a kernel that dies: it makes a folder and a
// process that outlives it.
func TestMain(m *testing.M) {
	base := os.Getenv("RUNDIR_TEST_BASE")
	if base == "" {
		os.Exit(m.Run())
	}
	d, _, err := Create(base)
	if err != nil {
		panic(err)
	}
	c := exec.Command("sleep", "60")
	c.Env = append(os.Environ(), Variable+"="+d.ID)
	if err := c.Start(); err != nil {
		panic(err)
	}
	fmt.Println(d.Path, c.Process.Pid)
	select {}
}

func TestCreateSweepsTheDead(t *testing.T) {
	base := filepath.Join(t.TempDir(), "run")
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "RUNDIR_TEST_BASE="+base)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var path string
	var pid int
	if _, err := fmt.Sscan(line, &path, &pid); err != nil {
		t.Fatal(err)
	}
	d, swept, err := Create(base)
	if err != nil || len(swept) > 0 {
		t.Fatalf("beside a live one: swept %v, %v", swept, err)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	second, swept, err := Create(base)
	if err != nil || len(swept) != 1 || swept[0] != filepath.Base(path) {
		t.Fatalf("after a death: swept %v, %v, want %s", swept, err, path)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", path, err)
	}
	if _, err := os.Stat(d.Path); err != nil {
		t.Errorf("the folder of a live owner: %v", err)
	}
	if runtime.GOOS == "linux" && !dies(pid) {
		t.Error("the process of the dead kernel goes on")
	}
	for _, d := range []*Dir{d, second} {
		if err := d.Remove(); err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(base + "/*-*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// dies waits until a process has ended; one that nobody waits for counts.
func dies(pid int) bool {
	for range 100 {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(status), ") Z ") {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

func TestCreateRefusesAnOpenBase(t *testing.T) {
	base := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(base, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Create(base); err == nil || !strings.Contains(err.Error(), "mode 0700") {
		t.Errorf("got %v", err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Create(link); err == nil {
		t.Error("a link is taken")
	}
}
