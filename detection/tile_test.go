package detection_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// startsAlong lists the starts of the tiles along an axis, each once.
func startsAlong(g detection.Grid, axis int) []int {
	var starts []int
	for i := range g.Len() {
		starts = append(starts, g.Start(i)[axis])
	}
	slices.Sort(starts)
	return slices.Compact(starts)
}

// Starts of BiaPy 3.7.1's crop_data_with_overlap, run on these numbers.
func TestPlanTilesReference(t *testing.T) {
	tests := []struct {
		size, patch, padding int
		overlap              float64
		want                 []int
	}{
		{256, 256, 32, 0, []int{0, 64}},
		{320, 256, 32, 0, []int{0, 128}},
		{347, 256, 32, 0, []int{0, 155}},
		{360, 256, 32, 0, []int{0, 168}},
		{512, 256, 32, 0, []int{0, 160, 320}},
		{640, 256, 32, 0, []int{0, 150, 300, 448}},
		{1000, 256, 0, 0.5, []int{0, 107, 214, 321, 428, 535, 642, 744}},
		{100, 64, 18, 0.25, []int{0, 18, 36, 54, 72}},
		{64, 64, 0, 0, []int{0}},
		{257, 256, 0, 0, []int{0, 1}},
		// BiaPy gives -8 to 1 here, that is tiles before the image. Without
		// those and with the end reached by one tile:
		{11, 10, 0, 0.8, []int{0, 1}},
		// BiaPy gives 0, 0 here: the same tile twice.
		{64, 64, 0, 0.5, []int{0}},
	}
	for _, tt := range tests {
		// The other axes do not have the size of the patch, so all are tiled.
		g, err := detection.PlanTiles([3]int{1, 9, tt.size}, detection.TileOptions{
			Patch: [3]int{1, 8, tt.patch}, Padding: [3]int{0, 0, tt.padding}, Overlap: [3]float64{0, 0, tt.overlap},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := startsAlong(g, 2); !slices.Equal(got, tt.want) || g.Whole() {
			t.Errorf("size %d, patch %d, padding %d, overlap %v: starts %v, want %v", tt.size, tt.patch, tt.padding, tt.overlap, got, tt.want)
		}
	}
}

// An image of exactly the size of the patch is seen as it is; with one axis
// equal, all axes are tiled.
func TestPlanTilesWhole(t *testing.T) {
	opts := detection.DefaultTileOptions()
	g, err := detection.PlanTiles([3]int{1, 256, 256}, opts)
	if err != nil || !g.Whole() || g.Len() != 1 || g.Padding() != [3]int{} || g.Patch() != opts.Patch || g.Start(0) != [3]int{} {
		t.Errorf("256x256: %+v, %v; want one tile without padding", g, err)
	}
	v := detection.NewVolume([3]int{1, 256, 256}, 1)
	for i := range v.Data {
		v.Data[i] = float32(i % 251)
	}
	dst := detection.NewLike(v, 1)
	if err := g.Extract(dst, v, 0); err != nil || !slices.Equal(dst.Data, v.Data) {
		t.Errorf("the tile is not the image: %v", err)
	}
	// Four tiles of the 256x320 images of the parity notes.
	g, err = detection.PlanTiles([3]int{1, 256, 320}, opts)
	if err != nil || g.Whole() || g.Len() != 4 || g.Padding() != opts.Padding || g.Dims() != [3]int{1, 256, 320} {
		t.Errorf("256x320: %+v, %v; want four padded tiles", g, err)
	}
	if lo, hi := g.Region(3); lo != [3]int{0, 64, 128} || hi != [3]int{1, 256, 320} {
		t.Errorf("last region is %v to %v", lo, hi)
	}
}

func TestPlanTilesErrors(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		dims [3]int
		opts detection.TileOptions
		want []string
	}{
		{[3]int{1, 1, 1}, detection.TileOptions{}, []string{"Patch[z] 0", "Patch[y] 0", "Patch[x] 0"}},
		{[3]int{1, 64, 64}, detection.TileOptions{Patch: [3]int{1, 64, 64}, Padding: [3]int{1, 32, -1}},
			[]string{"Padding[z] 1", "Padding[y] 32", "Padding[x] -1"}},
		{[3]int{1, 64, 64}, detection.TileOptions{Patch: [3]int{1, 64, 64}, Overlap: [3]float64{0.1, nan, 1}},
			[]string{"Overlap[z] 0.1 of 1 voxels", "Overlap[y] NaN", "Overlap[x] 1"}},
		{[3]int{0, 63, 64}, detection.TileOptions{Patch: [3]int{1, 64, 64}, Overlap: [3]float64{0, -0.1, 0}},
			[]string{"image has 0 voxels along z", "image has 63 voxels along y, fewer than the patch, 64", "Overlap[y] -0.1"}},
	}
	for _, tt := range tests {
		g, err := detection.PlanTiles(tt.dims, tt.opts)
		if err == nil || g.Len() != 0 {
			t.Errorf("%+v: grid of %d tiles, error %v", tt.opts, g.Len(), err)
			continue
		}
		for _, w := range tt.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("error %q does not say %q", err, w)
			}
		}
	}
	if _, err := detection.PlanTiles([3]int{1, 9, 9}, detection.DefaultTileOptions()); !errors.Is(err, detection.ErrShape) {
		t.Errorf("small image: error %v, want ErrShape", err)
	}
	const want = "{Patch:[1 256 256] Padding:[0 32 32] Overlap:[0 0 0]}"
	if got := fmt.Sprintf("%+v", detection.DefaultTileOptions()); got != want {
		t.Errorf("defaults are %s, want %s", got, want)
	}
}

// reflectSlow walks from 0 to i, turning round at both ends.
func reflectSlow(i, n int) int {
	if n == 1 {
		return 0
	}
	at, step := 0, 1
	for range max(i, -i) { // the continuation is the same to both sides
		if at+step < 0 || at+step >= n {
			step = -step
		}
		at += step
	}
	return at
}

func TestExtractMatchesSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for range 100 {
		opts, dims := randomTiling(rng, 8)
		g, err := detection.PlanTiles(dims, opts)
		if err != nil {
			t.Fatal(err)
		}
		v := numbered(dims, 1+rng.IntN(2))
		dst := detection.NewVolume(g.Patch(), v.Channels)
		for i := range g.Len() {
			if err := g.Extract(dst, v, i); err != nil {
				t.Fatal(err)
			}
			start := g.Start(i)
			for at := range dst.Voxels() {
				p := [3]int{at / (dst.Dims[1] * dst.Dims[2]), at / dst.Dims[2] % dst.Dims[1], at % dst.Dims[2]}
				var q [3]int
				for axis := range p {
					q[axis] = reflectSlow(start[axis]+p[axis]-g.Padding()[axis], dims[axis])
				}
				for c := range v.Channels {
					if got, want := dst.At(p[0], p[1], p[2], c), v.At(q[0], q[1], q[2], c); got != want {
						t.Fatalf("%+v on %v: tile %d at %v is %v, want %v", opts, dims, i, p, got, want)
					}
				}
			}
		}
	}
}

// randomTiling returns valid options and the size of an image that they can
// tile, up to extra voxels larger than the patch along each axis.
func randomTiling(rng *rand.Rand, extra int) (detection.TileOptions, [3]int) {
	var opts detection.TileOptions
	var dims [3]int
	for {
		for axis := range dims {
			opts.Patch[axis] = 1 + rng.IntN(9)
			opts.Padding[axis] = rng.IntN((opts.Patch[axis] + 1) / 2)
			opts.Overlap[axis] = []float64{0, 0, 0.25, 0.5, 0.75}[rng.IntN(5)]
			dims[axis] = opts.Patch[axis] + rng.IntN(extra)
		}
		if opts.Validate() == nil {
			return opts, dims
		}
	}
}

func TestExtractErrors(t *testing.T) {
	g, err := detection.PlanTiles([3]int{1, 5, 5}, detection.TileOptions{Patch: [3]int{1, 3, 3}})
	if err != nil {
		t.Fatal(err)
	}
	image, tile := detection.NewVolume([3]int{1, 5, 5}, 1), detection.NewVolume([3]int{1, 3, 3}, 1)
	for name, err := range map[string]error{
		"image size": g.Extract(tile, detection.NewVolume([3]int{1, 5, 6}, 1), 0),
		"tile size":  g.Extract(image, image, 0),
		"channels":   g.Extract(detection.NewVolume([3]int{1, 3, 3}, 2), image, 0),
		"nil":        g.Extract(nil, image, 0),
		"nil image":  g.Extract(tile, nil, 0),
	} {
		if !errors.Is(err, detection.ErrShape) {
			t.Errorf("%s: error %v, want ErrShape", name, err)
		}
	}
	if g.Extract(tile, image, -1) == nil || g.Extract(tile, image, g.Len()) == nil {
		t.Error("tiles outside the grid are accepted")
	}
}

// numpy: np.pad(np.arange(4), (7, 0), 'reflect'), and for 2 values and 1.
func TestPadToPatch(t *testing.T) {
	tests := []struct {
		n, patch int
		want     []float32
	}{
		{4, 11, []float32{1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3}},
		{2, 5, []float32{1, 0, 1, 0, 1}},
		{1, 3, []float32{0, 0, 0}},
	}
	for _, tt := range tests {
		got, err := detection.PadToPatch(numbered([3]int{1, 1, tt.n}, 1), [3]int{1, 1, tt.patch})
		if err != nil || !slices.Equal(got.Data, tt.want) {
			t.Errorf("%d voxels to %d: %v, %v; want %v", tt.n, tt.patch, got, err, tt.want)
		}
	}
	v := numbered([3]int{1, 3, 4}, 2)
	v.Spacing, v.Unit = detection.Spacing{1, 2, 3}, "um"
	padded, err := detection.PadToPatch(v, [3]int{2, 5, 3})
	if err != nil || padded.Dims != [3]int{2, 5, 4} || padded.Spacing != v.Spacing || padded.Unit != "um" {
		t.Fatalf("PadToPatch = %+v, %v", padded, err)
	}
	back, err := detection.CropBack(padded, v.Dims)
	if err != nil || !slices.Equal(back.Data, v.Data) || back.Dims != v.Dims || back.Spacing != v.Spacing {
		t.Errorf("CropBack = %+v, %v; want the image", back, err)
	}
	if same, err := detection.PadToPatch(v, [3]int{1, 2, 2}); same != v || err != nil {
		t.Errorf("nothing to pad: %v, %v; want the image itself", same, err)
	}
	if same, err := detection.CropBack(v, v.Dims); same != v || err != nil {
		t.Errorf("nothing to crop: %v, %v; want the image itself", same, err)
	}
}

func TestPadAndCropErrors(t *testing.T) {
	v := numbered([3]int{1, 3, 4}, 1)
	huge := [3]int{1 << 30, 1 << 30, 1 << 30}
	_, err1 := detection.PadToPatch(nil, [3]int{1, 1, 1})
	_, err2 := detection.PadToPatch(v, huge)
	_, err3 := detection.CropBack(nil, [3]int{1, 1, 1})
	_, err4 := detection.CropBack(v, [3]int{1, 3, 5})
	_, err5 := detection.CropBack(v, [3]int{1, 0, 4})
	for i, err := range []error{err1, err2, err3, err4, err5} {
		if !errors.Is(err, detection.ErrShape) {
			t.Errorf("case %d: error %v, want ErrShape", i+1, err)
		}
	}
}

// Whatever the numbers: a valid plan covers every voxel, stays in the padded
// image, has no tile twice, and follows the reference's formula where that
// makes sense.
func FuzzPlanTiles(f *testing.F) {
	for _, s := range [][4]int{{256, 256, 32, 0}, {347, 256, 32, 0}, {11, 10, 0, 80}, {64, 64, 0, 50}, {100, 10, 2, 60}, {1, 1, 0, 0}, {1000, 7, 3, 0}, {5, 9, 1, 0}} {
		f.Add(s[0], s[1], s[2], s[3])
	}
	f.Fuzz(func(t *testing.T, size, patch, padding, percent int) {
		if size > 1<<14 {
			t.Skip("too many tiles to go through")
		}
		overlap := float64(percent) / 100
		g, err := detection.PlanTiles([3]int{1, 2, size}, detection.TileOptions{
			Patch: [3]int{1, 1, patch}, Padding: [3]int{0, 0, padding}, Overlap: [3]float64{0, 0, overlap},
		})
		if err != nil {
			return
		}
		starts := startsAlong(g, 2)
		if g.Len() != 2*len(starts) {
			t.Fatalf("%d tiles, %d different", g.Len(), len(starts))
		}
		inner, covered := patch-2*padding, 0
		for _, s := range starts {
			if s < 0 || s+patch > size+2*padding {
				t.Fatalf("tile at %d leaves the padded image", s)
			}
			if s > covered {
				t.Fatalf("voxels %d to %d are not covered", covered, s-1)
			}
			covered = s + inner
		}
		if covered != size {
			t.Fatalf("covered up to %d of %d", covered, size)
		}
		if want, ok := referenceStarts(size, patch, padding, overlap); ok && !slices.Equal(starts, want) {
			t.Fatalf("starts %v, want %v", starts, want)
		}
	})
}

// referencePlan is BiaPy's formula: the step, the number of tiles and how far
// the last still reaches past the end.
func referencePlan(size, patch, padding int, overlap float64) (step, n, over int) {
	step = int(float64(patch-2*padding) * (1 - overlap))
	n = int(math.Ceil(float64(size) / float64(step)))
	if n > 1 {
		over = (n-1)*step + patch - (size + 2*padding)
		shift := over / (n - 1)
		step -= shift
		over -= shift * (n - 1)
	}
	return step, n, over
}

// referenceStarts is BiaPy's formula for the starts; not ok where several
// tiles reach the end of the image.
func referenceStarts(size, patch, padding int, overlap float64) (starts []int, ok bool) {
	step, n, over := referencePlan(size, patch, padding, overlap)
	reach := 0
	for i := range n {
		s := i * step
		if s+patch >= size+2*padding {
			reach++
			s -= over
		}
		starts = append(starts, s)
	}
	return starts, reach == 1
}
