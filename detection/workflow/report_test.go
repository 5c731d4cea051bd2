package workflow

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"image"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/plots"
)

// reportTables reads the tables of a report that have an id, and the text of
// everything else that has one; the page must be well formed.
func reportTables(t *testing.T, path string) (tables map[string][][]string, texts map[string]string) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tables, texts = map[string][][]string{}, map[string]string{}
	var table, id, cell string
	for d := xml.NewDecoder(strings.NewReader(string(page))); ; {
		token, err := d.Token()
		if err == io.EOF {
			return tables, texts
		}
		if err != nil {
			t.Fatalf("the report is not well formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			cell = ""
			for _, a := range token.Attr {
				switch a.Name.Local {
				case "id":
					id = a.Value
				case "src", "href":
					if !strings.HasPrefix(a.Value, "#") && !strings.HasPrefix(a.Value, "data:") {
						t.Errorf("the report refers to %s", a.Value)
					}
				}
			}
			switch token.Name.Local {
			case "table":
				table = id
			case "tr":
				tables[table] = append(tables[table], nil)
			}
		case xml.CharData:
			cell += string(token)
			if id != "" && texts[id] == "" {
				texts[id] = strings.TrimSpace(string(token))
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "td":
				rows := tables[table]
				rows[len(rows)-1] = append(rows[len(rows)-1], cell)
			case "table":
				table = ""
			}
			id = ""
		}
	}
}

func readCSV(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// rounded writes a number of a CSV file as the report does.
func rounded(t *testing.T, format, text string) string {
	t.Helper()
	if text == "" {
		return "\u2013"
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(format, v)
}

// checkReport compares the numbers of the report with those of the CSV files.
func checkReport(t *testing.T, j *Job) {
	t.Helper()
	checkBrowser(t, j)
	tables, texts := reportTables(t, j.Layout.Report())
	pooled := readCSV(t, j.Layout.Results("test_results_summary.csv"))[0]
	for id, column := range map[string]string{"f1": "f1", "precision": "precision", "recall": "recall"} {
		if want := rounded(t, "%.3f", pooled[column]); texts[id] != want {
			t.Errorf("%s is %q in the report, want %q", id, texts[id], want)
		}
	}
	for _, id := range []string{"tp", "fp", "fn"} {
		if texts[id] != pooled[id] {
			t.Errorf("%s is %q in the report, want %q", id, texts[id], pooled[id])
		}
	}

	counted := map[string]string{}
	for _, row := range readCSV(t, j.Layout.Results(countsFile)) {
		counted[row["filename"]] = row["cells"]
	}
	want := map[string][]string{}
	for _, row := range readCSV(t, j.Layout.Results("test_results_metrics.csv")) {
		tp, _ := strconv.Atoi(row["tp"])
		fn, _ := strconv.Atoi(row["fn"])
		ratio := func(column string) string { return rounded(t, "%.3f", row[column]) }
		want[row["file"]] = []string{ratio("f1"), ratio("precision"), ratio("recall"), strconv.Itoa(tp + fn), counted[row["file"]], row["tp"], row["fp"], row["fn"]}
	}
	last := -1.0
	rows := tables["images"][1:]
	if len(rows) != len(want) {
		t.Errorf("%d images in the report, want %d", len(rows), len(want))
	}
	for _, row := range rows {
		if got := slices.Delete(slices.Clone(row), 6, 7)[1:]; !slices.Equal(got, want[row[0]]) {
			t.Errorf("%s: %v in the report, want %v", row[0], got, want[row[0]])
		}
		f1, err := strconv.ParseFloat(row[1], 64)
		if err != nil || f1 < last {
			t.Errorf("F1 %s after %v: not worst first", row[1], last)
		}
		last = f1
	}

	for i, row := range readCSV(t, j.logFile()) {
		var cells []string
		for _, column := range []string{"epoch", "loss", "iou", "val_loss", "val_iou", "val_f1", "lr", "seconds"} {
			cells = append(cells, rounded(t, "%.4g", row[column]))
		}
		got := tables["epochs"][1+i]
		if !slices.Equal(got[:7], cells[:7]) { // the log has fewer digits of the seconds
			t.Errorf("epoch %d: %v in the report, %v in the log", i+1, got, cells)
		}
	}

	// both curves pass through the pooled result
	through := func(table, at string) {
		for _, row := range tables[table] {
			if len(row) > 0 && row[0] == at {
				if got := []string{row[4], row[5], row[6]}; !slices.Equal(got, []string{pooled["tp"], pooled["fp"], pooled["fn"]}) {
					t.Errorf("%s at %s: %v, the job has %v", table, at, got, pooled)
				}
				return
			}
		}
		t.Errorf("%s has no row at %s: %v", table, at, tables[table])
	}
	through("tolerances", pooled["tolerance"])
	through("thresholds-test", fmt.Sprintf("%.4g", usedThreshold(j.detectOptions())))
	best := j.Tuned.Metrics
	for _, row := range tables["thresholds-tuning"][1:] {
		if row[0] == fmt.Sprintf("%.4g", j.Tuned.Detect.Peaks.Threshold) && !slices.Equal(row[4:], []string{strconv.Itoa(best.TP), strconv.Itoa(best.FP), strconv.Itoa(best.FN)}) {
			t.Errorf("validation curve %v, the tuning has %+v", row, best)
		}
	}
	if n := len(tables["thresholds-tuning"]) - 1; n != len(detection.DefaultTuneOptions().Thresholds) {
		t.Errorf("%d thresholds on the validation images", n)
	}
}

func TestUsedThreshold(t *testing.T) {
	manual := detection.DefaultDetectOptions()
	manual.Peaks.Threshold = 0.3
	alike, apart, otsu := manual, manual, manual
	alike.ClassThresholds, apart.ClassThresholds = []float64{0.7, 0.7}, []float64{0.7, 0.6}
	otsu.Peaks.ThresholdType = detection.Otsu
	for i, tt := range []struct {
		o    detection.DetectOptions
		want float64
	}{{manual, 0.3}, {alike, 0.7}, {apart, math.NaN()}, {otsu, math.NaN()}} {
		if got := usedThreshold(tt.o); got != tt.want && !(math.IsNaN(got) && math.IsNaN(tt.want)) {
			t.Errorf("case %d: %v, want %v", i, got, tt.want)
		}
	}
}

// TestCodeHash takes the hash anew from the files on the disk.
func TestCodeHash(t *testing.T) {
	got, err := CodeHash()
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	for _, name := range []string{"config", "training", "unet"} {
		files, err := filepath.Glob(filepath.Join("..", name, "*.go"))
		if err != nil || len(files) < 5 {
			t.Fatalf("%d files of %s: %v", len(files), name, err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(hash, "%s/%s %d\n%s", name, filepath.Base(f), len(text), text)
		}
	}
	if want := hex.EncodeToString(hash.Sum(nil)); got != want {
		t.Errorf("hash %s, from the files %s", got, want)
	}
}

func TestHashSources(t *testing.T) {
	hash := func(files map[string]string) string {
		m := fstest.MapFS{}
		for name, text := range files {
			m[name] = &fstest.MapFile{Data: []byte(text)}
		}
		h, err := hashSources(map[string]fs.FS{"p": m})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	base := hash(map[string]string{"a.go": "x", "b.go": "y"})
	if hash(map[string]string{"a.go": "x", "b.go": "y", "a_test.go": "z"}) != base {
		t.Error("a test changes the hash")
	}
	for _, other := range []map[string]string{{"a.go": "x", "b.go": "z"}, {"a.go": "xy", "b.go": ""}, {"a.go": "x", "c.go": "y"}, {"a.go": "x"}} {
		if hash(other) == base {
			t.Errorf("%v has the hash of other files", other)
		}
	}
}

func TestVersions(t *testing.T) {
	info := &debug.BuildInfo{Deps: []*debug.Module{{Path: "a", Version: "v1"}, {Path: "b", Version: "v1", Replace: &debug.Module{Version: "v2"}}}}
	for path, want := range map[string]string{"a": "v1", "b": "v2", "c": "unknown"} {
		if got := moduleVersion(info, path); got != want {
			t.Errorf("version of %s is %s, want %s", path, got, want)
		}
	}
	if got := programVersion(info); got != "unknown, built without a commit's name" {
		t.Errorf("program %q", got)
	}
	info.Main.Version, info.Settings = "v3", []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "false"}}
	if got := programVersion(info); got != "v3, commit abc" {
		t.Errorf("program %q", got)
	}
	info.Settings[1].Value = "true"
	if got := programVersion(info); got != "v3, commit abc with changes" {
		t.Errorf("program %q", got)
	}
}

// TestDisplayImage: a stack is shown by its brightest planes, a large image
// smaller, and colour as colour.
func TestDisplayImage(t *testing.T) {
	stack := detection.NewVolume([3]int{3, 2, 2}, 1)
	stack.Data = []float32{9, 0, float32(math.NaN()), 0, 0, 0, 4, 0, 1, 7, 0, 0}
	if got := brightestPlanes(stack).Data; !slices.Equal(got, []float32{9, 7, 4, 0}) {
		t.Errorf("brightest planes %v", got)
	}
	large := detection.NewVolume([3]int{1, 400, 1600}, 2) // the first of two channels is shown
	for i := range large.Data {
		large.Data[i] = float32((1 - i%2) * (i / 2 % 1600)) // grows with x
	}
	m, scale, err := displayImage(large)
	if err != nil {
		t.Fatal(err)
	}
	grey, ok := m.(*image.Gray)
	if !ok || scale != 0.5 || m.Bounds() != image.Rect(0, 0, 800, 200) {
		t.Fatalf("%T of %v at scale %v, want grey of 800 x 200 at 0.5", m, m.Bounds(), scale)
	}
	if a, b, c := grey.GrayAt(0, 7).Y, grey.GrayAt(400, 7).Y, grey.GrayAt(799, 7).Y; a > 1 || b < 126 || b > 130 || c < 254 {
		t.Errorf("grey values %d, %d, %d from left to right, want about 0, 128, 255", a, b, c)
	}
	colour := detection.NewVolume([3]int{1, 1, 2}, 3)
	colour.Data = []float32{0, 0, 0, 10, 5, 0}
	m, scale, err = displayImage(colour)
	if err != nil || scale != 1 {
		t.Fatal(err, scale)
	}
	if r, g, b, _ := m.At(1, 0).RGBA(); r>>8 != 255 || g>>8 != 128 || b != 0 {
		t.Errorf("colour %d, %d, %d, want 255, 128, 0", r>>8, g>>8, b>>8)
	}
}

// TestReportPictures draws without a job: with the truth the worst images
// first and the perfect one never, without it the first images as they come.
func TestReportPictures(t *testing.T) {
	dir := t.TempDir()
	at := func(y, x float64) detection.Point { return detection.Point{Pos: [3]float64{0, y, x}, Prob: 0.75} }
	truth := [][]detection.Point{{at(2, 2)}, {at(2, 2), at(20, 30)}, {at(5, 5)}}
	found := [][]detection.Point{{at(2, 2)}, {at(2, 2.5), at(9, 9)}, {at(5, 6), at(20, 6), at(2, 30)}}
	j := &Job{Config: smallConfig(t, dir)}
	for i := range truth {
		v := detection.NewVolume([3]int{1, 24, 36}, 1)
		v.Data[i] = 1
		j.Test = append(j.Test, Item{Path: fmt.Sprintf("<b>%d.tif", i), Image: &imageio.Image{Volume: v}, Truth: truth[i]})
	}
	blind, err := j.reportPictures(found)
	if err != nil {
		t.Fatal(err)
	}
	if len(blind) != 3 || blind[1].Name != "<b>1.tif" || blind[1].Caption != "2 found" {
		t.Fatalf("%d pictures without truth, the second is %q: %q", len(blind), blind[1].Name, blind[1].Caption)
	}
	if want := (plots.Mark{Kind: plots.Found, X: 9, Y: 9, Note: "y 9, x 9, probability 0.75"}); blind[1].Overlay.Marks[1] != want {
		t.Errorf("mark %+v, want %+v", blind[1].Overlay.Marks[1], want)
	}
	e, err := detection.ScoreImages(truth, found, matchOptions(j.Config))
	if err != nil {
		t.Fatal(err)
	}
	j.Evaluation = &e
	pictures, err := j.reportPictures(found)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range pictures {
		got = append(got, p.Name+" "+p.Caption)
	}
	// both have an F1 of 0.5 and two mistakes: the name decides
	if want := []string{"<b>1.tif F1 0.500: 1 found, 1 missed, 1 false", "<b>2.tif F1 0.500: 1 found, 0 missed, 2 false"}; !slices.Equal(got, want) {
		t.Errorf("pictures %q, want %q", got, want)
	}
	want := []plots.Mark{
		{Kind: plots.Hit, X: 2.5, Y: 2},
		{Kind: plots.Missed, X: 30, Y: 20, Note: "missed at y 20, x 30"},
		{Kind: plots.False, X: 9, Y: 9, Note: "false at y 9, x 9, probability 0.75"},
	}
	if !slices.Equal(pictures[0].Overlay.Marks, want) {
		t.Errorf("marks %+v, want %+v", pictures[0].Overlay.Marks, want)
	}
}
