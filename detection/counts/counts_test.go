package counts_test

import (
	"bytes"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/counts"
)

// points has n points of class 1 and the rest of class 2.
func points(n, rest int) []detection.Point {
	p := make([]detection.Point, n+rest)
	for i := range p {
		if p[i].Class = 1; i >= n {
			p[i].Class = 2
		}
	}
	return p
}

// experiment has two control images of 100 x 200 pixels of 0.5 um, one of them
// without points, and one treated image of twice the area.
func experiment() counts.Table {
	t := counts.Table{Factors: []string{"condition"}, NDim: 2, Unit: "um"}
	for _, im := range []struct {
		name, condition string
		points          []detection.Point
		dims            [3]int
	}{
		{"control/a", "control", points(3, 1), [3]int{1, 100, 200}},
		{"treated/a", "treated", points(5, 0), [3]int{1, 200, 200}},
		{"control/b", "control", nil, [3]int{1, 100, 200}},
	} {
		row := counts.Of(im.name, im.points, im.condition)
		row.Size = counts.Size(im.dims, detection.Spacing{3, 0.5, 0.5}, 2)
		t.Images = append(t.Images, row)
	}
	return t
}

func text(t *testing.T, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Areas are 5000 and 10000 um2, so that 4 points are 800 per mm2 and 5 are 500;
// 4 and 0 have the mean 2 and the standard deviation 2 sqrt 2.
func TestTables(t *testing.T) {
	table := experiment()
	images := text(t, func(b *bytes.Buffer) error { return table.WriteImages(b) })
	if want := `image,condition,count,class_1,class_2,area_um2,per_mm2,class_1_per_mm2,class_2_per_mm2
control/a,control,4,3,1,5000,800,600,200
treated/a,treated,5,5,0,10000,500,500,0
control/b,control,0,0,0,5000,0,0,0
`; images != want {
		t.Errorf("images\n%s, want\n%s", images, want)
	}
	conditions := text(t, func(b *bytes.Buffer) error { return table.WriteConditions(b) })
	if want := `condition,class,images,total,mean,sd,median,area_um2,pooled_per_mm2,mean_per_mm2,sd_per_mm2,median_per_mm2
control,all,2,4,2,2.828427125,2,10000,400,400,565.6854249,400
control,1,2,3,1.5,2.121320344,1.5,10000,300,300,424.2640687,300
control,2,2,1,0.5,0.7071067812,0.5,10000,100,100,141.4213562,100
treated,all,1,5,5,,5,10000,500,500,,500
treated,1,1,5,5,,5,10000,500,500,,500
treated,2,1,0,0,,0,10000,0,0,,0
`; conditions != want {
		t.Errorf("conditions\n%s, want\n%s", conditions, want)
	}
}

// Without sizes and classes, in a volume, in another unit, without factors.
func TestHeaders(t *testing.T) {
	im := counts.Of("a", make([]detection.Point, 3))
	if im.Classes != nil || im.Total != 3 {
		t.Errorf("points without a class counted as %+v", im)
	}
	sized := im
	sized.Size = 8
	for _, test := range []struct {
		table              counts.Table
		images, conditions string
	}{
		{counts.Table{NDim: 2, Images: []counts.Image{im}}, "image,count\na,3\n", "class,images,total,mean,sd,median\nall,1,3,3,,3\n"},
		{counts.Table{NDim: 3, Unit: "um", Images: []counts.Image{sized}}, "image,count,volume_um3,per_mm3\na,3,8,375000000\n",
			"class,images,total,mean,sd,median,volume_um3,pooled_per_mm3,mean_per_mm3,sd_per_mm3,median_per_mm3\nall,1,3,3,,3,8,375000000,375000000,,375000000\n"},
		{counts.Table{NDim: 2, Images: []counts.Image{sized}}, "image,count,area,density\na,3,8,0.375\n",
			"class,images,total,mean,sd,median,area,pooled_density,mean_density,sd_density,median_density\nall,1,3,3,,3,8,0.375,0.375,,0.375\n"},
		{counts.Table{NDim: 3, Unit: "parsec", Images: []counts.Image{sized}}, "image,count,volume_parsec3,per_parsec3\na,3,8,0.375\n",
			"class,images,total,mean,sd,median,volume_parsec3,pooled_per_parsec3,mean_per_parsec3,sd_per_parsec3,median_per_parsec3\nall,1,3,3,,3,8,0.375,0.375,,0.375\n"},
		{counts.Table{NDim: 2, Factors: []string{"dose"}}, "image,dose,count\n", "dose,class,images,total,mean,sd,median\n"},
	} {
		if got := text(t, func(b *bytes.Buffer) error { return test.table.WriteImages(b) }); got != test.images {
			t.Errorf("images %q, want %q", got, test.images)
		}
		if got := text(t, func(b *bytes.Buffer) error { return test.table.WriteConditions(b) }); got != test.conditions {
			t.Errorf("conditions %q, want %q", got, test.conditions)
		}
	}
}

// Two factors make a condition of each pair, and names may hold anything.
func TestFactors(t *testing.T) {
	table := counts.Table{Factors: []string{"treatment", "dose"}, NDim: 2}
	for i, levels := range [][]string{{"a,b", "1"}, {"a,b", "10"}, {"ü \"x\"\n", "1"}, {"a,b", "1"}, {"", "1"}} {
		table.Images = append(table.Images, counts.Of("神経, "+string(rune('a'+i)), make([]detection.Point, i), levels...))
	}
	conditions, err := table.Conditions()
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, c := range conditions {
		got = append(got, c.Levels)
	}
	if want := [][]string{{"a,b", "1"}, {"a,b", "10"}, {"ü \"x\"\n", "1"}, {"", "1"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("conditions %q, want %q", got, want)
	}
	if c := conditions[0]; c.Images != 2 || c.Total != 3 || c.Count.Mean != 1.5 {
		t.Errorf("the first condition is %+v", c)
	}
	rows, err := csv.NewReader(strings.NewReader(text(t, func(b *bytes.Buffer) error { return table.WriteImages(b) }))).ReadAll()
	if err != nil || len(rows) != 6 || !slices.Equal(rows[3], []string{"神経, c", "ü \"x\"\n", "1", "2"}) {
		t.Errorf("rows %q, %v", rows, err)
	}
}

// The totals of conditions and classes are those of the images, in any order.
func TestSumsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		table := counts.Table{Factors: []string{"f"}, NDim: 3, Unit: "um"}
		total := 0
		for range 1 + r.IntN(20) {
			p := make([]detection.Point, r.IntN(40))
			for i := range p {
				p[i].Class = r.IntN(4)
			}
			im := counts.Of("x", p, string(rune('a'+r.IntN(3))))
			im.Size = 1 + r.Float64()
			total += len(p)
			table.Images = append(table.Images, im)
		}
		conditions, err := table.Conditions()
		if err != nil {
			t.Fatal(err)
		}
		sum, images := 0, 0
		for _, c := range conditions {
			if c.Class > 0 {
				continue
			}
			sum, images = sum+c.Total, images+c.Images
			if math.Abs(c.Pooled-float64(c.Total)/c.Size*1e9) > 1e-3 || math.Abs(c.Count.Mean*float64(c.Images)-float64(c.Total)) > 1e-9 {
				t.Errorf("%+v does not add up", c)
			}
		}
		if sum != total || images != len(table.Images) {
			t.Errorf("%d points in %d images, want %d in %d", sum, images, total, len(table.Images))
		}
	}
}

// Mean and standard deviation are gonum's; the median is the quantile of an
// odd number of values.
func TestStats(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		values := make([]float64, 2+r.IntN(30))
		for i := range values {
			values[i] = math.Floor(r.Float64() * 1000)
		}
		got := counts.StatsOf(values)
		mean, sd := stat.MeanStdDev(values, nil)
		if math.Abs(got.Mean-mean) > 1e-9 || math.Abs(got.SD-sd) > 1e-9 {
			t.Errorf("%v: %+v, gonum has %v and %v", values, got, mean, sd)
		}
		sorted := slices.Sorted(slices.Values(values))
		if len(values)%2 == 1 && got.Median != stat.Quantile(0.5, stat.Empirical, sorted, nil) {
			t.Errorf("%v: median %v", values, got.Median)
		}
	}
	if got := counts.StatsOf([]float64{4, 1, 3, 10}); got.Median != 3.5 {
		t.Errorf("median %v, want 3.5", got.Median)
	}
	if got := counts.StatsOf([]float64{7}); got.Mean != 7 || !math.IsNaN(got.SD) || got.Median != 7 {
		t.Errorf("of one value: %+v", got)
	}
	if got := counts.StatsOf(nil); !math.IsNaN(got.Mean) || !math.IsNaN(got.SD) || !math.IsNaN(got.Median) {
		t.Errorf("of none: %+v", got)
	}
}

func TestSize(t *testing.T) {
	dims, spacing := [3]int{10, 20, 30}, detection.Spacing{2, 0.5, 0.25}
	if got := counts.Size(dims, spacing, 2); got != 75 {
		t.Errorf("area %v, want 75", got)
	}
	if got := counts.Size(dims, spacing, 3); got != 1500 {
		t.Errorf("volume %v, want 1500", got)
	}
}

func TestRefuses(t *testing.T) {
	ok := counts.Image{Name: "a", Levels: []string{"x"}, Size: 1}
	with := func(factors []string, ndim int, images ...counts.Image) counts.Table {
		return counts.Table{Factors: factors, NDim: ndim, Images: images}
	}
	for want, table := range map[string]counts.Table{
		"NDim 0: want 2 or 3":                               with([]string{"f"}, 0, ok),
		`image "a" has 1 levels: want one for each of 0`:    with(nil, 2, ok),
		`image "b" has the size 0 and "a" has 1: want all`:  with([]string{"f"}, 2, ok, counts.Image{Name: "b", Levels: []string{"x"}}),
		`image "a" has the size NaN: want a number above 0`: with(nil, 2, counts.Image{Name: "a", Size: math.NaN()}),
		`image "a" has the size -1: want a number above 0`:  with(nil, 2, counts.Image{Name: "a", Size: -1}),
		`factor "count": want a name of its own`:            with([]string{"count"}, 2),
		`factor "class_1": want a name of its own`:          with([]string{"class_1"}, 2),
		`factor "dose": want a name of its own`:             with([]string{"dose", "dose"}, 2),
		`factor "": want a name of its own`:                 with([]string{""}, 2),
	} {
		var b bytes.Buffer
		if err := table.WriteImages(&b); err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("images: error %v, want %s", err, want)
		}
		if err := table.WriteConditions(&b); err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("conditions: error %v, want %s", err, want)
		}
	}
}
