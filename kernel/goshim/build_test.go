//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain is also goshim itself.
func TestMain(m *testing.M) {
	if os.Getenv("GOSHIM_TEST") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// workshop is a folder as GoNB has it for its cells, in a workspace with the
// module example.org/lib, and a go command that writes its calls down.
type workshop struct {
	t             *testing.T
	dir, lib, log string
	env           []string
	unplanned     bool // no plan is waited for
	again         bool // the program of the last build stays
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	root := t.TempDir()
	w := &workshop{t: t, dir: filepath.Join(root, "cell"), lib: filepath.Join(root, "lib"), log: filepath.Join(root, "log")}
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(root, "go")
	w.write(script, fmt.Sprintf("#!/bin/sh\necho \"$*\" >>%s\nexec %s \"$@\"\n", w.log, real))
	w.write(filepath.Join(w.lib, "go.mod"), "module example.org/lib\n\ngo 1.26\n")
	w.write(filepath.Join(w.lib, "say.go"), "package lib\n\nimport _ \"embed\"\n\n//go:embed text/a.txt\nvar text string\n\nfunc Say() string { return \"one \" + text }\n")
	w.write(filepath.Join(w.lib, "text", "a.txt"), "a")
	w.write(filepath.Join(w.dir, "go.mod"), "module gonb_1\n\ngo 1.26\n")
	w.write(filepath.Join(w.dir, "go.work"), "go 1.26\n\nuse (\n\t.\n\t"+w.lib+"\n)\n")
	cache, err := exec.Command(real, "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	gocache := filepath.Join(root, "gocache")
	if err := os.MkdirAll(gocache, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 256 { // the archives of the user's cache, and plans of our own
		name := fmt.Sprintf("%02x", i)
		if err := os.Symlink(filepath.Join(strings.TrimSpace(string(cache)), name), filepath.Join(gocache, name)); err != nil {
			t.Fatal(err)
		}
	}
	w.env = append(os.Environ(), "GOSHIM_TEST=1", goVariable+"="+script, "GOCACHE="+gocache, "GOFLAGS="+flags, "GOTOOLCHAIN=local", "GOWORK=", "GODEBUG=")
	return w
}

func (w *workshop) write(path, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		w.t.Fatal(err)
	}
	old := time.Now().Add(-time.Minute) // a plan is not made of what has just changed
	if err := os.Chtimes(path, old, old); err != nil {
		w.t.Fatal(err)
	}
	_ = os.Chtimes(filepath.Dir(path), old, old)
}

// calls are those of the go command since the last time, planning left out.
func (w *workshop) calls() []string {
	text, _ := os.ReadFile(w.log)
	_ = os.Remove(w.log)
	var all []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "list ") && !strings.HasPrefix(line, "env ") {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}

// build builds a cell, waits for the plan if one is made, and returns what the
// program prints, or what the go command says.
func (w *workshop) build(source string) (said string, quick bool) {
	w.t.Helper()
	w.write(filepath.Join(w.dir, "main.go"), source)
	out := filepath.Join(w.dir, "program")
	if !w.again {
		_ = os.Remove(out)
	}
	before := w.plans()
	c := exec.Command(os.Args[0], "build", "-o", out)
	c.Dir, c.Env = w.dir, w.env
	text, err := c.CombinedOutput()
	calls := w.calls()
	if err != nil {
		return string(text), false
	}
	ran, err := exec.Command(out).CombinedOutput()
	if err != nil {
		w.t.Fatalf("%v: %s", err, ran)
	}
	for end := time.Now().Add(30 * time.Second); !w.unplanned && len(calls) > 0 && w.plans() == before && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	return string(ran), len(calls) == 0
}

// plans says which plans there are, and of when.
func (w *workshop) plans() (all string) {
	for _, v := range w.env {
		if dir, ok := strings.CutPrefix(v, "GOCACHE="); ok && strings.Contains(dir, filepath.Base(filepath.Dir(w.dir))) {
			files, _ := filepath.Glob(filepath.Join(dir, "puncta-cells", "*.json"))
			for _, f := range files {
				if info, err := os.Stat(f); err == nil {
					all += fmt.Sprintln(f, info.ModTime().UnixNano())
				}
			}
		}
	}
	return all
}

func program(imports, body string) string {
	return "package main\n\nimport (\n\t\"fmt\"\n\n\t" + imports + "\n)\n\nfunc main() {\n\t" + body + "\n}\n"
}

// The second cell with the same imports takes compiler and linker alone, and
// what it prints is what its packages say now.
func TestQuickBuild(t *testing.T) {
	w := newWorkshop(t)
	const lib = `"example.org/lib"`
	check := func(step, source, want string, wantQuick bool) {
		t.Helper()
		said, quick := w.build(source)
		if !strings.Contains(said, want) || quick != wantQuick {
			t.Errorf("%s: %q, quick %v; want %q, %v", step, said, quick, want, wantQuick)
		}
	}
	check("first", program(lib, "fmt.Println(1, lib.Say())"), "1 one a\n", false)
	check("second", program(lib, "fmt.Println(2, lib.Say())"), "2 one a\n", true)
	w.write(filepath.Join(w.dir, "go.mod"), "module gonb_2\n\ngo 1.26\n")
	check("the same again", program(lib, "fmt.Println(2, lib.Say())"), "2 one a\n", true)
	check("another kernel", program(lib, "fmt.Println(3, lib.Say())"), "3 one a\n", true)
	check("a mistake", program(lib, "fmt.Println(lib.Sing())"), "./main.go:10:18: undefined: lib.Sing", false)
	check("after it", program(lib, "fmt.Println(4, lib.Say())"), "4 one a\n", true)
	check("other imports", program(`"os"`, "fmt.Println(len(os.Args))"), "1\n", false)
	check("other imports again", program(`"os"`, "fmt.Println(len(os.Args)+1)"), "2\n", true)

	say := "package lib\n\nimport _ \"embed\"\n\n//go:embed text/a.txt\nvar text string\n\nfunc Say() string { return \"%s \" + text }\n"
	w.write(filepath.Join(w.lib, "say.go"), fmt.Sprintf(say, "two"))
	check("the package has changed", program(lib, "fmt.Println(5, lib.Say())"), "5 two a\n", false)
	check("and is known", program(lib, "fmt.Println(6, lib.Say())"), "6 two a\n", true)
	w.write(filepath.Join(w.lib, "text", "a.txt"), "bcd")
	check("an embedded file has changed", program(lib, "fmt.Println(7, lib.Say())"), "7 two bcd\n", false)
	check("and is known", program(lib, "fmt.Println(8, lib.Say())"), "8 two bcd\n", true)
	w.write(filepath.Join(w.lib, "more.go"), "package lib\n\nfunc init() { text += \"!\" }\n")
	now := time.Now().Add(-30 * time.Second)
	if err := os.Chtimes(w.lib, now, now); err != nil {
		t.Fatal(err)
	}
	check("a new file", program(lib, "fmt.Println(9, lib.Say())"), "9 two bcd!\n", false)
	check("and is known", program(lib, "fmt.Println(10, lib.Say())"), "10 two bcd!\n", true)
	for i, v := range w.env {
		if strings.HasPrefix(v, "GOFLAGS=") {
			w.env[i] = "GOFLAGS=-buildvcs=false"
		}
	}
	w.unplanned = true
	check("other flags", program(lib, "fmt.Println(11, lib.Say())"), "11 two bcd!\n", false)
}

// What takes more than the compiler is left to the go command, always.
func TestQuickBuildDeclines(t *testing.T) {
	w := newWorkshop(t)
	w.unplanned = true
	w.write(filepath.Join(w.dir, "a.txt"), "text")
	embedding := "package main\n\nimport (\n\t_ \"embed\"\n\t\"fmt\"\n)\n\n//go:embed a.txt\nvar a string\n\nfunc main() { fmt.Println(a) }\n"
	for range 2 {
		if said, quick := w.build(embedding); said != "text\n" || quick {
			t.Errorf("%q, quick %v", said, quick)
		}
	}
}

// A cell that is run again is not built again, unless its program or a package
// has changed.
func TestSameCellAgain(t *testing.T) {
	w := newWorkshop(t)
	w.again = true
	source := program(`"example.org/lib"`, "fmt.Println(1, lib.Say())")
	inode := func() (s stamp) { s.file, s.err = stat(filepath.Join(w.dir, "program")); return s }
	w.build(source)
	if _, quick := w.build(source); !quick {
		t.Fatal("not quick")
	}
	built := inode()
	if said, quick := w.build(source); !quick || said != "1 one a\n" || inode() != built {
		t.Errorf("again: %q, quick %v, built anew: %v", said, quick, inode() != built)
	}
	if said, quick := w.build(program(`"example.org/lib"`, "fmt.Println(2, lib.Say())")); !quick || said != "2 one a\n" {
		t.Errorf("changed: %q, quick %v", said, quick)
	}
	w.write(filepath.Join(w.lib, "text", "a.txt"), "bcd")
	if said, quick := w.build(source); quick || said != "1 one bcd\n" {
		t.Errorf("its package has changed: %q, quick %v", said, quick)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "program"), []byte("#!/bin/sh\necho other\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if said, _ := w.build(source); said != "1 one bcd\n" {
		t.Errorf("after another program: %q", said)
	}
}

// stamp is a file, to compare.
type stamp struct {
	file source
	err  error
}
