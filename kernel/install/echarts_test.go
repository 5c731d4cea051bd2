//go:build unix

package install

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/internal/download"
)

// Whatever the registry sends that is not the library leaves nothing behind,
// and the sentence names the address.
func TestFetchEChartsRefuses(t *testing.T) {
	var asked string
	answer := func(w http.ResponseWriter) {}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = r.URL.Path; answer(w) }))
	defer server.Close()
	client := download.Client{HTTP: server.Client(), Attempts: 2, Pause: time.Millisecond, Stall: 10 * time.Second}
	for want, a := range map[string]func(http.ResponseWriter){
		"is damaged or another version": func(w http.ResponseWriter) { _, _ = w.Write([]byte("not an archive")) },
		"404":                           func(w http.ResponseWriter) { http.Error(w, "no", http.StatusNotFound) },
		"503":                           func(w http.ResponseWriter) { http.Error(w, "later", http.StatusServiceUnavailable) },
	} {
		t.Setenv("npm_config_registry", server.URL+"/")
		answer = a
		i := Installed{Data: t.TempDir()}
		err := fetchECharts(t.Context(), i, client)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), server.URL+"/echarts/-/echarts-") {
			t.Errorf("%v, want %q with the address", err, want)
		}
		if asked != "/echarts/-/echarts-5.6.0.tgz" {
			t.Errorf("asked for %s", asked)
		}
		if left, _ := os.ReadDir(i.Data); len(left) > 0 {
			t.Errorf("%s: left %v", want, left)
		}
	}
}

func TestRegistryWithoutNpm(t *testing.T) {
	t.Setenv("npm_config_registry", "")
	t.Setenv("NPM_CONFIG_REGISTRY", "")
	t.Setenv("PATH", t.TempDir())
	if _, err := npmRegistry(t.Context()); err == nil || !strings.Contains(err.Error(), "install npm, or set npm_config_registry") {
		t.Errorf("%v", err)
	}
}

func TestCheckECharts(t *testing.T) {
	i := Installed{Data: t.TempDir()}
	if f := checkECharts(i, "puncta kernel install"); !f.OK || !strings.Contains(f.Text, "still pictures") || f.Mend == "" {
		t.Errorf("absent: %+v", f)
	}
	if err := os.WriteFile(filepath.Join(i.Data, filepath.Base(i.ECharts())), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if f := checkECharts(i, "puncta kernel install"); f.OK || !strings.Contains(f.Text, "damaged") || f.Mend == "" {
		t.Errorf("damaged: %+v", f)
	}
}
