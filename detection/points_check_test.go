package detection_test

import (
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestCheckClasses(t *testing.T) {
	file := func(name string, classes ...int) detection.PointsFile {
		f := detection.PointsFile{Name: name}
		for _, c := range classes {
			f.Points = append(f.Points, detection.Point{Class: c})
		}
		return f
	}
	tests := []struct {
		name    string
		files   []detection.PointsFile
		classes int
		want    string // "" for no error
	}{
		{name: "no files"},
		{name: "no classes", files: []detection.PointsFile{file("a", 0, 0)}},
		{name: "no classes, one wanted", files: []detection.PointsFile{file("a", 0, 0)}, classes: 1},
		{name: "together complete", files: []detection.PointsFile{file("a", 1, 3), file("b"), file("c", 2)}},
		{name: "together complete, three wanted", files: []detection.PointsFile{file("a", 1, 3), file("c", 2)}, classes: 3},
		{name: "gap", files: []detection.PointsFile{file("a", 1), file("b", 5, 3)},
			want: "no point of 2 files has class 2 or 4, the largest is 5 in b: want 1 to k without gaps"},
		{name: "last class without points", files: []detection.PointsFile{file("a", 1, 2)}, classes: 3,
			want: "no point of 1 files has class 3, the largest is 2 in a: want 1 to k without gaps"},
		{name: "no points at all", files: []detection.PointsFile{file("a")}, classes: 2,
			want: "no point of 1 files has class 1 or 2, there are no points: want 1 to k without gaps"},
		{name: "above k and below 0, once a file", files: []detection.PointsFile{file("a", 1, 2, 3, 4), file("b", -1)}, classes: 2,
			want: "a: class of point 3 is 3: want 1 to 2\nb: class of point 1 is -1: want 1 to 2"},
		{name: "below 0, k open", files: []detection.PointsFile{file("b", 1, -1)}, want: "b: class of point 2 is -1: want 1 to k"},
		{name: "mixed", files: []detection.PointsFile{file("a", 1), file("b", 0)},
			want: "b: has points without a class: want a class for every point of the set"},
		{name: "none where two are wanted", files: []detection.PointsFile{file("b", 0)}, classes: 2,
			want: "b: has points without a class: want a class for every point of the set"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := detection.CheckClasses(tt.files, tt.classes); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("CheckClasses: %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPointsErrorText(t *testing.T) {
	e := detection.PointsError{File: "points.csv", Line: 7, Column: "axis-1", Msg: `axis-1 is "abc": want a number`}
	if got, want := e.Error(), `points.csv:7: axis-1 is "abc": want a number`; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	// A long header is cut within its sentence.
	_, err := detection.ReadPoints(strings.NewReader(strings.Repeat("column,", 1000)), "f.csv", detection.DefaultReadPointsOptions())
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("error of %d bytes, want a sentence for each of two columns", len(err.Error()))
	}
}
