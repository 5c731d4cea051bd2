package plots

import (
	"reflect"
	"testing"
)

func TestNewRuns(t *testing.T) {
	rows := []WordsRun{
		{"run 1", []string{"0.1", "unet", "3"}, 0.5, 2},
		{"run 2", []string{"0.2", "unet", "x"}, 0.25, 1},
		{"run 3", []string{"0.1", "unet", "3"}, 0.75, 3},
	}
	got := NewRuns("F1", true, []string{"LR", "NET", "K"}, rows)
	want := Runs{
		Objective: "F1", LowerIsBetter: true,
		Parameters: []Parameter{{Name: "LR"}, {Name: "K", Scale: Category, Categories: []string{"3", "x"}}},
		Rows: []Run{
			{Name: "run 1", Values: []float64{0.1, 0}, Objective: 0.5, Seconds: 2},
			{Name: "run 2", Values: []float64{0.2, 1}, Objective: 0.25, Seconds: 1},
			{Name: "run 3", Values: []float64{0.1, 0}, Objective: 0.75, Seconds: 3},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
	alone := NewRuns("F1", false, []string{"LR", "NET"}, rows[:1])
	if len(alone.Parameters) != 1 || alone.Parameters[0].Name != "LR" || alone.Validate() != nil {
		t.Errorf("one run: %+v", alone)
	}
	if none := NewRuns("F1", false, nil, rows); len(none.Parameters) != 0 {
		t.Errorf("no parameters: %+v", none)
	}
}
