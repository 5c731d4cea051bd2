//go:build peer && unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/browser"
)

// editorInLab is the notebook of a test with an editor in its second cell.
type editorInLab struct {
	*browser.Page
	t                    *testing.T
	notebook, csv, loads string
}

// pageEditor is the last editor of a page.
const pageEditor = `[...document.querySelectorAll(".puncta-editor")].at(-1)[Symbol.for("puncta.editors")]`

// press presses at a place of the image, (y, x), with the mouse.
func pressEditor(p *browser.Page, y, x float64) {
	var at []float64
	p.Eval(fmt.Sprintf(`(async () => { const e = %s; e.box.scrollIntoView({ block: "center" }); await new Promise(r => setTimeout(r, 200));
  const r = e.box.getBoundingClientRect(), [px, py] = e.view.screen(%v, %v); return [r.left + px, r.top + py]; })()`, pageEditor, y, x), &at)
	p.Run(chromedp.MouseClickXY(at[0], at[1]))
	p.Eval("new Promise(r => setTimeout(r, 100))", nil)
}

// keyEditor presses a key in the editor of a page.
func keyEditor(p *browser.Page, key string, modifiers ...input.Modifier) {
	p.Run(chromedp.KeyEvent(key, chromedp.KeyModifiers(modifiers...)))
	p.Eval("new Promise(r => setTimeout(r, 100))", nil)
}

// said waits until the editor says something of the kind about its file.
func (e *editorInLab) said(want string) {
	e.t.Helper()
	var text string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if e.Eval(pageEditor+".status.textContent", &text); strings.Contains(text, want) {
			return
		}
	}
	e.Screenshot("editor-stuck")
	e.t.Fatalf("the editor says %q, waited for %q", text, want)
}

// holds waits until the file holds what the editor shows, so many points.
func (e *editorInLab) holds(points int) {
	e.t.Helper()
	csv := e.csvShown()
	var text []byte
	var err error
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && string(text) != csv; time.Sleep(50 * time.Millisecond) {
		text, err = os.ReadFile(e.csv)
	}
	if string(text) != csv {
		e.t.Fatalf("the file holds %d bytes (%v), the editor shows %d", len(text), err, len(csv))
	}
	o := detection.DefaultReadPointsOptions()
	o.AllowRepeated = true
	read, err := detection.ReadPoints(strings.NewReader(csv), e.csv, o)
	if err != nil || len(read) != points {
		e.t.Fatalf("%d points (%v), want %d", len(read), err, points)
	}
}

// ask has the editor save, by the key.
func (e *editorInLab) ask() {
	e.Eval(pageEditor+".box.focus()", nil)
	keyEditor(e.Page, "s", input.ModifierCtrl)
}

// downloaded takes away the one file that was downloaded and returns its text.
func (e *editorInLab) downloaded() string {
	e.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		list, err := filepath.Glob(filepath.Join(e.loads, "*.csv"))
		if err != nil {
			e.t.Fatal(err)
		}
		if len(list) == 0 {
			continue
		}
		text, err := os.ReadFile(list[0])
		if err != nil || len(list) > 1 {
			e.t.Fatalf("%q were downloaded (%v), want one file", list, err)
		}
		if err := os.Remove(list[0]); err != nil {
			e.t.Fatal(err)
		}
		return string(text)
	}
	e.t.Fatal("nothing was downloaded")
	return ""
}

// csvShown is the file as the editor would save it.
func (e *editorInLab) csvShown() (csv string) {
	e.Eval(pageEditor+".csv", &csv)
	return csv
}

// openEditor starts JupyterLab on a notebook with an editor of an image without
// points, and a cell that takes six seconds.
func openEditor(t *testing.T, base string) *editorInLab {
	t.Helper()
	dir := t.TempDir()
	v := detection.NewVolume([3]int{1, 60, 90}, 1)
	for i := range v.Data {
		v.Data[i] = float32(i % 90)
	}
	if err := imageio.WriteFile(filepath.Join(dir, "cells.tif"), v, imageio.DefaultTIFFOptions()); err != nil {
		t.Fatal(err)
	}
	e := &editorInLab{t: t, notebook: filepath.Join(dir, "a.ipynb"), csv: filepath.Join(dir, "dös", `cells of 'mine'.csv`), loads: t.TempDir()}
	if err := os.Mkdir(filepath.Dir(e.csv), 0o755); err != nil {
		t.Fatal(err)
	}
	writeNotebook(t, e.notebook, []string{strings.Replace(widgetImports, `"os"`, `"os"
	"time"`, 1), fmt.Sprintf(`%%%%
s := session.MustConnect()
cells, file := s.MustOpen("cells.tif"), s.MustPoints(%q, 2)
o := widgets.DefaultEditorOptions()
o.SaveTo, o.Classes = file, widgets.Classes("one", "</script>'\"two`+"`"+`")
e, err := widgets.NewEditor(cells.Volume, file.Points, o)
check(err)
check(display.Widget(e))`, e.csv), "%%\ntime.Sleep(6 * time.Second)\nprintln(6 * 7)"})
	e.Page = browser.Open(t)
	e.Size(1400, 1000, "light")
	e.Visit(startLab(t, dir, base))
	e.Downloads(e.loads)
	openInLab(e.Page, "a.ipynb")
	e.Eval("lab.run(0)", nil)
	e.run()
	return e
}

// run runs the cell with the editor.
func (e *editorInLab) run() {
	e.t.Helper()
	var output string
	if e.Eval("lab.run(1)", &output); output != "text/html" {
		e.t.Fatalf("the cell gives %q", output)
	}
	e.Ready()
}

// Save writes the file through the kernel of the notebook, also behind a base_url
// and after a restart; not the notebook. The cell run again has what was saved.
func TestPeerEditorSavesInLab(t *testing.T) {
	installed(t)
	for _, base := range []string{"/", "/user/somebody/"} {
		t.Run(base, func(t *testing.T) {
			e := openEditor(t, base)
			notebook, err := os.ReadFile(e.notebook)
			if err != nil {
				t.Fatal(err)
			}
			pressEditor(e.Page, 10, 20)
			pressEditor(e.Page, 30, 40)
			e.said("Unsaved changes.")
			start := time.Now()
			e.ask()
			e.said("Saved to " + strings.TrimPrefix(e.csv, filepath.Dir(e.notebook)+"/")) // from the notebook's folder
			t.Logf("saved within %v", time.Since(start))
			e.holds(2)
			e.Screenshot("editor-lab")
			time.Sleep(500 * time.Millisecond)
			if text, err := os.ReadFile(e.notebook); err != nil || string(text) != string(notebook) {
				t.Errorf("the key for the editor saves the notebook, too: %v", err)
			}

			e.Eval("lab.restart()", nil)
			keyEditor(e.Page, "2") // the point that was put last
			e.said("Unsaved changes.")
			e.ask()
			e.said("Saved to")
			e.holds(2)

			e.Eval("lab.run(0)", nil)
			saved := e.csvShown()
			e.run()
			if again := e.csvShown(); again != saved || !strings.Contains(again, ",2\n") {
				t.Errorf("the cell run again shows\n%s, want\n%s", again, saved)
			}
			e.said("No changes yet.")
			pressEditor(e.Page, 50, 60)
			e.Eval(`(panel.content.activeCellIndex = 1, window.jupyterapp.commands.execute("notebook:move-cell-down"))`, nil)
			e.Ready()
			if moved := e.csvShown(); strings.Count(moved, "\n") != 4 {
				t.Errorf("the cell has moved, and the editor shows\n%s", moved)
			}
			e.ask()
			e.said("Saved to")
			e.holds(3)
			if list, _ := filepath.Glob(filepath.Join(e.loads, "*")); len(list) > 0 {
				t.Errorf("downloaded: %q", list)
			}
		})
	}
}

// Where the kernel is busy the file waits; where the kernel is gone, or the file is
// somebody else's, it is downloaded, and what others have saved stays.
func TestPeerEditorInTrouble(t *testing.T) {
	installed(t)
	e := openEditor(t, "/")
	pressEditor(e.Page, 10, 20)
	e.ask()
	e.said("Saved to")

	e.Eval("lab.start(2)", nil)
	e.Eval("lab.busy()", nil)
	pressEditor(e.Page, 20, 70)
	e.ask()
	e.said("The kernel runs a cell: the points are saved when that has ended.")
	e.Screenshot("editor-busy")
	pressEditor(e.Page, 40, 70)
	e.ask() // the last version counts
	e.said("Saved to")
	e.holds(3)

	yours := "index,axis-0,axis-1,class\n0,1,1,1\n"
	if err := os.WriteFile(e.csv, []byte(yours), 0o644); err != nil {
		t.Fatal(err)
	}
	pressEditor(e.Page, 50, 30)
	e.ask()
	e.said("Not saved, but downloaded: " + e.csv + " has been changed by somebody else since it was read")
	e.Screenshot("editor-changed")
	if text, err := os.ReadFile(e.csv); string(text) != yours || err != nil {
		t.Errorf("the file of somebody else holds %q, %v", text, err)
	}
	if text := e.downloaded(); text != e.csvShown() {
		t.Errorf("downloaded\n%s, want\n%s", text, e.csvShown())
	}
	e.Eval(pageEditor+".buttons.overwrite.click()", nil)
	e.said("Saved to")
	e.holds(4)

	many := func(n int) {
		e.Eval(fmt.Sprintf(`(%[1]s.edits.points = Array.from({ length: %[2]d }, (_, i) => ({ pos: [0, i %% 59 + Math.sqrt(i + 2) / 1000, i / %[2]d * 89 + 0.1234567], prob: 1, kind: 1 })), %[1]s.schedule())`, pageEditor, n), nil)
		e.ask()
	}
	many(90_000)
	e.holds(90_000)
	many(120_000)
	e.said("Too many points to send to the kernel. The points were downloaded as")
	if text := e.downloaded(); text != e.csvShown() {
		t.Errorf("downloaded %d bytes, want %d", len(text), len(e.csvShown()))
	}
	many(3)
	e.holds(3)

	if err := os.Chmod(filepath.Dir(e.csv), 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 { // who may write anyway
		pressEditor(e.Page, 5, 5)
		e.ask()
		e.said("Not saved: the points were not saved")
	}
	if err := os.Chmod(filepath.Dir(e.csv), 0o755); err != nil {
		t.Fatal(err)
	}

	e.Eval("lab.start(2)", nil)
	e.Eval("lab.busy()", nil)
	pressEditor(e.Page, 55, 80)
	e.ask()
	e.said("The kernel runs a cell")
	e.Eval("lab.restart()", nil)
	e.said("The kernel was started anew before it saved. The points were downloaded as")
	if text := e.downloaded(); text != e.csvShown() {
		t.Errorf("downloaded\n%s, want\n%s", text, e.csvShown())
	}

	e.Eval("panel.sessionContext.session.shutdown()", nil)
	pressEditor(e.Page, 55, 10)
	e.ask()
	e.said("The kernel that drew this editor has ended: run the cell again. The points were downloaded as")
	if text := e.downloaded(); text != e.csvShown() {
		t.Errorf("downloaded\n%s, want\n%s", text, e.csvShown())
	}
	e.Screenshot("editor-gone")
}
