package local

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/puncta-bio/puncta/kernel/session"
)

// smallDisk mounts a file system of so many bytes, which takes root.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// A training whose disk is full says so, leaves no file half written, and the
// engine goes on; with room it goes on where it was.
func TestFullDisk(t *testing.T) {
	s, dir, disk := connect(t), data(t, 2), smallDisk(t, "8m")
	t.Chdir(dir)
	training := session.Training{Config: smallConfig, ResultDir: filepath.Join(disk, "out"), Name: "full"}
	ballast := filepath.Join(disk, "ballast")
	var full bool
	training.OnEpoch = func(c session.Course) {
		if len(c.Epochs) == 2 && !full {
			full = true
			fill(t, ballast)
		}
	}
	_, err := s.Train(ctx, training)
	if err == nil || !strings.Contains(err.Error(), "no space left on device") || !strings.Contains(err.Error(), disk) {
		t.Fatalf("on a full disk: %v", err)
	}
	err = filepath.WalkDir(disk, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.Contains(d.Name(), ".tmp") {
			t.Errorf("left half written: %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Counters(ctx); err != nil {
		t.Fatalf("the engine: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	first := 0
	training.OnEpoch = func(c session.Course) {
		if first == 0 {
			first = len(c.Epochs)
		}
	}
	trained, err := s.Train(ctx, training)
	if err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if first < 2 || len(trained.Epochs) != 4 {
		t.Errorf("goes on with epoch %d, ends after %d", first, len(trained.Epochs))
	}
}

// fill writes until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 1024))
	}
}
