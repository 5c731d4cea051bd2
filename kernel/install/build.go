//go:build unix

package install

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/puncta-bio/puncta/kernel/jupyter"
	"github.com/puncta-bio/puncta/plots/echarts"
)

// programs that a kernel is made of, by the file in the folder Data. GoNB and
// goimports have the versions of the module's go.mod.
var programs = []struct{ file, pkg string }{
	{"bin/puncta", ModulePath + "/cmd/puncta"},
	{"bin/gonb", "github.com/janpfeifer/gonb"},
	{"bin/goimports", "golang.org/x/tools/cmd/goimports"},
	{"shim/go", ModulePath + "/kernel/goshim"},
}

// build compiles a program of the module into a file, which is replaced whole.
func build(ctx context.Context, i Installed, file, pkg string) error {
	path := filepath.Join(i.Data, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	fresh := path + ".new"
	c := goCommand(ctx, i, i.Module, "build", "-o", fresh, pkg)
	c.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false '-ldflags=-s -w'")
	if err := run(c); err != nil {
		_ = os.Remove(fresh)
		return fmt.Errorf("building %s: %w", filepath.Base(path), err)
	}
	return os.Rename(fresh, path)
}

// goCommand is a call of the go command in a folder, which ends when ctx does.
func goCommand(ctx context.Context, i Installed, dir string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, i.Go, args...)
	c.Dir = dir
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGINT) }
	c.WaitDelay = 5 * time.Second
	return c
}

// run runs a command; what it wrote is in the error.
func run(c *exec.Cmd) error {
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(c.Args, " "), err, tail(out.String(), 20))
	}
	return nil
}

// tail is the last lines of a text.
func tail(text string, n int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(len(all)-n, 0):], "\n")
}

// CellEnv are the variables with which GoNB compiles and runs cells, over those
// of this process.
func (i Installed) CellEnv() []string {
	path := []string{filepath.Dir(i.shim()), filepath.Dir(i.Program()), filepath.Dir(i.Go), os.Getenv("PATH")}
	return []string{
		"PATH=" + strings.Join(path, string(os.PathListSeparator)),
		"GOCACHE=" + i.goCache(),
		"GOFLAGS=-buildvcs=false '-ldflags=-s -w'", // half the time of linking
		"GOTOOLCHAIN=local",
		"GOWORK=",
		"PUNCTA_GO=" + i.Go,
		"PUNCTA_MODULES=" + i.modules(),
		"PUNCTA_PROGRAM=" + i.Program(),
		echarts.Variable + "=" + i.ECharts(),
	}
}

// StockGoNB is GoNB as it comes, without what [Installed.CellEnv] and the
// supervisor do for it: to compare with. It has the same workspace, and finds
// goimports, which it cannot do without.
func (i Installed) StockGoNB() jupyter.Spec {
	path := []string{filepath.Dir(i.GoNB()), filepath.Dir(i.Go), "${PATH}"}
	return jupyter.Spec{
		Name: "gonb", DisplayName: "stock GoNB", Language: "go", Argv: i.GoNBCommand("{connection_file}"),
		Env: map[string]string{"PATH": strings.Join(path, string(os.PathListSeparator))}, InterruptMode: jupyter.InterruptMessage,
	}
}

// GoNBCommand is the command that runs the kernel's GoNB on a connection file.
func (i Installed) GoNBCommand(connectionFile string) []string {
	return []string{i.GoNB(), "--kernel", connectionFile, "-go_work=" + i.Module}
}
