package peer

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// fakeMaven is a java that shows its arguments and the program, and a mvn
// that "fetches" a jar whose contents are $FAKE_JAR.
func fakeMaven(t *testing.T, contents string) (log string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("skipped: the fake programs are shell scripts")
	}
	dir := t.TempDir()
	log = filepath.Join(dir, "log")
	for name, script := range map[string]string{
		"mvn":  "#!/bin/sh\necho \"$*\" >> \"$FAKE_LOG\"\nfor a; do case $a in -DoutputDirectory=*) printf %s \"$FAKE_JAR\" > \"${a#*=}/x-1.jar\";; esac; done\n",
		"java": "#!/bin/sh\nbasename \"$4\"\nshift 4\ncat \"$1\"\nshift\necho \"$@\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("FAKE_LOG", log)
	t.Setenv("FAKE_JAR", contents)
	return log
}

// jar is one whose contents are "a": the hash is that of sha256sum.
var jar = Jar{"g:x:1", "x-1.jar", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"}

func TestRunJavaFetchesOnce(t *testing.T) {
	log := fakeMaven(t, "a")
	for range 2 {
		if got, want := string(RunJava(t, jar, "source\n", "b", "c")), "x-1.jar\nsource\nb c\n"; got != want {
			t.Errorf("ran %q, want %q", got, want)
		}
	}
	asked, err := os.ReadFile(log)
	if err != nil || strings.Count(string(asked), "\n") != 1 || !strings.Contains(string(asked), "-Dartifact=g:x:1 ") {
		t.Errorf("asked for %q, %v: want the artifact once", asked, err)
	}
}

func TestJarWithOtherContents(t *testing.T) {
	fakeMaven(t, "b")
	path := filepath.Join(t.TempDir(), "x-1.jar")
	if err := jar.copy(t.Context(), "mvn", t.TempDir(), path); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("error %v, want one about the hash", err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("the jar is in the cache")
	}
}

func TestRunJavaSkipsWithoutJava(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	skipped := false
	t.Run("inner", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		RunJava(t, jar, "")
	})
	if !skipped {
		t.Error("the test was not skipped")
	}
}
