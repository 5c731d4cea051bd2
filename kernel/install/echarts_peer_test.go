//go:build unix && peer

package install

import (
	"os"
	"os/exec"
	"testing"

	"github.com/puncta-bio/puncta/internal/download"
	"github.com/puncta-bio/puncta/plots/echarts"
)

// The registry has what the installer asks for.
func TestPeerFetchECharts(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil && os.Getenv("npm_config_registry") == "" {
		t.Skip("skipped: nothing says where the npm registry is")
	}
	i := Installed{Data: t.TempDir()}
	if err := fetchECharts(t.Context(), i, download.DefaultClient()); err != nil {
		t.Fatal(err)
	}
	if _, err := echarts.ReadFile(i.ECharts()); err != nil {
		t.Error(err)
	}
	if f := checkECharts(i, "puncta kernel install"); !f.OK || f.Mend != "" {
		t.Errorf("%+v", f)
	}
	t.Setenv("npm_config_registry", "http://127.0.0.1:1") // what is there is not fetched again
	if err := fetchECharts(t.Context(), i, download.DefaultClient()); err != nil {
		t.Error(err)
	}
}
