package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/workflow/report"
)

// browserData is what the script of an error browser is given.
type browserData struct {
	Pooled detection.Metrics
	Images []struct {
		Name       string
		TP, FP, FN int
		Seen       *struct {
			Mistakes []struct {
				Missed bool
				Value  *float64
			}
		}
	}
}

// readBrowser reads the data of the error browser in a page.
func readBrowser(t *testing.T, page string) (d browserData) {
	t.Helper()
	_, data, found := strings.Cut(page, ", Errors, ")
	if !found {
		t.Fatal("there is no error browser")
	}
	if err := json.NewDecoder(strings.NewReader(data)).Decode(&d); err != nil {
		t.Fatal(err)
	}
	return d
}

// scoredJob is a job with three test images and the points found in them, its maps
// written, as the report step meets it.
func scoredJob(t *testing.T) (*Job, [][]detection.Point) {
	t.Helper()
	dir := t.TempDir()
	at := func(y, x float64) detection.Point {
		return detection.Point{Pos: [3]float64{0, y, x}, Prob: 0.75}
	}
	truth := [][]detection.Point{{at(2, 2)}, {at(2, 2), at(20, 30)}, {at(5, 5)}}
	found := [][]detection.Point{{at(2, 2)}, {at(2, 2.5), at(9, 9)}, {at(5, 6), at(20, 6), at(2, 30)}}
	j := newJob(t, smallConfig(t, dir), dir, 1)
	if err := os.MkdirAll(j.Layout.Maps(), 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range truth {
		v := detection.NewVolume([3]int{1, 24, 36}, 1)
		v.Data[40*i] = 1
		it := Item{Name: fmt.Sprint(i), Path: fmt.Sprintf("in/%d.tif", i), Image: &imageio.Image{Volume: v}, Truth: truth[i]}
		prob := detection.NewVolume(v.Dims, 1)
		prob.Data[prob.Index(0, 20, 29)] = 0.125
		if err := imageio.WriteFile(j.mapPath(it), prob, imageio.DefaultTIFFOptions()); err != nil {
			t.Fatal(err)
		}
		j.Test = append(j.Test, it)
	}
	e, err := detection.ScoreImages(truth, found, matchOptions(j.Config))
	if err != nil {
		t.Fatal(err)
	}
	j.Evaluation = &e
	return j, found
}

// The browser of the report has the images, worst first, the numbers of the job,
// and of what was missed the best of the map nearby.
func TestReportBrowser(t *testing.T) {
	j, found := scoredJob(t)
	part, err := j.reportBrowser(found)
	if err != nil {
		t.Fatal(err)
	}
	d := readBrowser(t, string(part))
	p := j.Evaluation.Pooled
	p.Tolerance = 0
	if d.Pooled != p {
		t.Errorf("pooled %+v, want %+v", d.Pooled, p)
	}
	if len(d.Images) != 3 || d.Images[0].Name != "1.tif" || d.Images[1].Name != "2.tif" || d.Images[2].Seen != nil || d.Images[2].TP != 1 {
		t.Fatalf("%+v", d.Images)
	}
	missed := d.Images[0].Seen.Mistakes[1]
	if !missed.Missed || *missed.Value != 0.125 || len(d.Images[1].Seen.Mistakes) != 2 || *d.Images[1].Seen.Mistakes[0].Value != 0.75 {
		t.Errorf("%+v", d.Images)
	}
	if err := os.Remove(j.mapPath(j.Test[1])); err != nil {
		t.Fatal(err)
	}
	if _, err := j.reportBrowser(found); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a map: %v", err)
	}
	perfect := [][]detection.Point{j.Test[0].Truth, j.Test[1].Truth, j.Test[2].Truth}
	e, err := detection.ScoreImages(perfect, perfect, matchOptions(j.Config))
	if err != nil {
		t.Fatal(err)
	}
	j.Evaluation = &e
	if part, err := j.reportBrowser(perfect); part != "" || err != nil {
		t.Errorf("without a mistake there are %d bytes, %v", len(part), err)
	}
	j.Evaluation = nil
	if part, err := j.reportBrowser(found); part != "" || err != nil {
		t.Errorf("without the truth there are %d bytes, %v", len(part), err)
	}
}

// checkBrowser compares the browser of a report with the job.
func checkBrowser(t *testing.T, j *Job) {
	t.Helper()
	page, err := os.ReadFile(j.Layout.Report())
	if err != nil {
		t.Fatal(err)
	}
	if j.Evaluation.Pooled.FP+j.Evaluation.Pooled.FN == 0 {
		if strings.Contains(string(page), "puncta-errors") {
			t.Error("a browser of no mistakes")
		}
		return
	}
	d := readBrowser(t, string(page))
	want := j.Evaluation.Pooled
	want.Tolerance = 0
	if d.Pooled != want || len(d.Images) != len(j.Test) {
		t.Errorf("the browser says %+v of %d images, the job %+v of %d", d.Pooled, len(d.Images), want, len(j.Test))
	}
	for _, im := range d.Images {
		for i, it := range j.Test {
			if m := j.Evaluation.Images[i]; filepath.Base(it.Path) == im.Name && (m.TP != im.TP || m.FP != im.FP || m.FN != im.FN) {
				t.Errorf("%s: the browser says %+v, the job %+v", im.Name, im, m)
			}
		}
	}
}

// With 35 images of half a megapixel of noise, each full of mistakes, the report can
// still be sent by mail.
func TestReportStaysSmall(t *testing.T) {
	dir := t.TempDir()
	j := newJob(t, smallConfig(t, dir), dir, 1)
	if err := os.MkdirAll(j.Layout.Maps(), 0o755); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	noise := detection.NewVolume([3]int{1, 640, 800}, 1)
	for i := range noise.Data {
		noise.Data[i] = float32(r.IntN(256))
	}
	first := ""
	var truth, found [][]detection.Point
	for i := range 35 {
		it := Item{Name: fmt.Sprint(i), Path: fmt.Sprintf("%d.tif", i), Image: &imageio.Image{Volume: noise}}
		for k := range 60 {
			p := detection.Point{Pos: [3]float64{0, r.Float64() * 639, r.Float64() * 799}, Prob: r.Float64()}
			if k%2 == 0 {
				it.Truth = append(it.Truth, p)
			}
		}
		j.Test = append(j.Test, it)
		truth, found = append(truth, it.Truth), append(found, []detection.Point{{Prob: 0.5}, {Pos: [3]float64{0, 600, 700}, Prob: 0.7}})
		if first == "" {
			first = j.mapPath(it)
			if err := imageio.WriteFile(first, noise, imageio.DefaultTIFFOptions()); err != nil {
				t.Fatal(err)
			}
		} else if err := os.Link(first, j.mapPath(it)); err != nil {
			t.Fatal(err)
		}
	}
	e, err := detection.ScoreImages(truth, found, matchOptions(j.Config))
	if err != nil {
		t.Fatal(err)
	}
	j.Evaluation = &e
	p := report.Page{Score: &report.Score{Evaluation: e}}
	if p.Pictures, err = j.reportPictures(found); err != nil {
		t.Fatal(err)
	}
	if p.Browser, err = j.reportBrowser(found); err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := report.Write(&page, p); err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f MB, %.1f MB of them the browser", float64(page.Len())/1e6, float64(len(p.Browser))/1e6)
	if page.Len() > 15_000_000 || len(p.Browser) < 4_000_000 {
		t.Errorf("the report has %d bytes, the browser %d: want at most 15 MB, and most of what it may have", page.Len(), len(p.Browser))
	}
	if !strings.Contains(string(p.Browser), "mistakes have no thumbnail") || !strings.Contains(string(p.Browser), "show one pixel for") {
		t.Error("the browser does not say what was left out")
	}
}
