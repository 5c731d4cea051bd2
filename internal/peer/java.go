package peer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// Jar is a Java archive in Maven's repository, of one version and with one
// contents.
type Jar struct {
	// Artifact is group:name:version.
	Artifact string
	// File is its file name.
	File string
	// SHA256 is the hash of the file, in hexadecimal digits.
	SHA256 string
}

// ImageJ is the ImageJ that came with Fiji in 2025.
func ImageJ() Jar {
	return Jar{"net.imagej:ij:1.54p", "ij-1.54p.jar", "2e1a09961dfb41cee66ddc821b2577a41a072566ce45a49bae69267099741e20"}
}

// copyPlugin fetches an artifact without a project.
const copyPlugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"

// RunJava runs a Java program of one file, with a jar, without a window system,
// and returns what it wrote to standard output. The jar is fetched by mvn on
// first use and kept in the user's cache folder. The file name of source is
// Main.java; its only public class is Main. A program that fails fails the
// test, with what it wrote to standard error.
//
// The test is skipped where there is no java of version 11 or later, or no mvn
// when the jar has to be fetched.
func RunJava(t testing.TB, jar Jar, source string, args ...string) []byte {
	t.Helper()
	java, err := exec.LookPath("java")
	if err != nil {
		t.Skip("skipped: no java on the PATH, which the comparison with ImageJ needs")
	}
	path := jar.fetch(t)
	file := filepath.Join(t.TempDir(), "Main.java")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	out, stderr, err := run(t.Context(), nil, java, append([]string{"-Djava.awt.headless=true", "-Dfile.encoding=UTF-8", "-cp", path, file}, args...)...)
	if err != nil {
		t.Fatalf("java program: %v\n%s", err, stderr)
	}
	return out
}

// fetch returns the path of the jar in the cache, fetching it when it is not
// there.
func (j Jar) fetch(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "puncta", "peer", "java")
	path := filepath.Join(dir, j.File)
	if j.right(path) {
		return path
	}
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		t.Skipf("skipped: no mvn on the PATH to fetch %s", j.Artifact)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	lock := flock.New(path + ".lock")
	if _, err := lock.TryLockContext(t.Context(), 200*time.Millisecond); err != nil {
		t.Fatalf("%s.lock: waiting for another process that fetches the file: %v", path, err)
	}
	defer lock.Unlock()
	if j.right(path) { // by the process we waited for
		return path
	}
	t.Logf("fetching %s into %s (once)", j.Artifact, dir)
	if err := j.copy(t.Context(), mvn, t.TempDir(), path); err != nil {
		t.Fatal(err)
	}
	return path
}

// copy fetches the jar by way of a temporary folder.
func (j Jar) copy(ctx context.Context, mvn, tmp, path string) error {
	if err := step(ctx, mvn, "-q", "-B", copyPlugin, "-Dartifact="+j.Artifact, "-DoutputDirectory="+tmp); err != nil {
		return err
	}
	got := filepath.Join(tmp, j.File)
	if !j.right(got) {
		return fmt.Errorf("%s: mvn fetched no %s with the SHA-256 %s", j.Artifact, j.File, j.SHA256)
	}
	data, err := os.ReadFile(got)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// right says whether the file is there with the right contents.
func (j Jar) right(path string) bool {
	data, err := os.ReadFile(path)
	sum := sha256.Sum256(data)
	return err == nil && hex.EncodeToString(sum[:]) == j.SHA256
}
