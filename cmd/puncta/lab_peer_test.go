//go:build peer && unix

package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/internal/browser"
	"github.com/puncta-bio/puncta/internal/peer"
)

// installed installs the kernel into folders of the test. Compiled packages are
// shared between tests.
func installed(t *testing.T) {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("JUPYTER_DATA_DIR", "")
	if status, stdout, stderr := command(t, "kernel", "install"); status != exitOK {
		t.Fatalf("install: %s%s", stdout, stderr)
	} else {
		t.Log(stdout)
	}
}

// startLab starts JupyterLab on a folder and returns the address of its page.
func startLab(t *testing.T, dir, base string) string {
	t.Helper()
	python := peer.Python(t, peer.Jupyter)
	port := freePort(t)
	c := exec.Command(python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser", "--notebook-dir", dir,
		fmt.Sprintf("--ServerApp.port=%d", port), "--ServerApp.token=secret", "--ServerApp.base_url="+base, "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
	c.Env = append(os.Environ(), "HOME="+t.TempDir(), "JUPYTER_DATA_DIR="+filepath.Join(os.Getenv("XDG_DATA_HOME"), "jupyter"))
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	log, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		done := make(chan struct{})
		go func() { _ = c.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		}
	})
	ready := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if strings.Contains(lines.Text(), "is running at") {
				ready <- true
			}
			if testing.Verbose() {
				fmt.Println(lines.Text())
			}
		}
	}()
	select {
	case <-ready:
	case <-time.After(2 * time.Minute):
		t.Fatal("JupyterLab does not start")
	}
	for range 100 { // it says so before it listens
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			_ = c.Close()
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Sprintf("http://127.0.0.1:%d%slab?token=secret", port, base)
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// labScript are functions that drive JupyterLab through its own commands.
const labScript = `(() => {
	const app = window.jupyterapp, wait = (ms) => new Promise((done) => setTimeout(done, ms));
	const until = async (what, test) => { for (let i = 0; i < 700; i++) { if (test()) return; await wait(50) } throw new Error("waited in vain for " + what) };
	window.lab = {
		open: async (path) => {
			window.panel = await app.commands.execute("docmanager:open", { path, factory: "Notebook" });
			await until("the notebook", () => panel.context.isReady);
			await until("the session", () => panel.sessionContext.isReady);
			await until("the kernel", () => panel.sessionContext.session?.kernel?.connectionStatus === "connected");
		},
		kernel: () => panel.sessionContext.kernelDisplayName,
		start: (k) => { panel.content.activeCellIndex = k; window.running = app.commands.execute("notebook:run-cell") },
		run: async (k) => { lab.start(k); await window.running; await wait(200); return lab.output(k) },
		output: (k) => (panel.content.widgets[k].model.sharedModel.outputs || []).map((o) =>
			o.text ? [].concat(o.text).join("") : o.data ? Object.keys(o.data).join(" ") : o.ename + ": " + o.evalue).join("|"),
		busy: () => until("a busy kernel", () => panel.sessionContext.session.kernel.status === "busy"),
		interrupt: async () => { await panel.sessionContext.session.kernel.interrupt(); await window.running },
		restart: async () => { await panel.sessionContext.session.kernel.restart(); await until("the kernel", () => panel.sessionContext.session.kernel.connectionStatus === "connected") },
		reopen: async (path) => { await panel.context.save(); panel.dispose(); await lab.open(path); await wait(500) },
	};
})()`

const labNotebook = `{"cells": [
 {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": "import (\n\t\"flag\"\n\t\"fmt\"\n\t\"time\"\n\n\t\"github.com/puncta-bio/puncta/detection/simulate\"\n\t\"github.com/puncta-bio/puncta/kernel/display\"\n\t\"github.com/puncta-bio/puncta/kernel/session\"\n\t\"github.com/puncta-bio/puncta/widgets\"\n)"},
 {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": "%%\nimage, truth, err := simulate.Nuclei(simulate.DefaultNucleiOptions())\nif err != nil {\n\tpanic(err)\n}\ns := session.MustConnect()\nprob := s.MustPredict(s.MustImage(image), \"nuclei2d\")\nfmt.Println(\"known\", prob.Known, \"compiled\", s.MustCounters().Compiled)\ne, err := widgets.NewExplorer(image, prob.Volume, truth, widgets.DefaultExplorerOptions())\nif err != nil {\n\tpanic(err)\n}\nif err := display.Widget(e); err != nil {\n\tpanic(err)\n}"},
 {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": "%%\nfmt.Println(\"waiting\")\ntime.Sleep(time.Hour)"},
 {"cell_type": "code", "id": "d", "metadata": {}, "execution_count": null, "outputs": [], "source": "%%\nfmt.Println(\"here\", 6*7)"}
], "metadata": {"kernelspec": {"name": "puncta", "display_name": "Go (Puncta)", "language": "go"}}, "nbformat": 4, "nbformat_minor": 5}`

// A person's way through JupyterLab 4: open, run, interrupt, restart, reopen;
// also behind a base_url, as JupyterHub has it.
func TestPeerJupyterLab(t *testing.T) {
	installed(t)
	for _, base := range []string{"/", "/user/somebody/"} {
		t.Run(base, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "a.ipynb"), []byte(labNotebook), 0o644); err != nil {
				t.Fatal(err)
			}
			p := browser.Open(t)
			p.Size(1400, 1000, "light")
			p.Visit(startLab(t, dir, base))
			openInLab(p, "a.ipynb")
			var text string
			if p.Eval("lab.kernel()", &text); text != "Go (Puncta)" {
				t.Errorf("the kernel is called %q", text)
			}
			want := func(expression, want string) {
				t.Helper()
				var got string
				if p.Eval(expression, &got); !strings.Contains(got, want) {
					t.Errorf("%s gives %q, want %q", expression, got, want)
				}
			}
			p.Eval("lab.run(0)", nil)
			want("lab.run(1)", "known false compiled 1\n|text/html")
			want("lab.run(1)", "known true compiled 1\n|text/html")
			p.Screenshot("lab-explorer")
			p.Eval("lab.start(2)", nil)
			p.Eval("lab.busy()", nil)
			time.Sleep(3 * time.Second)
			p.Eval("lab.interrupt()", nil)
			want("lab.output(2)", "waiting")
			want("lab.output(2)", "interrupt")
			want("lab.run(1)", "known true compiled 1\n|text/html") // the engine stays
			p.Eval("lab.restart()", nil)
			p.Eval("lab.run(0)", nil)
			want("lab.run(1)", "known false compiled 1\n|text/html") // a new engine
			want("lab.run(3)", "here 42")
			p.Eval(`lab.reopen("a.ipynb")`, nil)
			want("lab.output(3)", "here 42")
			want("lab.output(1)", "text/html")
			p.Screenshot("lab-reopened")
		})
	}
}
