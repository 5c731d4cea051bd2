package sweep

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func opened(t *testing.T, dir string) *Journal {
	t.Helper()
	j, err := OpenJournal(dir)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

var records = []Record{
	{ID: "a", Kind: KindRun, Settings: "TRAIN.LR=0.1", Results: []Result{{"f1", 1. / 3}, {"val_loss", math.Inf(1)}, {"tp", 12}}},
	{ID: "b", Kind: KindRun, Error: "im3.tif: a sentence\nof two lines, ünd \"quotes\""},
	{ID: "c", Kind: "map", Files: map[string]string{"map": "maps/x-c.tif"}},
}

func TestJournal(t *testing.T) {
	dir := t.TempDir()
	j := opened(t, dir)
	if _, err := OpenJournal(dir); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	if err := j.Append(records...); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = opened(t, dir)
	for _, want := range records {
		if got, ok := j.Find(want.ID); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if _, done := j.Done(want.ID); done != (want.Error == "") {
			t.Errorf("%s is done: %v", want.ID, done)
		}
	}
	again := Record{ID: "b", Kind: KindRun, Results: []Result{{"f1", math.NaN()}}}
	if err := j.Append(again); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = opened(t, dir)
	defer j.Close()
	if r, done := j.Done("b"); !done || len(r.Results) != 1 || !math.IsNaN(r.Results[0].Value) {
		t.Errorf("the later line does not count: %+v", r)
	}
	if _, ok := j.Find("none"); ok {
		t.Error("found what was never there")
	}
}

// Whatever a kill leaves of the last line, the journal opens with all lines
// before it, and what is added then is read back.
func TestJournalTornAtAnyByte(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, JournalFile)
	j := opened(t, dir)
	if err := j.Append(records...); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) + 1 {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		j := opened(t, dir)
		lines := strings.Count(string(whole[:n]), "\n")
		for i, r := range records {
			if _, ok := j.Find(r.ID); ok != (i < lines) {
				t.Fatalf("cut at byte %d: record %d found: %v", n, i, ok)
			}
		}
		if err := j.Append(Record{ID: "new", Kind: KindRun}); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		j = opened(t, dir)
		if _, ok := j.Find("new"); !ok || len(j.known) != lines+1 {
			t.Fatalf("cut at byte %d: %d records, %d lines before", n, len(j.known), lines)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	// a power cut may leave zeros in place of the last line
	if err := os.WriteFile(path, append(whole[:len(whole):len(whole)], "\x00\x00\x00\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	j = opened(t, dir)
	if len(j.known) != 3 {
		t.Errorf("%d records", len(j.known))
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"{\n", "[]\n", "{}\n", "\n", `{"id":"x","results":[["f1"]]}` + "\n", `{"id":"x","results":[[1,2]]}` + "\n", `{"id":"x","results":[["f1",true]]}` + "\n"} {
		if err := os.WriteFile(path, append([]byte(bad), whole...), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenJournal(dir); err == nil || !strings.Contains(err.Error(), JournalFile+": line 1 is damaged") {
			t.Errorf("%q first: %v", bad, err)
		}
	}
}

func TestJournalFromGoroutines(t *testing.T) {
	dir := t.TempDir()
	j := opened(t, dir)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for k := range 20 {
				write := j.Append
				if k%2 == 0 {
					write = j.Note
				}
				if err := write(Record{ID: fmt.Sprint(i, "-", k), Kind: KindRun}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = opened(t, dir)
	defer j.Close()
	if len(j.known) != 160 {
		t.Errorf("%d records", len(j.known))
	}
}

func TestID(t *testing.T) {
	if a, b := ID("ab", "c"), ID("a", "bc"); a == b || len(a) != idLength {
		t.Errorf("%s, %s", a, b)
	}
	// sha256 of "1:a2:bc", by sha256sum
	if got := ID("a", "bc"); got != "5310a58788781ab2" {
		t.Error(got)
	}
}
