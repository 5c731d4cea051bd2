package training

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// filterData is two images of 4 x 8, cut into patches of 4 x 4: of values 0, 1,
// 2 and 3, with a point in the second and third patch.
func filterData(conditions ...detection.SampleCondition) Data {
	d := Data{
		Target: Disks(detection.MaskOptions{Classes: 1}), Tiles: detection.TileOptions{Patch: [3]int{1, 4, 4}},
		Filter: &Filter{Conditions: detection.SampleFilter{conditions}},
	}
	for i := range 2 {
		v := detection.NewVolume([3]int{1, 4, 8}, 1)
		for k := range v.Data {
			v.Data[k] = float32(2*i + k%8/4)
		}
		d.Samples = append(d.Samples, Sample{fmt.Sprint(i), v, []detection.Point{{Pos: [3]float64{0, 1, float64(5 - 4*i)}}}})
	}
	return d
}

// dealt lists the first values of all patches that are dealt.
func dealt(t *testing.T, d Data) []float32 {
	t.Helper()
	l, err := NewPlainLoader(d, 1)
	if err != nil {
		t.Fatal(err)
	}
	var list []float32
	for i := range l.Batches() {
		list = append(list, mustBatch(t, l, 0, i).Images[0])
	}
	return list
}

func TestFilterRemovesPatches(t *testing.T) {
	empty := detection.SampleCondition{Property: detection.Foreground, Sign: detection.LessEqual, Value: 0}
	bright := detection.SampleCondition{Property: detection.Mean, Sign: detection.Greater, Value: 1.9}
	wide := detection.SampleCondition{Property: detection.DiffByMinMaxRatio, Sign: detection.GreaterEqual, Value: 31}
	for _, tt := range []struct {
		name string
		data Data
		mod  func(d *Data)
		want []float32
	}{
		{"without points", filterData(empty), nil, []float32{1, 2}},
		{"by value", filterData(bright), nil, []float32{0, 1}},
		{"both", filterData(empty, bright), nil, []float32{0, 1, 2}},
		{"by the range of the whole image", filterData(wide), nil, []float32{0, 1}}, // 16·2-1 and 16·3, times 1
		{"by image", filterData(bright), func(d *Data) { d.Filter.ByImage = true }, []float32{0, 1}},
		{"by image, all alike", filterData(empty), func(d *Data) { d.Filter.ByImage = true }, []float32{0, 1, 2, 3}},
		{"twice each", filterData(empty), func(d *Data) { d.Repeat = 2 }, []float32{1, 2, 1, 2}},
		{"by other images", filterData(bright), func(d *Data) {
			d.Filter.Images = []*detection.Volume{d.Samples[1].Image, d.Samples[0].Image}
		}, []float32{2, 3}},
	} {
		if tt.mod != nil {
			tt.mod(&tt.data)
		}
		if got := dealt(t, tt.data); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	drawn := filterData(bright)
	drawn.Random = new(Random)
	if got := dealt(t, drawn); len(got) != 1 || got[0] > 1 {
		t.Errorf("random patches come from %v", got)
	}
	if l, err := NewPlainLoader(drawn, 1); err != nil || len(l.Judged()) != 2 || l.Judged()[0].Dims != [3]int{1, 4, 8} {
		t.Errorf("samples of random patches are not judged as a whole: %v", err)
	}
}

func TestFilterJudges(t *testing.T) {
	l, err := NewPlainLoader(filterData(detection.SampleCondition{Property: detection.Max, Sign: detection.Less, Value: 1}), 1)
	if err != nil {
		t.Fatal(err)
	}
	j := l.Judged()
	if len(j) != 4 || !j[0].Removed || j[1].Removed || j[1].Start != [3]int{0, 0, 4} || j[3].Sample != 1 ||
		j[3].Stats[detection.Max] != 3 || j[2].Stats[detection.Foreground] != 1.0/16 {
		t.Errorf("judgements %+v", j)
	}
	if v, err := l.Look(j[3]); err != nil || v.Dims != [3]int{1, 4, 4} || v.Data[0] != 3 {
		t.Errorf("what was looked at: %v, %v", v, err)
	}
	if l, err := NewPlainLoader(numbered(1), 1); err != nil || l.Judged() != nil {
		t.Errorf("judgements without a filter: %v", err)
	}
}

func TestFilterErrors(t *testing.T) {
	all := filterData(detection.SampleCondition{Property: detection.Min, Sign: detection.GreaterEqual, Value: 0})
	if _, err := NewPlainLoader(all, 1); !errors.Is(err, ErrAllRemoved) || !strings.Contains(err.Error(), "of 4") {
		t.Errorf("all removed: %v", err)
	}
	if _, err := NewPlainLoader(filterData(detection.SampleCondition{Property: "x", Sign: "lt"}), 1); err == nil || !strings.Contains(err.Error(), `property "x"`) {
		t.Errorf("no property: %v", err)
	}
	few := filterData(detection.SampleCondition{Property: detection.Min, Sign: detection.Less, Value: 0})
	few.Filter.Images = []*detection.Volume{few.Samples[0].Image}
	if _, err := NewPlainLoader(few, 1); err == nil || !strings.Contains(err.Error(), "1 images for 2 samples") {
		t.Errorf("too few images: %v", err)
	}
}
