package sweep

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
)

func sampleTable() *Table {
	t := &Table{Parameters: []string{"TRAIN.LR", "PUNCTA.PLATEAU"}, Objective: Objective{"f1", Maximise}}
	for i, r := range []Record{
		{ID: "a", Results: []Result{{"f1", 0.5}, {"points", 1200000}, {"seconds", 1.23456789}}},
		{ID: "b", Error: `the loss is NaN, "diverged"`},
		{ID: "c", Results: []Result{{"f1", 2. / 3}, {"points", 3}, {"epoch", 2}, {"seconds", 2}}},
		{ID: "d", Results: []Result{{"f1", math.NaN()}}},
		{ID: "e", Results: []Result{{"f1", 2. / 3}, {"points", 4}, {"epoch", 1}, {"seconds", 0.5}}},
	} {
		t.Rows = append(t.Rows, Row{Run{i + 1, []Value{number(float64(i+1) / 10), {"one|two"}}}, r})
	}
	return t
}

func TestWriteCSV(t *testing.T) {
	var b bytes.Buffer
	if err := sampleTable().WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	const want = `run,TRAIN.LR,PUNCTA.PLATEAU,f1,points,epoch,seconds,error,id
1,0.1,one|two,0.5,1200000,,1.23456789,,a
2,0.2,one|two,,,,,"the loss is NaN, ""diverged""",b
3,0.3,one|two,0.6666666666666666,3,2,2,,c
4,0.4,one|two,NaN,,,,,d
5,0.5,one|two,0.6666666666666666,4,1,0.5,,e
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestWriteMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := sampleTable().WriteMarkdown(&b, 4); err != nil {
		t.Fatal(err)
	}
	const want = `| run | TRAIN.LR | PUNCTA.PLATEAU | f1 | points | epoch | seconds | error |
| --- | --- | --- | --- | --- | --- | --- | --- |
| **3** | **0.3** | **one\|two** | **0.6667** | **3** | **2** | **2** |  |
| 5 | 0.5 | one\|two | 0.6667 | 4 | 1 | 0.5 |  |
| 1 | 0.1 | one\|two | 0.5 | 1200000 |  | 1.235 |  |
| 2 | 0.2 | one\|two |  |  |  |  | the loss is NaN, "diverged" |

and 1 more.
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestBest(t *testing.T) {
	table := sampleTable()
	if i, ok := table.Best(); !ok || i != 2 {
		t.Errorf("best is %d: want the first of the two that are equal", i)
	}
	if got, want := table.BestComment(), "# The best of 5 runs by f1, 0.6666666666666666: run 3.\n#   TRAIN.LR=0.3\n#   PUNCTA.PLATEAU=one|two\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	table.Objective = Objective{"points", Minimise}
	if i, _ := table.Best(); i != 2 {
		t.Errorf("fewest points: %d", i)
	}
	table.Objective = Objective{"seconds", Minimise}
	if i, _ := table.Best(); i != 4 {
		t.Errorf("fastest: %d", i)
	}
	if order := table.Order(); !slices.Equal(order, []int{4, 0, 2, 1, 3}) {
		t.Errorf("order %v", order)
	}
	table.Objective.Measure = "recall"
	if _, ok := table.Best(); ok {
		t.Error("a best without a value")
	}
	if table.Failures() != 1 {
		t.Errorf("%d failures", table.Failures())
	}
	if _, ok := (&Table{}).Best(); ok {
		t.Error("the best of nothing")
	}
	if s := (Objective{"val_loss", Minimise}).String(); s != "val_loss, minimised" || !strings.HasPrefix(s, "val") {
		t.Error(s)
	}
}
