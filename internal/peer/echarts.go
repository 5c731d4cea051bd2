package peer

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/plots/echarts"
)

// ECharts is the text of the library of interactive charts, fetched by npm; it
// skips the test where npm is not there or has no registry.
func ECharts(t testing.TB) []byte {
	t.Helper()
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("skipped: no npm to fetch echarts with")
	}
	dir := t.TempDir()
	c := exec.Command(npm, "pack", "--silent", echarts.Package+"@"+echarts.Version)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Skipf("skipped: npm could not fetch echarts: %v: %s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, echarts.Package+"-"+echarts.Version+".tgz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	js, err := echarts.FromArchive(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(js) != echarts.Size {
		t.Errorf("%d bytes, Size says %d", len(js), echarts.Size)
	}
	return js
}
