package result

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	for _, v := range []float64{0, -1.5, 1. / 3, 1e300, 5e-324, math.Inf(1), math.Inf(-1), math.NaN()} {
		text, err := json.Marshal(Result{"f1", v}.Data())
		if err != nil {
			t.Fatal(err)
		}
		for _, useNumber := range []bool{false, true} { // as package notebook decodes, and as others do
			d := json.NewDecoder(bytes.NewReader(text))
			if useNumber {
				d.UseNumber()
			}
			var data any
			if err := d.Decode(&data); err != nil {
				t.Fatal(err)
			}
			got, err := Parse(data)
			if err != nil || len(got) != 1 || got[0].Name != "f1" || got[0].Value != v && !(math.IsNaN(v) && math.IsNaN(got[0].Value)) {
				t.Errorf("%v came back as %v, %v", v, got, err)
			}
		}
	}
	if s := (Result{"f1", 0.1}).String(); s != "f1 = 0.1" {
		t.Error(s)
	}
	got, err := Parse(map[string]any{"b": 1, "a": "2.5"})
	if err != nil || !slices.Equal(got, []Result{{"a", 2.5}, {"b", 1}}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []any{nil, "f1", 3., []any{1.}, map[string]any{}, map[string]any{"f1": "high"}, map[string]any{"f1": nil}, map[string]any{"f1": []any{1.}}, map[string]any{"f1": true}} {
		if got, err := Parse(bad); err == nil || !strings.Contains(err.Error(), "want") {
			t.Errorf("%v: %v, %v", bad, got, err)
		}
	}
}
