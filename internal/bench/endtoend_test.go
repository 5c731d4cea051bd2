package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeProgram is called with a log file, an input folder and an output folder.
// It notes what is in both, leaves a file in the output, and fails when it is
// told to.
func fakeProgram(args []string) {
	list := func(dir string) (names []string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			panic(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	log, err := os.OpenFile(args[0], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	in, out := strings.TrimPrefix(args[1], "--in="), args[2]
	fmt.Fprintf(log, "%s %v %v\n", args[3], list(in), list(out))
	if err := os.WriteFile(filepath.Join(out, "points.csv"), []byte(out), 0o600); err != nil {
		panic(err)
	}
	if args[3] == "broken" {
		fmt.Fprintln(os.Stderr, "no device")
		os.Exit(1)
	}
}

func TestEndToEnd(t *testing.T) {
	t.Setenv("PUNCTA_FAKE", "program")
	t.Setenv("TMPDIR", t.TempDir())
	dir, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	for _, name := range []string{"a.png", "b.tif", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := func(name string) Command { return Command{os.Args[0], log, "--in={input}", "{output}", name} }
	r, err := EndToEnd(t.Context(), dir, program("ours"), program("peer"), Options{Rounds: 2})
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	const round = "ours [a.png b.tif notes.txt] []\npeer [a.png b.tif notes.txt] []\n"
	if string(got) != round+round {
		t.Errorf("programs ran as\n%swant\n%s", got, round+round)
	}
	if it := r.Items[0]; it.Images != 2 || it.Name != "2 images, cold start to points" || it.Peer == nil {
		t.Errorf("got %+v", it)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	_, err = EndToEnd(t.Context(), dir, program("ours"), program("broken"), Options{Rounds: 1})
	if err == nil || !strings.Contains(err.Error(), "the peer: ") || !strings.Contains(err.Error(), "exit status 1\nno device") {
		t.Errorf("error %v, want the peer's last words", err)
	}
}

func TestEndToEndErrors(t *testing.T) {
	empty, images := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(images, "a.png"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fine := Command{os.Args[0], "{input}"}
	tests := []struct {
		name       string
		input      string
		ours, peer Command
		want       string
	}{
		{"no images", empty, fine, nil, "holds no image"},
		{"no program", images, Command{"no-such-program", "{input}"}, nil, "no-such-program"},
		{"input not named", images, fine, Command{os.Args[0], "input"}, "no argument holds {input}"},
		{"empty", images, fine, Command{}, "the command is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := EndToEnd(t.Context(), tt.input, tt.ours, tt.peer, DefaultOptions()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestCopyImages(t *testing.T) {
	src, dst := t.TempDir(), t.TempDir()
	for _, name := range []string{"im10.png", "im2.png", "im1.png", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(src, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := CopyImages(dst, src, 2); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"im1.png": true, "im2.png": true, "im10.png": false, "notes.txt": false} {
		content, err := os.ReadFile(filepath.Join(dst, name))
		if (err == nil) != want || want && string(content) != name {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
	if err := CopyImages(dst, src, 4); err == nil || !strings.Contains(err.Error(), "3 images: want at least 4") {
		t.Errorf("error %v", err)
	}
	if err := CopyImages(dst, src, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dst, "im10.png")); err != nil {
		t.Error("0 did not copy all")
	}
}
