package dataset

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/shareddata"
)

// alike compares two images as Check does.
func alike(a, b *detection.Volume) float64 {
	return newFingerprint(a).likeness(newFingerprint(b).turned())
}

// slowShrink averages over a grid finer than both sizes.
func slowShrink(v *detection.Volume, h, w int) *detection.Volume {
	out := detection.NewVolume([3]int{1, h, w}, 1)
	for y := range v.Dims[1] * h {
		for x := range v.Dims[2] * w {
			out.Data[y/v.Dims[1]*w+x/v.Dims[2]] += v.At(0, y/h, x/w, 0) / float32(v.Dims[1]*v.Dims[2])
		}
	}
	return out
}

func TestShrinkAgainstSlowTwin(t *testing.T) {
	for _, size := range [][4]int{{7, 11, 3, 4}, {6, 8, 3, 4}, {3, 2, 5, 7}, {5, 5, 5, 5}} {
		v := field(3, size[0], size[1])
		fast, slow := shrink(v, size[2], size[3]), slowShrink(v, size[2], size[3])
		for i := range fast.Data {
			if math.Abs(float64(fast.Data[i]-slow.Data[i])) > 1e-3 {
				t.Errorf("%v: value %d is %v, want %v", size, i, fast.Data[i], slow.Data[i])
				break
			}
		}
	}
}

func TestLikenessOfCopies(t *testing.T) {
	v := field(5, 90, 123)
	change := func(f func(i int, x float64) float64) *detection.Volume {
		w := v.Clone()
		for i, x := range v.Data {
			w.Data[i] = float32(f(i, float64(x)))
		}
		return w
	}
	r := rand.New(rand.NewPCG(1, 2))
	tests := []struct {
		name  string
		copy  *detection.Volume
		least float64
	}{
		{"itself", v, 0.9999},
		{"brighter", change(func(_ int, x float64) float64 { return 30 + 2*x }), 0.9999},
		{"gamma", change(func(_ int, x float64) float64 { return math.Sqrt(x) }), 0.8},
		{"noise", change(func(_ int, x float64) float64 { return x + 10*r.NormFloat64() }), 0.9},
		{"shading", change(func(i int, x float64) float64 { return x + float64(i%123) }), 0.9},
		{"half the size", shrink(v, 45, 61), 0.99},
	}
	for _, tt := range tests {
		if got := alike(v, tt.copy); got < tt.least {
			t.Errorf("%s: likeness %.4f, want at least %v", tt.name, got, tt.least)
		}
	}
	for _, s := range detection.Symmetries(2) {
		w := detection.NewVolume(s.Dims(v.Dims), 1)
		if err := s.Apply(w, v); err != nil {
			t.Fatal(err)
		}
		if got := alike(v, w); got < 0.9999 {
			t.Errorf("%v: likeness %.5f, want 1", s, got)
		}
	}
}

func TestLikenessOfDifferentFields(t *testing.T) {
	var prints []fingerprint
	for seed := range uint64(30) {
		prints = append(prints, newFingerprint(field(100+seed, 100, 100)))
	}
	most := 0.0
	for j := range prints {
		for i := range j {
			most = max(most, prints[i].likeness(prints[j].turned()))
		}
	}
	if limit := DefaultCheckOptions().Likeness; most >= limit {
		t.Errorf("two of 30 fields have likeness %.3f, want less than %v", most, limit)
	}
	// The same shading, other noise: no structure in common.
	shaded := func(seed uint64) *detection.Volume {
		r := rand.New(rand.NewPCG(seed, 3))
		v := detection.NewVolume([3]int{1, 128, 128}, 1)
		for i := range v.Data {
			dy, dx := float64(i/128-64), float64(i%128-64)
			v.Data[i] = float32(200 - (dy*dy+dx*dx)/60 + 5*r.NormFloat64())
		}
		return v
	}
	if got := alike(shaded(1), shaded(2)); got >= DefaultCheckOptions().Likeness {
		t.Errorf("two empty fields of one microscope have likeness %.3f", got)
	}
	if got := alike(detection.NewVolume([3]int{1, 40, 40}, 1), detection.NewVolume([3]int{1, 40, 40}, 1)); got != -1 {
		t.Errorf("two images without structure have likeness %v, want -1", got)
	}
}

func TestHashValues(t *testing.T) {
	v := field(1, 20, 30)
	turned := detection.NewVolume([3]int{1, 30, 20}, 1)
	copy(turned.Data, v.Data) // the same values in another shape
	one := v.Clone()
	one.Data[599]++
	big := detection.NewVolume([3]int{2, 300, 300}, 1) // more than one buffer
	bigOne := big.Clone()
	bigOne.Data[0] = 1
	switch h := hashValues(v); {
	case h != hashValues(v.Clone()):
		t.Error("a copy has another hash")
	case h == hashValues(turned):
		t.Error("another shape has the same hash")
	case h == hashValues(one):
		t.Error("another last value has the same hash")
	case hashValues(big) == hashValues(bigOne):
		t.Error("another first value of a large image has the same hash")
	}
}

// A leak between splits matters more than a copy within one, equal pixels
// more than likeness, and of equals the first is named.
func TestFindTwinPrefers(t *testing.T) {
	train, test := &split{name: "train"}, &split{name: "test"}
	v := field(1, 60, 60)
	brighter := v.Clone()
	for i := range brighter.Data {
		brighter.Data[i] += 9
	}
	at := func(s *split, v *detection.Volume) *examined {
		return &examined{item: item{split: s}, print: newFingerprint(v)}
	}
	other := at(train, field(2, 60, 60))
	for _, tt := range []struct {
		name   string
		before []*examined
		want   int
		exact  bool
	}{
		{"none", []*examined{other}, -1, false},
		{"leak before copy", []*examined{at(train, brighter), at(test, v)}, 0, false},
		{"equal pixels before likeness", []*examined{at(train, brighter), at(train, v)}, 1, true},
		{"the first of equals", []*examined{other, at(train, v), at(train, v)}, 1, true},
	} {
		images := append(tt.before, at(test, v))
		if got := findTwin(images, len(images)-1, 0.7); got.at != tt.want || got.exact != tt.exact {
			t.Errorf("%s: %+v, want image %d", tt.name, got, tt.want)
		}
	}
}

// All pairs of 170 real fields of nuclei are different fields; the largest
// likeness measured is 0.43.
func TestRealFieldsDiffer(t *testing.T) {
	var prints []fingerprint
	for _, split := range splitNames() {
		paths, err := imageio.List(shareddata.Path(t, "nuclei2d", split, "x"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			img, err := imageio.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			prints = append(prints, newFingerprint(img.Volume))
		}
	}
	most := 0.0
	for j := range prints {
		turned := prints[j].turned()
		for i := range j {
			most = max(most, prints[i].likeness(turned))
		}
	}
	if len(prints) != 170 || most > 0.5 {
		t.Errorf("%d fields, largest likeness %.3f, want at most 0.5", len(prints), most)
	}
}

// Pairs of blood images that show one field, and the most alike pair that
// does not, as seen by eye. Likeness measured: 0.95, 0.98, 0.76, 0.76; 0.58.
func TestRealTurnedCopies(t *testing.T) {
	read := func(name string) *detection.Volume {
		found, err := filepath.Glob(filepath.Join(shareddata.Path(t, "blood"), filepath.FromSlash(name)+"-*.jpg"))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v %v", name, found, err)
		}
		img, err := imageio.Read(found[0])
		if err != nil {
			t.Fatal(err)
		}
		return img.Volume
	}
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"train/x/81e9d59e", "test/x/0ee104a7", true}, {"train/x/01a927f2", "train/x/f3968c93", true},
		{"train/x/7b24f953", "test/x/f1ecefdc", true}, {"train/x/aa5559a0", "val/x/071929c1", true},
		{"train/x/2d239dd4", "train/x/123ae1cb", false},
	} {
		if got := alike(read(tt.a), read(tt.b)); (got >= DefaultCheckOptions().Likeness) != tt.same {
			t.Errorf("%s and %s: likeness %.3f, same field %v", tt.a, tt.b, got, tt.same)
		}
	}
}
