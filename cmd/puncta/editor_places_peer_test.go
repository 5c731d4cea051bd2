//go:build peer && unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/browser"
)

// editorPlace is an editor of a volume. With a kernel it saves, without one it
// downloads.
func editorPlace(t *testing.T) widgetPlace {
	t.Helper()
	dir := t.TempDir()
	image, csv := filepath.Join(dir, "stack.tif"), filepath.Join(dir, "stack.csv")
	v := detection.NewVolume([3]int{4, 60, 80}, 1)
	for i := range v.Data {
		v.Data[i] = float32(i % 97)
	}
	if err := imageio.WriteFile(image, v, imageio.DefaultTIFFOptions()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(csv, []byte("index,axis-0,axis-1,axis-2\n0,2,10.125,0.3333333333333333\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cell := fmt.Sprintf(`
s := session.MustConnect()
file := s.MustPoints(%q, 0)
display.MustWidget(widgets.NewEditor(s.MustOpen(%q).Volume, file.Points, widgets.SavingTo(file)))`, csv, image)
	return widgetPlace{"stack", "editor", cell, func(t *testing.T, p *browser.Page, where string, i int) {
		t.Helper()
		e := &editorInLab{Page: p, t: t, csv: csv, loads: t.TempDir()}
		e.Downloads(e.loads)
		p.Press(p.Find(i, ".view", 0).At(0.5, 0.25))
		p.Press(p.Find(i, ".view", 0).At(0.25, 0.5))
		p.Keys("p")
		e.ask()
		if where == "JupyterLab" {
			e.said("Saved to " + csv)
			e.holds(3)
			return
		}
		e.said("No Jupyter kernel here to save to " + csv + " with. The points were downloaded as stack.csv.")
		if text, want := e.downloaded(), e.csvShown(); text != want {
			t.Errorf("%s: downloaded\n%s, want\n%s", where, text, want)
		}
	}}
}
