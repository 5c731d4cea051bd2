//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/kernel/engine"
	"github.com/puncta-bio/puncta/kernel/spawn"
)

// What the editor's script sends is saved, and every refusal is an answer.
func TestSavePointsAnswers(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "engine.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	e, served := engine.New(engine.DefaultOptions()), make(chan error, 1)
	go func() { served <- e.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		e.Close()
	})
	t.Setenv(spawn.Variable, socket)

	path := filepath.Join(dir, `a "quoted" näme.csv`)
	save := func(base, csv string) (reply savedPoints) {
		t.Helper()
		head, err := json.Marshal(map[string]any{"path": path, "base": base, "classes": 0})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		a := &app{stdout: &out, stderr: os.Stderr}
		if err := a.savePoints(ctx, strings.NewReader(string(head)+"\n"+csv)); err != nil {
			t.Fatal(err)
		}
		if strings.Count(out.String(), "\n") != 1 {
			t.Errorf("the answer %q: want one line", out.String())
		}
		if err := json.Unmarshal(out.Bytes(), &reply); err != nil {
			t.Fatal(err)
		}
		return reply
	}
	const csv = "index,axis-0,axis-1\n0,1.25,2\n1,3,4\n"
	first := save("", csv)
	if !first.Saved || first.Points != 2 || len(first.Hash) != 64 || first.Error != "" {
		t.Errorf("saved: %+v", first)
	}
	if text, err := os.ReadFile(path); string(text) != csv {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if again := save("", csv+"2,5,6\n"); again.Saved || !again.Changed || again.Hash != first.Hash || !strings.Contains(again.Error, "somebody else") {
		t.Errorf("over what it has not read: %+v", again)
	}
	if bad := save(first.Hash, "index,axis-0,axis-1\n0,1\n"); bad.Saved || bad.Changed || !strings.Contains(bad.Error, ".csv:2: row has 2 fields") {
		t.Errorf("a bad table: %+v", bad)
	}
	if next := save(first.Hash, "index,axis-0,axis-1\n"); !next.Saved || next.Points != 0 || next.Hash == first.Hash {
		t.Errorf("the next version: %+v", next)
	}
	t.Chdir(dir)
	path = "below.csv" // from the working directory
	if below := save("", csv); !below.Saved {
		t.Errorf("a path from the working directory: %+v", below)
	}
	if text, err := os.ReadFile(filepath.Join(dir, path)); string(text) != csv {
		t.Errorf("the file holds %q, %v", text, err)
	}
	a := &app{stdout: &bytes.Buffer{}, stderr: os.Stderr}
	if err := a.savePoints(ctx, strings.NewReader("index,axis-0,axis-1\n")); err == nil || !strings.Contains(err.Error(), "want path, base and classes as JSON") {
		t.Errorf("no head: %v", err)
	}
}
