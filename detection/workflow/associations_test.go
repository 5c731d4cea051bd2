package workflow

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

func associate(t *testing.T, a Associations) (dir string) {
	t.Helper()
	detection.Renumber(a.Truth)
	detection.Renumber(a.Pred)
	var err error
	a.Matching, err = detection.Match(a.Truth, a.Pred, detection.MatchOptions{Tolerance: 5, Spacing: detection.Spacing{2, 1, 1}, ClassAware: a.Classes})
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := WriteAssociations(dir, "im", a); err != nil {
		t.Fatal(err)
	}
	return dir
}

func at(z, y, x float64, class int) detection.Point {
	return detection.Point{Pos: [3]float64{z, y, x}, Prob: 0.5, Class: class}
}

func TestWriteAssociations(t *testing.T) {
	tests := []struct {
		name        string
		a           Associations
		truth, fake string
	}{
		{
			"2D", Associations{
				Dims: [3]int{1, 40, 50}, NDim: 2,
				Truth: []detection.Point{at(0, 30, 40, 0), at(0, 10, 10.5, 0)},
				Pred:  []detection.Point{at(0, 0, 49, 0), at(0, 13, 14.5, 0)},
			},
			"gt_id,pred_id,distance,tag,axis-0,axis-1,pred_axis-0,pred_axis-1\n1,-1,-1,FN,30,40,,\n2,2,5,TP,10,10.5,13,14.5\n",
			"pred_id,axis-0,axis-1,tag\n1,0,49,FP\n",
		},
		{
			"3D with classes, distances in physical units", Associations{
				Dims: [3]int{6, 40, 50}, NDim: 3, Classes: true,
				Truth: []detection.Point{at(1, 10, 10, 2), at(5, 30, 30, 1)},
				Pred:  []detection.Point{at(3, 13, 10, 2), at(5, 30, 30, 2)},
			},
			"gt_id,pred_id,distance,tag,axis-0,axis-1,axis-2,gt_class,pred_axis-0,pred_axis-1,pred_axis-2,pred_class\n" +
				"1,1,5,TP,1,10,10,2,3,13,10,2\n2,-1,-1,FN,5,30,30,1,,,,\n",
			"pred_id,axis-0,axis-1,axis-2,tag,pred_class\n2,5,30,30,FP,2\n",
		},
		{
			"nothing at all", Associations{Dims: [3]int{1, 8, 8}, NDim: 2},
			"gt_id,pred_id,distance,tag,axis-0,axis-1,pred_axis-0,pred_axis-1\n", "pred_id,axis-0,axis-1,tag\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := associate(t, tt.a)
			for suffix, want := range map[string]string{"_gt_assoc.csv": tt.truth, "_fp.csv": tt.fake} {
				if got, err := os.ReadFile(filepath.Join(dir, "im"+suffix)); err != nil || string(got) != want {
					t.Errorf("%s is\n%swant\n%s%v", suffix, got, want, err)
				}
			}
			for suffix, want := range map[string]struct {
				kind     imageio.SampleKind
				channels int
				highest  float32
			}{
				"_gt_ids.tif": {imageio.Uint16, 1, float32(len(tt.a.Truth))}, "_pred_ids.tif": {imageio.Uint16, 1, float32(len(tt.a.Pred))},
				".tif": {imageio.Uint8, 3, min(float32(len(tt.a.Truth)), 1) * 255},
			} {
				im, err := imageio.Read(filepath.Join(dir, "im"+suffix))
				if err != nil {
					t.Fatal(err)
				}
				if _, hi := im.Range(); im.Kind != want.kind || im.Channels != want.channels || im.Dims != tt.a.Dims || hi != want.highest {
					t.Errorf("%s: %v of %d %v up to %v, want %+v", suffix, im.Dims, im.Channels, im.Kind, hi, want)
				}
			}
		})
	}
}

// checkAssociations holds the tables of a job equal to its metrics: as many
// rows of each tag as are counted there, each id once, and the ids of the
// pictures those of the tables.
func checkAssociations(t *testing.T, j *Job) {
	t.Helper()
	metrics := readTable(t, j.Layout.Results("test_results_metrics.csv"))
	if len(metrics) != len(j.Test) {
		t.Fatalf("%d rows of metrics for %d images", len(metrics), len(j.Test))
	}
	for i, it := range j.Test {
		base := filepath.Join(j.Layout.Associations(), it.Name)
		assoc, fp := readTable(t, base+"_gt_assoc.csv"), readTable(t, base+"_fp.csv")
		tags, pred, truth := map[string]int{}, map[string]bool{}, map[string]bool{}
		for _, row := range assoc {
			tags[row["tag"]]++
			truth[row["gt_id"]] = true
			if row["tag"] == "TP" {
				pred[row["pred_id"]] = true
			}
		}
		for _, row := range fp {
			tags[row["tag"]]++
			pred[row["pred_id"]] = true
		}
		for tag, column := range map[string]string{"TP": "tp", "FP": "fp", "FN": "fn"} {
			if want := metrics[i][column]; strconv.Itoa(tags[tag]) != want {
				t.Errorf("%s: %d rows are %s, the metrics say %s", it.Name, tags[tag], tag, want)
			}
		}
		if len(truth) != len(assoc) || len(pred) != tags["TP"]+tags["FP"] {
			t.Errorf("%s: %d true ids in %d rows, %d predicted ids in %d", it.Name, len(truth), len(assoc), len(pred), tags["TP"]+tags["FP"])
		}
		if n := len(readTable(t, filepath.Join(j.Layout.Points(), it.Name+pointsSuffix))); n != len(pred) {
			t.Errorf("%s: %d points, %d in the associations", it.Name, n, len(pred))
		}
		for suffix, ids := range map[string]map[string]bool{"_gt_ids.tif": truth, "_pred_ids.tif": pred} {
			im, err := imageio.Read(base + suffix)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range im.Data {
				if v != 0 && !ids[strconv.Itoa(int(v))] {
					t.Fatalf("%s: id %v is in no table", it.Name+suffix, v)
				}
			}
		}
	}
}

// readTable reads a CSV file as one map per row, by the names of its header.
func readTable(t *testing.T, path string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%s: %d rows, %v", path, len(rows), err)
	}
	table := make([]map[string]string, len(rows)-1)
	for i, row := range rows[1:] {
		table[i] = map[string]string{}
		for k, name := range rows[0] {
			table[i][name] = row[k]
		}
	}
	return table
}
