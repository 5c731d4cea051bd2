package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDataList(t *testing.T) {
	status, stdout, _ := call("data", "list")
	for _, name := range []string{"blood", "nuclei", "spots", "CC0-1.0", "72"} {
		if status != exitOK || !strings.Contains(stdout, name) {
			t.Errorf("status %d, no %s in\n%s", status, name, stdout)
		}
	}
	_, stdout, _ = call("data", "list", "--json")
	var rows []struct{ Name, Commit string }
	if err := json.Unmarshal([]byte(stdout), &rows); err != nil || len(rows) != 3 || len(rows[0].Commit) != 40 {
		t.Errorf("%v %+v", err, rows)
	}
}

func TestDataGet(t *testing.T) {
	w := newWorld(t)
	image, err := os.ReadFile(w.path("train/x/im0.tif"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"/a.tif": image, "/a.csv": []byte("row,col\n3,4\n")}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if text, ok := files[r.URL.Path]; ok {
			_, _ = out.Write(text) // the client goes away
			return
		}
		http.NotFound(out, r)
	}))
	defer server.Close()
	entry := func(name string) string {
		return fmt.Sprintf("{path: %s, bytes: %d, sha256: %x}", name, len(files["/"+name]), sha256.Sum256(files["/"+name]))
	}
	w.write(t, "own.yaml", fmt.Sprintf(`name: own
what: one image
licence: CC0-1.0
repository: https://example.org/r
commit: abc
files: %s
mb: 1
image: copy
points: {format: table, y: row, x: col}
fields:
  - {split: train, name: a, image: %s, points: %s}
`, server.URL, entry("a.tif"), entry("a.csv")))
	output := w.path("got")
	status, stdout, stderr := call("data", "get", w.path("own.yaml"), "--output", output, "--json")
	want := fmt.Sprintf(`{"name":"own","output":%q,"images":1,"points":1}`+"\n", output)
	if status != exitOK || stdout != want || !strings.Contains(stderr, "download: ") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	if _, err := os.Stat(filepath.Join(output, "train", "y", "a.csv")); err != nil {
		t.Error(err)
	}
	if status, stdout, _ = call("data", "get", w.path("own.yaml"), "--output", output, "--quiet"); status != exitOK || !strings.Contains(stdout, "were in") {
		t.Errorf("again: status %d, %s", status, stdout)
	}
	delete(files, "/a.csv")
	if status, _, stderr = call("data", "get", w.path("own.yaml"), "--output", w.path("other"), "--quiet"); status != exitFailed || !strings.Contains(stderr, "404") {
		t.Errorf("not found: status %d, %s", status, stderr)
	}
	w.write(t, "bad.yaml", "name: bad\n")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"nuclie"}, `no set is called "nuclie": want blood, nuclei, spots`},
		{[]string{w.path("none.yaml")}, "no such file"},
		{[]string{w.path("bad.yaml")}, "bad.yaml: what is missing"},
		{[]string{w.path("own.yaml"), "--output", w.path("train")}, "holds something else than this set"},
	} {
		status, stdout, stderr := call(append([]string{"data", "get", "--quiet"}, tt.args...)...)
		if status != exitInput || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: status %d, %q, want %q", tt.args, status, stderr, tt.want)
		}
	}
}
