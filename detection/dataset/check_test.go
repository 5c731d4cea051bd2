package dataset

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// set is a small set in a folder of its own, which tests spoil.
type set struct{ dir string }

// newSet makes two images of 40 x 48 in each split, with two points each; no
// two images are alike and nothing is wrong with them.
func newSet(t *testing.T) set {
	t.Helper()
	s := set{t.TempDir()}
	for k, name := range splitNames() {
		for i := range 2 {
			s.image(t, fmt.Sprintf("%s/x/im%d.tif", name, i), field(uint64(10*k+i), 40, 48), imageio.Uint8)
			s.write(t, fmt.Sprintf("%s/y/im%d.csv", name, i), "index,axis-0,axis-1\n0,5,6\n1,20,30\n")
		}
	}
	return s
}

// field is an image of bright blobs, of values 10 to 200, at places drawn by
// the seed.
func field(seed uint64, h, w int) *detection.Volume {
	r := rand.New(rand.NewPCG(seed, 1))
	v := detection.NewVolume([3]int{1, h, w}, 1)
	for range 12 {
		y, x := r.Float64()*float64(h), r.Float64()*float64(w)
		for i := range v.Data {
			dy, dx := float64(i/w)-y, float64(i%w)-x
			v.Data[i] += float32(100 * math.Exp(-(dy*dy+dx*dx)/18))
		}
	}
	for i, a := range v.Data {
		v.Data[i] = float32(math.Round(10 + min(190, float64(a))))
	}
	return v
}

func (s set) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s set) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (s set) image(t *testing.T, name string, v *detection.Volume, kind imageio.SampleKind) {
	t.Helper()
	s.write(t, name, "")
	o := imageio.DefaultTIFFOptions()
	o.Kind = kind
	if err := imageio.WriteFile(s.path(name), v, o); err != nil {
		t.Fatal(err)
	}
}

func (s set) remove(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(s.path(name)); err != nil {
		t.Fatal(err)
	}
}

func (s set) check(t *testing.T, opts CheckOptions) *Report {
	t.Helper()
	r, err := Check(context.Background(), s.dir, opts, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCheckOfASoundSet(t *testing.T) {
	s := newSet(t)
	r := s.check(t, DefaultCheckOptions())
	if len(r.Findings) > 0 {
		t.Errorf("findings: %v", r.Findings)
	}
	if len(r.Splits) != 3 || r.Splits[0].Name != "train" || r.Splits[0].Images != 2 || r.Splits[0].Points != 4 || r.Splits[0].WithoutPoints != 0 {
		t.Errorf("splits: %+v", r.Splits)
	}
	want := Shape{Dims: [3]int{1, 40, 48}, Channels: 1, Type: "uint8", Images: 6}
	if len(r.Shapes) != 1 || r.Shapes[0] != want {
		t.Errorf("shapes: %+v", r.Shapes)
	}
	// The two points of each image are hypot(15, 24) apart; test is not measured.
	if n := r.Neighbours; n == nil || n.Points != 8 || math.Abs(n.Quantiles[0].Distance-math.Hypot(15, 24)) > 1e-9 {
		t.Errorf("neighbours: %+v", n)
	}
	if text := r.Text(); !strings.Contains(text, "0 errors, 0 warnings, 0 notes") || !strings.Contains(text, "1 x 40 x 48") {
		t.Errorf("text:\n%s", text)
	}
}

// Each case spoils the set in one way and finds that, and nothing else of its
// severity or worse.
func TestCheckFindings(t *testing.T) {
	patch := DefaultCheckOptions()
	patch.Patch = [3]int{32, 40, 64}
	radii := DefaultCheckOptions()
	radii.Radii = [3]int{8, 14, 14}
	tests := []struct {
		name  string
		opts  CheckOptions
		spoil func(t *testing.T, s set)
		want  Finding // Message is a part
		count int     // findings like it; 0 is 1
	}{
		{name: "image without CSV", spoil: func(t *testing.T, s set) { s.remove(t, "train/y/im1.csv") },
			want: Finding{Severity: Error, Kind: KindPair, File: "train/x/im1.tif", Message: "has no points file: want DIR/train/y/im1.csv"}},
		{name: "CSV without image", spoil: func(t *testing.T, s set) { s.remove(t, "test/x/im0.tif") },
			want: Finding{Severity: Error, Kind: KindPair, File: "test/y/im0.csv", Message: "has no image"}},
		{name: "two images of a name", spoil: func(t *testing.T, s set) { s.image(t, "val/x/im0.tiff", field(99, 40, 48), imageio.Uint8) },
			want: Finding{Severity: Error, Kind: KindPair, File: "val/x/im0.tiff", Other: "val/x/im0.tif", Message: "has the name of im0.tif"}},
		{name: "unreadable", spoil: func(t *testing.T, s set) { s.write(t, "train/x/im0.tif", "no image") },
			want: Finding{Severity: Error, Kind: KindRead, File: "train/x/im0.tif", Message: "neither TIFF"}},
		{name: "channels", spoil: func(t *testing.T, s set) {
			v := detection.NewVolume([3]int{1, 40, 48}, 3)
			copy(v.Data, field(98, 120, 48).Data)
			s.image(t, "val/x/im1.tif", v, imageio.Uint8)
		}, want: Finding{Severity: Error, Kind: KindFormat, File: "val/x/im1.tif", Message: "is of 3 channels, where most images of the set are of 1 channel"}},
		{name: "dimension", spoil: func(t *testing.T, s set) {
			v := detection.NewVolume([3]int{3, 40, 48}, 1)
			copy(v.Data, field(98, 120, 48).Data)
			s.image(t, "val/x/im1.tif", v, imageio.Uint8)
			s.write(t, "val/y/im1.csv", "index,axis-0,axis-1,axis-2\n0,0,1,2\n1,2,30,30\n")
		}, want: Finding{Severity: Error, Kind: KindFormat, File: "val/x/im1.tif", Message: "is 3D"}},
		{name: "type", spoil: func(t *testing.T, s set) { s.image(t, "test/x/im1.tif", field(98, 40, 48), imageio.Uint16) },
			want: Finding{Severity: Warning, Kind: KindFormat, File: "test/x/im1.tif", Message: "uint16"}},
		{name: "constant", spoil: func(t *testing.T, s set) {
			s.image(t, "train/x/im0.tif", detection.NewVolume([3]int{1, 40, 48}, 1), imageio.Uint8)
		}, want: Finding{Severity: Warning, Kind: KindValues, File: "train/x/im0.tif", Message: "all values are 0"}},
		{name: "NaN", spoil: func(t *testing.T, s set) {
			v := field(1, 40, 48)
			v.Data[7], v.Data[8] = float32(math.NaN()), float32(math.Inf(1))
			s.image(t, "train/x/im1.tif", v, imageio.Float32)
		}, want: Finding{Severity: Error, Kind: KindValues, File: "train/x/im1.tif", Message: "2 values are NaN or infinite"}},
		{name: "saturated", spoil: func(t *testing.T, s set) {
			v := field(1, 40, 48)
			for i := range 40 { // of 1920: 2.1%
				v.Data[i] = 255
			}
			s.image(t, "train/x/im1.tif", v, imageio.Uint8)
		}, want: Finding{Severity: Note, Kind: KindValues, File: "train/x/im1.tif", Message: "2.1% of the voxels are at 255"}},
		{name: "few levels, and dark", spoil: func(t *testing.T, s set) {
			v := field(1, 40, 48)
			for i, x := range v.Data {
				v.Data[i] = float32(int(x) / 20)
			}
			s.image(t, "train/x/im1.tif", v, imageio.Uint8)
		}, want: Finding{Severity: Note, Kind: KindValues, File: "train/x/im1.tif"}, count: 2},
		{name: "patch", opts: patch, want: Finding{Severity: Warning, Kind: KindSize, File: "train/x/im0.tif",
			Message: "has 48 voxels along x, fewer than the patch of 64"}, count: 6},
		{name: "text for a coordinate", spoil: func(t *testing.T, s set) {
			s.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n1,abc,30\n")
		}, want: Finding{Severity: Error, Kind: KindPoints, File: "train/y/im0.csv", Line: 3, Column: "axis-0", Message: `axis-0 is "abc": want a number`}},
		{name: "repeated", spoil: func(t *testing.T, s set) {
			s.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n\n1,5.2,6.1\n")
		}, want: Finding{Severity: Error, Kind: KindPoints, File: "train/y/im0.csv", Line: 4, Message: "same voxel (5, 6) as that of line 2"}},
		{name: "outside", spoil: func(t *testing.T, s set) {
			s.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n1,5,60\n")
		}, want: Finding{Severity: Error, Kind: KindPoints, File: "train/y/im0.csv", Line: 3, Column: "axis-1", Message: "axis-1 is 60"}},
		{name: "faulty CSV of a broken image", spoil: func(t *testing.T, s set) {
			s.write(t, "train/y/im0.csv", "index,axis-0\n")
			s.write(t, "train/x/im0.tif", "II*\x00")
		}, want: Finding{Severity: Error, Kind: KindPoints, File: "train/y/im0.csv", Line: 1, Column: "axis-1", Message: "column axis-1 is missing"}},
		{name: "touching", spoil: func(t *testing.T, s set) {
			s.write(t, "val/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n\n1,8,9\n2,30,30\n3,8,6\n")
		}, want: Finding{Severity: Warning, Kind: KindTouching, File: "val/y/im0.csv", Line: 4, Message: "3 pairs of points painted with radii [2 2] touch"}},
		// Two points hypot(15, 24) = 28.3 apart touch at 14 + 14 + 1.
		{name: "touching at a large radius", opts: radii, want: Finding{Severity: Warning, Kind: KindTouching, File: "val/y/im0.csv", Line: 3,
			Message: "1 pair of points painted with radii [14 14] touch"}, count: 6},
		{name: "no points", spoil: func(t *testing.T, s set) { s.write(t, "test/y/im1.csv", "index,axis-0,axis-1\n") },
			want: Finding{Severity: Note, Kind: KindEmpty, File: "test/y/im1.csv", Message: "has no points"}},
		{name: "nothing to learn", spoil: func(t *testing.T, s set) {
			s.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n")
			s.write(t, "train/y/im1.csv", "index,axis-0,axis-1\n")
		}, want: Finding{Severity: Error, Kind: KindEmpty, File: "train/y", Message: "has no point at all"}},
		{name: "class missing from training", spoil: func(t *testing.T, s set) {
			s.classes(t, map[string]string{"train": "1 1", "val": "1 3", "test": "2 2"})
		}, want: Finding{Severity: Error, Kind: KindClasses, File: "train/y", Column: "class", Message: "no point is of class 2, 3, where the set has classes 1 to 3"}},
		{name: "class missing from test", spoil: func(t *testing.T, s set) {
			s.classes(t, map[string]string{"train": "1 2", "val": "1 2", "test": "2 2"})
		}, want: Finding{Severity: Note, Kind: KindClasses, File: "test/y", Column: "class", Message: "no point is of class 1"}},
		{name: "file without the column class", spoil: func(t *testing.T, s set) {
			s.classes(t, map[string]string{"train": "1 2", "val": "1 2", "test": "1 2"})
			s.write(t, "val/y/im1.csv", "index,axis-0,axis-1\n0,5,6\n")
		}, want: Finding{Severity: Error, Kind: KindClasses, File: "val/y/im1.csv", Line: 1, Column: "class", Message: "column class is missing"}},
		{name: "rare class", spoil: func(t *testing.T, s set) {
			s.classes(t, map[string]string{"train": "1 2", "val": "1 2", "test": "1 2"})
			var b strings.Builder
			b.WriteString("index,axis-0,axis-1,class\n")
			for i := range 25 { // 26 of class 1 and 2 of class 2 in all
				fmt.Fprintf(&b, "%d,%d,%d,1\n", i, i/5*8, i%5*8)
			}
			s.write(t, "train/y/im0.csv", b.String()+"25,39,47,2\n")
		}, want: Finding{Severity: Warning, Kind: KindClasses, File: "train/y", Column: "class", Message: "class 1 has 26 points and class 2 2"}},
		{name: "the same image in two splits", spoil: func(t *testing.T, s set) {
			s.image(t, "test/x/im0.tif", field(1, 40, 48), imageio.Uint8) // train/x/im1.tif
		}, want: Finding{Severity: Error, Kind: KindDuplicate, File: "test/x/im0.tif", Other: "train/x/im1.tif", Message: "has the same pixels as DIR/train/x/im1.tif"}},
		{name: "the same image twice in a split", spoil: func(t *testing.T, s set) {
			s.image(t, "train/x/im0.tif", field(1, 40, 48), imageio.Uint8)
		}, want: Finding{Severity: Warning, Kind: KindDuplicate, File: "train/x/im1.tif", Other: "train/x/im0.tif", Message: "one of them is too many"}},
		{name: "a brightened image in two splits", spoil: func(t *testing.T, s set) {
			v := field(1, 40, 48)
			for i, x := range v.Data {
				v.Data[i] = 20 + x/2
			}
			s.image(t, "val/x/im0.tif", v, imageio.Uint8)
		}, want: Finding{Severity: Warning, Kind: KindDuplicate, File: "val/x/im0.tif", Other: "train/x/im1.tif", Message: "looks like"}},
		{name: "no val", spoil: func(t *testing.T, s set) { s.remove(t, "val") },
			want: Finding{Severity: Note, Kind: KindLayout, File: ".", Message: "has no split val"}},
		{name: "no points to train on", spoil: func(t *testing.T, s set) { s.remove(t, "val/y") },
			want: Finding{Severity: Error, Kind: KindLayout, File: "val/y", Message: "the folder of points is missing"}},
		{name: "no points to test on", spoil: func(t *testing.T, s set) { s.remove(t, "test/y") },
			want: Finding{Severity: Warning, Kind: KindLayout, File: "test/y", Message: "without it results cannot be scored"}},
		{name: "no images", spoil: func(t *testing.T, s set) {
			s.remove(t, "val/x/im0.tif")
			s.remove(t, "val/x/im1.tif")
			s.remove(t, "val/y/im0.csv")
			s.remove(t, "val/y/im1.csv")
		}, want: Finding{Severity: Error, Kind: KindLayout, File: "val/x", Message: "holds no image"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSet(t)
			if tt.spoil != nil {
				tt.spoil(t, s)
			}
			if tt.opts == (CheckOptions{}) {
				tt.opts = DefaultCheckOptions()
			}
			n, met := 0, false
			want := tt.want
			for _, f := range s.check(t, tt.opts).Findings {
				if f.Severity.rank() < want.Severity.rank() && f.Kind != want.Kind {
					t.Errorf("found besides: %s, %s: %v", f.Severity, f.Kind, f)
				}
				if f.Severity != want.Severity || f.Kind != want.Kind {
					continue
				}
				n++
				other := want.Other
				if other != "" {
					other = s.path(other)
				}
				met = met || f.File == s.path(want.File) && f.Other == other && f.Line == want.Line && f.Column == want.Column &&
					strings.Contains(strings.ReplaceAll(filepath.ToSlash(f.Message), filepath.ToSlash(s.dir), "DIR"), want.Message)
			}
			if !met || n != max(tt.count, 1) {
				t.Errorf("%d findings of its sort, want %d with %+v; got", n, max(tt.count, 1), want)
				for _, f := range s.check(t, tt.opts).Findings {
					t.Logf("  %+v", f)
				}
			}
		})
	}
}

// classes writes the points of every file of a split with the given classes.
func (s set) classes(t *testing.T, of map[string]string) {
	t.Helper()
	for name, classes := range of {
		var a, b int
		if _, err := fmt.Sscan(classes, &a, &b); err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			s.write(t, fmt.Sprintf("%s/y/im%d.csv", name, i), fmt.Sprintf("index,axis-0,axis-1,class\n0,5,6,%d\n1,20,30,%d\n", a, b))
		}
	}
}

func TestCheckOneFolder(t *testing.T) {
	s := newSet(t)
	r, err := Check(context.Background(), s.path("train"), DefaultCheckOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Splits) != 1 || r.Splits[0].Name != "" || r.Splits[0].Images != 2 || len(r.Findings) > 0 {
		t.Errorf("report: %+v", r)
	}
}

func TestCheckRefuses(t *testing.T) {
	s := newSet(t)
	s.write(t, "both/x/a.csv", "")
	s.write(t, "both/train/x/a.csv", "")
	for _, dir := range []string{"none", "train/x", "train/y/im0.csv", "both"} {
		if _, err := Check(context.Background(), s.path(dir), DefaultCheckOptions(), nil); !errors.Is(err, ErrLayout) || !strings.HasPrefix(err.Error(), s.path(dir)) {
			t.Errorf("%s: error %v, want ErrLayout with the folder", dir, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Check(ctx, s.dir, DefaultCheckOptions(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
	bad := CheckOptions{Patch: [3]int{0, -1, 0}, Radii: [3]int{0, 0, -2}, Classes: -1, Likeness: math.NaN()}
	_, err := Check(context.Background(), s.dir, bad, nil)
	for _, name := range []string{"Patch[y]", "Radii[x]", "Classes", "Spacing", "Likeness", "MaxBytes"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v does not name %s", err, name)
		}
	}
}

// Options that a report depends on, one by one.
func TestCheckOptionsMatter(t *testing.T) {
	s := newSet(t)
	s.classes(t, map[string]string{"train": "1 2", "val": "1 2", "test": "1 2"})
	o := DefaultCheckOptions()
	o.Classes = 3
	if r := s.check(t, o); r.Errors != 1 || !strings.Contains(r.Findings[0].Message, "class 3") {
		t.Errorf("3 classes: %v", r.Findings)
	}
	o.Classes = 1
	if r := s.check(t, o); len(r.Findings) > 0 || r.Splits[0].Classes != nil {
		t.Errorf("1 class: %v", r.Findings)
	}
	o = DefaultCheckOptions()
	o.Spacing = detection.Spacing{1, 2, 0.5}
	if got, want := s.check(t, o).Neighbours.Quantiles[0].Distance, math.Hypot(30, 12); math.Abs(got-want) > 1e-9 {
		t.Errorf("spacing: distance %v, want %v", got, want)
	}
	o = DefaultCheckOptions()
	o.MaxBytes = 100
	if r := s.check(t, o); r.Errors != 6 {
		t.Errorf("100 bytes: %v", r.Findings)
	}
	o = DefaultCheckOptions()
	o.Likeness = 0
	if r := s.check(t, o); r.Warnings == 0 {
		t.Error("likeness 0: no images are alike")
	}
}

func TestProgressOfCheck(t *testing.T) {
	s := newSet(t)
	var got []string
	_, err := Check(context.Background(), s.dir, DefaultCheckOptions(), detection.ProgressFunc(func(e detection.ProgressEvent) {
		got = append(got, fmt.Sprintf("%s %d/%d", e.Task, e.Done, e.Total))
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := "check 0/6 check 1/6 check 2/6 check 3/6 check 4/6 check 5/6 check 6/6 " +
		"compare 0/6 compare 1/6 compare 2/6 compare 3/6 compare 4/6 compare 5/6 compare 6/6"
	if strings.Join(got, " ") != want {
		t.Errorf("progress: %v", got)
	}
}

func TestSaturation(t *testing.T) {
	tests := []struct {
		name string
		kind imageio.SampleKind
		top  float32
		want bool
	}{
		{"8 bits", imageio.Uint8, 255, true}, {"8 bits, not at the end", imageio.Uint8, 254, false},
		{"12 bits of 16", imageio.Uint16, 4095, true}, {"16 bits", imageio.Uint16, 65535, true},
		{"16 bits, not at the end", imageio.Uint16, 5000, false}, {"float", imageio.Float32, 255, false},
	}
	for _, tt := range tests {
		v := detection.NewVolume([3]int{1, 10, 10}, 1)
		for i := range 5 {
			v.Data[i] = tt.top
		}
		want := 0.0
		if tt.want {
			want = 0.05
		}
		if got := measure(&imageio.Image{Volume: v, Kind: tt.kind}).saturated; got != want {
			t.Errorf("%s: share %v, want %v", tt.name, got, want)
		}
	}
	// White ground in one of three colours is not saturation.
	c := detection.NewVolume([3]int{1, 10, 10}, 3)
	for i := range 100 {
		c.Data[3*i] = 255
	}
	c.Data[1], c.Data[2] = 255, 255
	if got := measure(&imageio.Image{Volume: c, Kind: imageio.Uint8}).saturated; got != 0.01 {
		t.Errorf("colour: share %v, want 0.01", got)
	}
}

func TestSheet(t *testing.T) {
	s := newSet(t)
	s.write(t, "test/x/im1.tif", "broken")
	s.write(t, "val/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n1,8,9\n")
	r := s.check(t, DefaultCheckOptions())
	var order []string
	for _, tile := range r.tiles() {
		order = append(order, tile.title+" "+tile.status)
	}
	want := []string{"test/im1 read, no image", "val/im0 touching, 2 points", "train/im0 2 points", "train/im1 2 points",
		"val/im1 2 points", "test/im0 2 points"}
	if strings.Join(order, "; ") != strings.Join(want, "; ") {
		t.Errorf("order: %q", order)
	}
	s.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n0,a,6\n")
	s.write(t, "val/y/im1.csv", "index,axis-0,axis-1\n0,a,6\n1,8,b\n")
	if first := s.check(t, DefaultCheckOptions()).tiles()[0]; first.title != "val/im1" || first.faults != 2 {
		t.Errorf("first is %s with %d, want the image with two errors", first.title, first.faults)
	}
	o := SheetOptions{Images: 3, Columns: 2, Side: 96}
	path := s.path("sheet.png")
	if err := r.WriteSheet(context.Background(), path, o); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	// Two columns of 96 and gaps of 6; a line of 18, two rows of 96, text of 30 and gaps.
	if got := sheet.Bounds().Max; got != image.Pt(2*102+6, 18+2*132+6) {
		t.Errorf("size %v", got)
	}
	// 40 x 48 is shown twice as large, so that (y, x) = (5, 6) lies at (10.5, 12.5)
	// of the second tile, and (8, 9) of line 3, which the finding is about, at (16.5, 18.5).
	second := image.Pt(108, 24)
	for _, tt := range []struct {
		name string
		at   image.Point
		want color.RGBA
	}{
		{"a broken image", image.Pt(6+48, 24+40), color.RGBA{48, 48, 48, 255}},
		{"a point", second.Add(image.Pt(13, 11)), classColour(0)},
		{"a point's corner", second.Add(image.Pt(12, 10)), color.RGBA{0, 0, 0, 255}},
		{"a point with a warning", second.Add(image.Pt(19, 17)), classColour(0)},
		{"the frame around it", second.Add(image.Pt(24, 17)), rankColour(Warning.rank()).(color.RGBA)},
		{"under a flat image", second.Add(image.Pt(60, 90)), color.RGBA{24, 24, 24, 255}},
	} {
		if got := color.RGBAModel.Convert(sheet.At(tt.at.X, tt.at.Y)); got != tt.want {
			t.Errorf("%s shows %v, want %v", tt.name, got, tt.want)
		}
	}
	if err := r.WriteSheet(context.Background(), path, SheetOptions{}); err == nil || !strings.Contains(err.Error(), "Columns") {
		t.Errorf("zero options: error %v", err)
	}
}

func TestChooseTiles(t *testing.T) {
	var tiles []tile
	for i := range 12 {
		tiles = append(tiles, tile{item: item{name: string(rune('a' + i))}, worst: noFinding})
	}
	for i := range 3 {
		tiles[i].worst = i
	}
	for n, want := range map[int]string{2: "ab", 3: "abc", 4: "abcd", 6: "abcdgj", 12: "abcdefghijkl", 20: "abcdefghijkl"} {
		var got string
		for _, tile := range choose(tiles, n) {
			got += tile.name
		}
		if got != want {
			t.Errorf("%d of them: %s, want %s", n, got, want)
		}
	}
}

// Points with lines that were read leniently keep their lines.
func TestTilesKnowTheLines(t *testing.T) {
	s := newSet(t)
	s.write(t, "val/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n\n1,20,30\n2,5,6\n3,30,40\n")
	first := s.check(t, DefaultCheckOptions()).tiles()[0]
	if want := []int{noFinding, noFinding, Error.rank(), noFinding}; first.title != "val/im0" || !slices.Equal(first.ranks, want) {
		t.Errorf("%s: ranks %v, want %v", first.title, first.ranks, want)
	}
}

func TestCheckImagesBesideTables(t *testing.T) {
	s := newSet(t)
	for _, name := range []string{"im0.tif", "im1.tif", "im1.csv"} {
		text, err := os.ReadFile(s.path("train/" + map[string]string{".tif": "x", ".csv": "y"}[filepath.Ext(name)] + "/" + name))
		if err != nil {
			t.Fatal(err)
		}
		s.write(t, "mixed/"+name, string(text))
	}
	s.write(t, "mixed/b.csv", "row,col\n1,2\n")
	r, err := Check(context.Background(), s.path("mixed"), DefaultCheckOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	text := r.Text()
	for _, want := range []string{"im0.tif: has no points file: want", "b.csv: has no image: want", "b.csv:1: ", "all             2        2"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// One bad file does not hide the others.
func TestTextIsBounded(t *testing.T) {
	var r Report
	add := func(file string, n int) {
		for i := range n {
			r.Findings = append(r.Findings, Finding{Severity: Error, Kind: KindPoints, File: file, Line: i + 2, Message: "bad"})
		}
	}
	add("a.csv", 20)
	add("b.csv", 2)
	for i := range 8 {
		add(fmt.Sprintf("c%d.csv", i), 1)
	}
	r.Findings = append(r.Findings, Finding{Severity: Note, Kind: KindPoints, File: "a.csv", Message: "good"})
	want := `
error, points
  a.csv:2: bad
  a.csv:3: bad
  a.csv:4: bad
    and 17 more in this file
  b.csv:2: bad
  b.csv:3: bad
  c0.csv:2: bad
  c1.csv:2: bad
  c2.csv:2: bad
  c3.csv:2: bad
  c4.csv:2: bad
  and 3 more of this kind

note, points
  a.csv: good
`
	if got := r.Text(); !strings.Contains(got, want) {
		t.Errorf("text\n%s\nwant\n%s", got, want)
	}
}
