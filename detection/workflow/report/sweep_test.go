package report

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/sweep"
	"github.com/puncta-bio/puncta/plots/echarts"
)

// sampleSweep is a sweep over a rate, a network and a threshold, of which one run
// failed and one has no time.
func sampleSweep(runs int) Sweep {
	t := &sweep.Table{Parameters: []string{"TRAIN.LR", "MODEL.ARCHITECTURE", "TEST.DET_MIN_TH_TO_BE_PEAK"}, Objective: sweep.Objective{Measure: "f1", Goal: sweep.Maximise}}
	for i := range runs {
		rate, net, threshold := []string{"0.0001", "0.001", "0.01"}[i%3], []string{"unet", "resunet"}[i/3%2], 0.1*float64(1+i/6%9)
		f1 := 0.9 - 0.05*math.Abs(float64(i%3)-1) - 0.2*math.Abs(threshold-0.4) + 0.02*float64(i/3%2)
		row := sweep.Row{
			Run: sweep.Run{Number: i + 1, Values: []sweep.Value{{Text: rate}, {Text: net}, {Text: sweep.Digits(threshold, 3)}}},
			Record: sweep.Record{ID: fmt.Sprintf("%016x", i), Results: []sweep.Result{
				{Measure: "f1", Value: f1}, {Measure: "tp", Value: math.Round(1000 * f1)}, {Measure: "val_loss", Value: 1 - f1}, {Measure: "seconds", Value: 20 + 10*float64(i/3%2) + float64(i%5)},
			}},
		}
		switch i {
		case 4:
			row.Record = sweep.Record{ID: row.ID, Error: "the loss is NaN <after> 3 epochs"}
		case 5:
			row.Results = row.Results[:3]
		}
		t.Rows = append(t.Rows, row)
	}
	return Sweep{
		Name: "rates & networks", About: fmt.Sprintf("%d runs of nuclei.yaml.", runs), Table: t, File: "best.yaml",
		Command: "puncta run --config results/rates/best.yaml --result_dir results --name rates-best", Cards: []Entry{{"trainings", "6"}},
	}
}

func writtenSweep(t *testing.T, s Sweep) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteSweep(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWriteSweep(t *testing.T) {
	page := writtenSweep(t, sampleSweep(54))
	for _, want := range []string{
		"<title>rates &amp; networks – Puncta</title>", `<b id="best">0.92</b> best F1, run 23`, `<b id="runs">54</b>`, `<b id="failed">1</b>`, "<b>6</b> trainings",
		`<th scope="row">TRAIN.LR</th><td>0.001</td>`, "puncta run --config results/rates/best.yaml", "the loss is NaN &lt;after&gt; 3 epochs",
		`<th scope="col">validation loss</th>`, `<tr class="best"><td>23</td><td class="setting">0.001</td>`, "F1 over each parameter", "Parallel coordinates", "F1 against time",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if n := strings.Count(page, `class="puncta-chart"`); n != 3 {
		t.Errorf("%d charts", n)
	}
	if n := strings.Count(page, "<tr"); n != 3+1+54 {
		t.Errorf("%d rows of tables", n)
	}
	if strings.Contains(page, "more are in") {
		t.Error("the page says that runs are left out")
	}
	if page != writtenSweep(t, sampleSweep(54)) {
		t.Error("the same sweep gives other bytes")
	}
	for _, bad := range []string{"http://", "https://", "src=\"/", "href="} {
		if strings.Contains(strings.ReplaceAll(page, "http://www.w3.org", ""), bad) {
			t.Errorf("the page has %q", bad)
		}
	}

	// what is left out, and of what there is too much
	s := sampleSweep(1)
	s.Command, s.Table.Rows[0].Results = "", s.Table.Rows[0].Results[:1]
	if page := writtenSweep(t, s); strings.Contains(page, "puncta-chart") || strings.Contains(page, "command") != strings.Contains(styleText, "command") || strings.Contains(page, "went wrong") {
		t.Error("one run has charts, a command or failures")
	}
	s = sampleSweep(6)
	for i := range s.Table.Rows {
		s.Table.Rows[i].Error = "nothing"
	}
	if page := writtenSweep(t, s); strings.Contains(page, "best-run") || strings.Contains(page, "puncta-chart") {
		t.Error("failures alone have a best run")
	}
	page = writtenSweep(t, sampleSweep(1500))
	if n := strings.Count(page, "<tr"); n != 3+1+500 || !strings.Contains(page, "1000 more are in table.csv") || !strings.Contains(page, "The charts show the 1000 best runs; 499 more are in the table.") {
		t.Errorf("%d rows of 1500 runs", n)
	}
	if !strings.Contains(page, "runs are as good; the first one is taken") {
		t.Error("no word of equal runs")
	}
	damaged := sampleSweep(9)
	damaged.Library = func() ([]byte, error) { return []byte("no library"), nil }
	if err := WriteSweep(new(bytes.Buffer), damaged); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged library: %v", err)
	}
	damaged.Library = func() ([]byte, error) { return nil, echarts.ErrAbsent }
	if err := WriteSweep(new(bytes.Buffer), damaged); err != nil {
		t.Errorf("without the library: %v", err)
	}
	damaged.Library = func() ([]byte, error) { return nil, errors.New("no disk") }
	if err := WriteSweep(new(bytes.Buffer), damaged); err == nil {
		t.Error("a library that cannot be read was passed over")
	}
}

func TestSweepRuns(t *testing.T) {
	s := sampleSweep(12)
	s.Table.Objective = sweep.Objective{Measure: "val_loss", Goal: sweep.Minimise}
	s.Table.Rows[7].Results[2].Value = math.NaN()
	runs := SweepRuns(s.Table, 100)
	if len(runs.Rows) != 10 || runs.Objective != "validation loss" || !runs.LowerIsBetter || len(runs.Parameters) != 3 {
		t.Fatalf("%+v", runs)
	}
	for i, r := range runs.Rows {
		if i > 0 && r.Objective < runs.Rows[i-1].Objective {
			t.Errorf("run %d is better than the one before", i)
		}
		if math.IsNaN(r.Seconds) != (r.Name == "run 6") {
			t.Errorf("%s took %v", r.Name, r.Seconds)
		}
	}
	if few := SweepRuns(s.Table, 4); len(few.Rows) != 4 {
		t.Errorf("%d rows", len(few.Rows))
	}
}
