package plots

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/plots/echarts"
)

// scoreRows are scores of 10 objects at some thresholds, not in order.
func scoreRows() ([]float64, []detection.Score) {
	return []float64{0.75, 0.25, 0.5, 1}, []detection.Score{{TP: 4, FP: 1, FN: 6}, {TP: 9, FP: 9, FN: 1}, {TP: 8, FP: 2, FN: 2}, {FN: 10}}
}

func scoreCharts(t *testing.T) (overThreshold, overRecall Curves) {
	t.Helper()
	thresholds, scores := scoreRows()
	a, err := ScoresOverThreshold(thresholds, scores, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	b, err := PrecisionOverRecall(thresholds, scores)
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

func TestScoreCharts(t *testing.T) {
	a, b := scoreCharts(t)
	for _, want := range []struct {
		name      string
		line      Curve
		x, y      []float64
		firstNote string
	}{
		{"F1", a.Lines[0], []float64{0.25, 0.5, 0.75, 1}, []float64{18.0 / 28, 0.8, 8.0 / 15, 0}, ""},
		{"precision", a.Lines[1], []float64{0.25, 0.5, 0.75, 1}, []float64{0.5, 0.8, 0.8, 0}, ""},
		{"recall", a.Lines[2], []float64{0.25, 0.5, 0.75, 1}, []float64{0.9, 0.8, 0.4, 0}, ""},
		{"threshold by threshold", b.Lines[0], []float64{0.9, 0.8, 0.4}, []float64{0.5, 0.8, 0.8}, "threshold 0.25, F1 0.643"},
	} {
		l := want.line
		if l.Name != want.name || !slices.Equal(l.X, want.x) || !slices.Equal(l.Y, want.y) || want.firstNote != "" && l.Notes[0] != want.firstNote {
			t.Errorf("%s: %+v", want.name, l)
		}
	}
	for _, err := range []error{
		second(ScoresOverThreshold([]float64{1}, nil, 0)), second(ScoresOverThreshold(nil, nil, 0)), second(PrecisionOverRecall(nil, nil)),
		second(PrecisionOverRecall(nil, []detection.Score{{}})), (Curve{X: []float64{1}, Y: []float64{1}, Notes: []string{"a", "b"}}).check(),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "plots: ") {
			t.Errorf("error %v", err)
		}
	}
}

func second(_ Curves, err error) error { return err }

func (c Curve) check() error { _, err := c.points(); return err }

func TestInteractiveChart(t *testing.T) {
	a, _ := scoreCharts(t)
	a.Title = `</script><b>&"quoted"`
	a.Lines[1].Y[0] = math.NaN()
	var b, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&b, &again} {
		if err := a.WriteHTML(w, DefaultInteractiveOptions()); err != nil {
			t.Fatal(err)
		}
	}
	text := b.String()
	if text != again.String() {
		t.Error("two drawings of the same data differ")
	}
	if strings.Count(text, "</script>") != 1 || strings.Contains(text, "<b>") {
		t.Error("the title reaches into the page")
	}
	if found := regexp.MustCompile(`(src|href)\s*=\s*["']?(https?:)?//|https?://|import\(|fetch\(`).FindString(text); found != "" {
		t.Errorf("the chart may load something: %s", found)
	}
	if !strings.Contains(text, `<img src="data:image/png;base64,`) || !strings.Contains(text, echarts.ReadyEvent) {
		t.Error("no still picture, or no wait for the library")
	}
	option, err := json.Marshal(a.option().chart.JSON())
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Title  struct{ Text string }
		XAxis  []struct{ Min, Max float64 }
		Series []struct {
			Name     string
			Data     []struct{ Value [2]any }
			MarkLine struct{ Data []struct{ XAxis float64 } }
		}
	}
	if err := json.Unmarshal(option, &got); err != nil {
		t.Fatal(err)
	}
	if s := got.Series; len(s) != 3 || s[0].Name != "F1" || s[0].Data[1].Value != [2]any{0.5, 0.8} || s[1].Data[0].Value != [2]any{0.25, "-"} ||
		len(s[0].MarkLine.Data) != 1 || s[0].MarkLine.Data[0].XAxis != 0.5 || got.XAxis[0].Max != 1 || got.Title.Text != a.Title {
		t.Errorf("option %s", option)
	}
}

func TestInteractiveOptions(t *testing.T) {
	a, _ := scoreCharts(t)
	o := DefaultInteractiveOptions()
	o.Library = func() ([]byte, error) { return nil, echarts.ErrAbsent }
	var b bytes.Buffer
	if err := a.WriteHTML(&b, o); err != nil || !strings.Contains(b.String(), "puncta kernel install") {
		t.Errorf("without the library: %v", err)
	}
	o.Library = func() ([]byte, error) { return []byte("other"), nil }
	if err := a.WriteHTML(&b, o); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("another library: %v", err)
	}
	o.Library = func() ([]byte, error) { return nil, errDisk }
	if err := a.WriteHTML(&b, o); !errors.Is(err, errDisk) {
		t.Errorf("a library that cannot be read: %v", err)
	}
	o = DefaultInteractiveOptions()
	o.Height = 5
	if err := a.WriteHTML(&b, o); err == nil || !strings.Contains(err.Error(), "Height is 5") {
		t.Errorf("height: %v", err)
	}
	if err := a.WriteHTML(failingWriter{}, DefaultInteractiveOptions()); !errors.Is(err, errDisk) {
		t.Errorf("a full disk: %v", err)
	}
}
