//go:build unix

package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/download"
	"github.com/puncta-bio/puncta/plots/echarts"
)

// ECharts is the path of the library of interactive charts.
func (i Installed) ECharts() string { return filepath.Join(i.Data, echarts.FileName) }

// fetchECharts brings the library of interactive charts from the npm registry,
// unless it is there. Charts are still pictures without it, so that what hinders
// it is no error of the installation; the caller says it.
func fetchECharts(ctx context.Context, i Installed, client download.Client) error {
	if _, err := echarts.ReadFile(i.ECharts()); err == nil {
		return nil
	}
	registry, err := npmRegistry(ctx)
	if err != nil {
		return err
	}
	address := fmt.Sprintf("%s/%s/-/%s-%s.tgz", strings.TrimRight(registry, "/"), echarts.Package, echarts.Package, echarts.Version)
	var js []byte
	err = client.Again(ctx, func(ctx context.Context) error {
		body, err := client.Open(ctx, address, 0)
		if err != nil {
			return err
		}
		defer body.Close()
		archive, err := io.ReadAll(io.LimitReader(body, echarts.MostArchive))
		if err != nil {
			return err
		}
		js, err = echarts.FromArchive(bytes.NewReader(archive))
		return download.Final(err)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	return atomicfile.Write(i.ECharts(), func(w io.Writer) error {
		_, err := w.Write(js)
		return err
	})
}

// npmRegistry is the address of the npm registry as npm is configured: the
// variable npm_config_registry, or what npm says.
func npmRegistry(ctx context.Context) (string, error) {
	for _, name := range []string{"npm_config_registry", "NPM_CONFIG_REGISTRY"} {
		if address := os.Getenv(name); address != "" {
			return address, nil
		}
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("no npm in the PATH says where its registry is: install npm, or set npm_config_registry to the registry's address")
	}
	out, err := exec.CommandContext(ctx, npm, "config", "get", "registry").Output()
	if err != nil {
		return "", fmt.Errorf("npm config get registry: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// checkECharts is a finding about the library of interactive charts.
func checkECharts(i Installed, reinstall string) Finding {
	switch _, err := echarts.ReadFile(i.ECharts()); {
	case errors.Is(err, echarts.ErrAbsent):
		return Finding{Name: "charts", OK: true, Text: "charts are still pictures: the library of interactive ones has not been fetched", Mend: reinstall + ", with npm in the PATH"}
	case err != nil:
		return Finding{Name: "charts", Text: err.Error(), Mend: "rm " + i.ECharts() + " && " + reinstall}
	}
	return Finding{Name: "charts", OK: true, Text: "echarts " + echarts.Version + " for interactive charts, without a network"}
}
