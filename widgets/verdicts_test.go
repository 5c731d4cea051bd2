package widgets

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestReadVerdicts(t *testing.T) {
	const flat = "\ufeffindex,axis-0,axis-1,value,image,kind,verdict\n0,1.5,2.25,0.9,a.tif,false,label missing\n1,3,4e1,,\"b,\"\"c\"\".tif\",missed,\n"
	got, err := ReadVerdicts(strings.NewReader(flat), "v.csv")
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	want := Verdict{Image: "a.tif", Point: detection.Point{Pos: [3]float64{0, 1.5, 2.25}, Prob: 1}, Value: 0.9, Text: "label missing"}
	if got[0] != want {
		t.Errorf("%+v, want %+v", got[0], want)
	}
	second := got[1]
	if !math.IsNaN(second.Value) || second.Image != `b,"c".tif` || !second.Missed || second.Point.Pos != [3]float64{0, 3, 40} || second.Text != "" {
		t.Errorf("%+v", second)
	}
	points, err := detection.ReadPoints(strings.NewReader(flat), "v.csv", detection.DefaultReadPointsOptions())
	if err != nil || len(points) != 2 || points[1].Pos != second.Point.Pos {
		t.Errorf("as points: %+v, %v", points, err)
	}
	volume, err := ReadVerdicts(strings.NewReader("index,axis-0,axis-1,axis-2,class,value,image,kind,verdict\n0,7,1,2,3,0.5,a,missed,unsure\n"), "v.csv")
	if err != nil || volume[0].Point != (detection.Point{Pos: [3]float64{7, 1, 2}, Prob: 1, Class: 3}) {
		t.Errorf("%+v, %v", volume, err)
	}
	head := "index,axis-0,axis-1,class,value,image,kind,verdict\n"
	for text, want := range map[string]string{
		"": "v.csv: file is empty: want the header index,", "index,axis-0,axis-1\n": "v.csv:1: no column value, image, kind, verdict: want the header",
		head + "0,1,2,1,,a,false,\n0,x,2,1,,a,false,\n": `v.csv:3: axis-0 is "x": want a finite number`,
		head + "0,1,NaN,1,,a,false,\n":                  `v.csv:2: axis-1 is "NaN"`, head + "0,1,2,1.5,,a,false,\n": "class is 1.5: want a whole number",
		head + "0,1,2,1,,a,maybe,\n": `v.csv:2: kind is "maybe": want "false" or "missed"`, head + "0,1,2,1,0.5.5,a,false,\n": `value is "0.5.5"`,
		head + "0,1,2\n": "v.csv: record on line 2: wrong number of fields",
	} {
		if _, err := ReadVerdicts(strings.NewReader(text), "v.csv"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestRelabel(t *testing.T) {
	at := func(y, x float64, class int) detection.Point {
		return detection.Point{Pos: [3]float64{0, y, x}, Prob: 1, Class: class}
	}
	truth := []detection.Point{at(1, 1, 1), at(1, 1, 2), at(5, 5, 1)}
	detection.Renumber(truth)
	verdicts := []Verdict{
		{Image: "a", Point: at(9, 9, 2), Text: VerdictLabelMissing}, {Image: "a", Missed: true, Point: at(1, 1, 2), Text: VerdictLabelWrong},
		{Image: "a", Point: at(2, 2, 1), Text: VerdictReallyWrong}, {Image: "a", Missed: true, Point: at(5, 5, 1), Text: VerdictUnsure},
		{Image: "b", Missed: true, Point: at(5, 5, 1), Text: VerdictLabelWrong}, {Image: "a", Point: at(3, 3, 1)},
	}
	got, err := Relabel("a", truth, verdicts)
	want := []detection.Point{at(1, 1, 1), at(5, 5, 1), at(9, 9, 2)}
	detection.Renumber(want)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v: %v", got, want, err)
	}
	if truth[1] != (detection.Point{ID: 2, Pos: [3]float64{0, 1, 1}, Prob: 1, Class: 2}) {
		t.Error("the points given are changed")
	}
	for want, v := range map[string]Verdict{
		"relabel a: no true point at [0 1 1] of class 3": {Image: "a", Missed: true, Point: at(1, 1, 3), Text: VerdictLabelWrong},
		"there is a true point at [0 5 5] already":       {Image: "a", Point: at(5, 5, 1), Text: VerdictLabelMissing},
	} {
		if _, err := Relabel("a", truth, []Verdict{v}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Whatever a file holds, reading it ends with an error or with verdicts whose
// points are finite.
func FuzzReadVerdicts(f *testing.F) {
	f.Add("index,axis-0,axis-1,value,image,kind,verdict\n0,1.5,2.25,0.9,a.tif,false,label missing\n")
	f.Add("index,axis-0,axis-1,axis-2,class,value,image,kind,verdict\n0,7,1,2,3,,\"a\nb\",missed,unsure\n")
	f.Add("kind,kind,value,verdict,image,axis-1,axis-0\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ReadVerdicts(strings.NewReader(text), "fuzz.csv")
		if err != nil && list != nil {
			t.Errorf("an error and %d verdicts", len(list))
		}
		for _, v := range list {
			for _, c := range v.Point.Pos {
				if math.IsNaN(c) || math.IsInf(c, 0) {
					t.Errorf("%+v", v)
				}
			}
			if v.Point.Class < 0 {
				t.Errorf("%+v", v)
			}
		}
	})
}
