package detection_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// mergeTiles predicts every tile and merges the predictions.
func mergeTiles(t *testing.T, g detection.Grid, channels int, predict func(i int) *detection.Volume) *detection.Volume {
	t.Helper()
	m, err := detection.NewMerger(g, channels)
	if err != nil {
		t.Fatal(err)
	}
	for i := range g.Len() {
		if err := m.Add(i, predict(i)); err != nil {
			t.Fatal(err)
		}
	}
	dst := detection.NewVolume(g.Dims(), channels)
	if err := m.Result(dst); err != nil {
		t.Fatal(err)
	}
	return dst
}

// stripes is a prediction that tells tiles apart: the number of the tile plus
// 0, 1, 2, 0, 1, 2 … along the values.
func stripes(g detection.Grid, i int) *detection.Volume {
	v := detection.NewVolume(g.Patch(), 1)
	for k := range v.Data {
		v.Data[k] = float32(i + k%3)
	}
	return v
}

// Maps of BiaPy 3.7.1's merge_data_with_overlap and its 3D twin for the
// tiles of stripes: patch (6, 10), padding 1, overlap (0, 0.5), an image of
// 7x13; in 3D patch (4, 6, 10), an image of 5x7x13, every 29th value.
func TestMergerReference(t *testing.T) {
	g, err := detection.PlanTiles([3]int{1, 7, 13}, detection.TileOptions{
		Patch: [3]int{1, 6, 10}, Padding: [3]int{0, 1, 1}, Overlap: [3]float64{0, 0, 0.5},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []float32{
		2, 0, 1.156626463, 1.753623366, 0.957219183, 2.212669611, 2.026156664, 3.320682764, 3.42975235, 2.930481195, 4, 4.518518448, 3,
		0, 1, 1.921686769, 0.492753625, 1.852941036, 1.712669611, 2.615694284, 3.13662219, 2.719008446, 3.930481195, 4.07692337, 3.000000238, 4,
		1, 2, 0.156626523, 1.492753625, 1.625668287, 1.674208045, 2.692152977, 2.394686937, 3.719008446, 3.703208447, 3, 4, 5,
		4, 2, 3.156626463, 3.753623486, 2.957219362, 4.212669373, 4.026157379, 5.320683002, 5.42975235, 4.930480957, 6, 6.518518448, 5,
		4, 5, 5.921686172, 4.492753983, 5.852941513, 5.712669373, 6.615694046, 7.136621952, 6.719008446, 7.930481434, 8.07692337, 7, 8,
		5, 6, 4.156626701, 5.492753983, 5.625668526, 5.674208164, 6.692152977, 6.394686699, 7.719008923, 7.70320797, 7, 8, 9,
		6, 4, 5.156626701, 5.753623486, 4.957219124, 6.212669373, 6.026156902, 7.320683002, 7.429752827, 6.930480957, 8, 8.518518448, 7,
	}
	got := mergeTiles(t, g, 1, func(i int) *detection.Volume { return stripes(g, i) })
	if !closeTo(got.Data, want, 2e-6) {
		t.Errorf("2D map\n%v\nwant\n%v", got.Data, want)
	}

	g, err = detection.PlanTiles([3]int{5, 7, 13}, detection.TileOptions{
		Patch: [3]int{4, 6, 10}, Padding: [3]int{1, 1, 1}, Overlap: [3]float64{0, 0, 0.5},
	})
	if err != nil {
		t.Fatal(err)
	}
	want = []float32{2, 1.492753625, 6.615694046, 6.930480957, 4, 5.921686172, 6.212669373, 10.719008446, 14.518518448, 12,
		13.852941513, 17.320684433, 18.999998093, 16, 19.753622055, 22.692153931}
	got = mergeTiles(t, g, 1, func(i int) *detection.Volume { return stripes(g, i) })
	var sampled []float32
	for i := 0; i < len(got.Data); i += 29 {
		sampled = append(sampled, got.Data[i])
	}
	if !closeTo(sampled, want, 4e-6) {
		t.Errorf("3D map\n%v\nwant\n%v", sampled, want)
	}
}

// slowMerge applies the formula voxel by voxel.
func slowMerge(g detection.Grid, opts detection.TileOptions, channels int, tiles []*detection.Volume) *detection.Volume {
	dst := detection.NewVolume(g.Dims(), channels)
	weight := func(axis, start, at int) float64 {
		if g.Whole() {
			return 1
		}
		size := opts.Patch[axis] - 2*opts.Padding[axis]
		step, _, _ := referencePlan(g.Dims()[axis], opts.Patch[axis], opts.Padding[axis], opts.Overlap[axis])
		o := min(size-step, size/2)
		i := min(at-start, size-1-(at-start)) // from the nearer border
		if i >= o {
			return 1
		}
		x := float64(i+1) / float64(o+1)
		return x * x / (x*x + (1-x)*(1-x) + 1e-8)
	}
	for at := range dst.Voxels() {
		p := [3]int{at / (dst.Dims[1] * dst.Dims[2]), at / dst.Dims[2] % dst.Dims[1], at % dst.Dims[2]}
		for c := range channels {
			var sum, weights float64
			for i, tile := range tiles {
				lo, hi := g.Region(i)
				w := 1.0
				var q [3]int
				for axis := range p {
					if p[axis] < lo[axis] || p[axis] >= hi[axis] {
						w = 0
						break
					}
					w *= weight(axis, lo[axis], p[axis])
					q[axis] = p[axis] - lo[axis] + g.Padding()[axis]
				}
				if w > 0 {
					sum += w * float64(tile.At(q[0], q[1], q[2], c))
					weights += w
				}
			}
			dst.Set(p[0], p[1], p[2], c, float32(sum/(weights+1e-18)))
		}
	}
	return dst
}

func TestMergerMatchesSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	for range 60 {
		opts, dims := randomTiling(rng, 6)
		g, err := detection.PlanTiles(dims, opts)
		if err != nil {
			t.Fatal(err)
		}
		channels := 1 + rng.IntN(2)
		tiles := make([]*detection.Volume, g.Len())
		for i := range tiles {
			tiles[i] = detection.NewVolume(g.Patch(), channels)
			for k := range tiles[i].Data {
				tiles[i].Data[k] = rng.Float32()
			}
		}
		got := mergeTiles(t, g, channels, func(i int) *detection.Volume { return tiles[i] })
		if want := slowMerge(g, opts, channels, tiles); !closeTo(got.Data, want.Data, 1e-6) {
			t.Fatalf("%+v on %v:\n%v\nwant\n%v", opts, dims, got.Data, want.Data)
		}
	}
}

// A network that changes nothing gives back the image, whatever the tiling.
func TestTilesOfImageMergeToImage(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for range 200 {
		opts, dims := randomTiling(rng, 12)
		g, err := detection.PlanTiles(dims, opts)
		if err != nil {
			t.Fatal(err)
		}
		image := detection.NewVolume(dims, 1+rng.IntN(2))
		for i := range image.Data {
			image.Data[i] = rng.Float32()
		}
		got := mergeTiles(t, g, image.Channels, func(i int) *detection.Volume {
			tile := detection.NewVolume(g.Patch(), image.Channels)
			if err := g.Extract(tile, image, i); err != nil {
				t.Fatal(err)
			}
			return tile
		})
		if !closeTo(got.Data, image.Data, 1e-6) {
			t.Fatalf("%+v on %v does not give back the image", opts, dims)
		}
	}
}

// A constant stays constant also where weights are smallest, in the corners
// of large 3D tiles with much overlap.
func TestMergerConstant(t *testing.T) {
	g, err := detection.PlanTiles([3]int{66, 66, 66}, detection.TileOptions{
		Patch: [3]int{64, 64, 64}, Overlap: [3]float64{0.5, 0.5, 0.5},
	})
	if err != nil {
		t.Fatal(err)
	}
	tile := detection.NewVolume(g.Patch(), 1)
	for i := range tile.Data {
		tile.Data[i] = 0.7
	}
	got := mergeTiles(t, g, 1, func(int) *detection.Volume { return tile })
	if lo, hi := got.Range(); math.Abs(float64(lo)-0.7) > 1e-6 || math.Abs(float64(hi)-0.7) > 1e-6 {
		t.Errorf("a map of 0.7 became %v to %v", lo, hi)
	}
}

func TestMergerConcurrent(t *testing.T) {
	opts, dims := detection.TileOptions{Patch: [3]int{1, 8, 8}, Padding: [3]int{0, 1, 1}, Overlap: [3]float64{0, 0.5, 0.5}}, [3]int{1, 40, 40}
	g, err := detection.PlanTiles(dims, opts)
	if err != nil {
		t.Fatal(err)
	}
	want := mergeTiles(t, g, 1, func(i int) *detection.Volume { return stripes(g, i) })
	m, err := detection.NewMerger(g, 1)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := worker; i < g.Len(); i += 4 {
				if err := m.Add(i, stripes(g, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got := detection.NewVolume(dims, 1)
	if err := m.Result(got); err != nil || !closeTo(got.Data, want.Data, 1e-5) {
		t.Errorf("four goroutines: %v; another map than one after the other", err)
	}
	// The result can be asked for again.
	again := detection.NewVolume(dims, 1)
	if err := m.Result(again); err != nil || !slices.Equal(again.Data, got.Data) {
		t.Errorf("asked again: %v, another map", err)
	}
}

func TestMergerErrors(t *testing.T) {
	g, err := detection.PlanTiles([3]int{1, 5, 5}, detection.TileOptions{Patch: [3]int{1, 3, 3}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := detection.NewMerger(detection.Grid{}, 1); !errors.Is(err, detection.ErrShape) {
		t.Errorf("empty grid: error %v, want ErrShape", err)
	}
	if _, err := detection.NewMerger(g, 0); !errors.Is(err, detection.ErrShape) {
		t.Errorf("no channels: error %v, want ErrShape", err)
	}
	m, err := detection.NewMerger(g, 2)
	if err != nil {
		t.Fatal(err)
	}
	tile, image := detection.NewVolume([3]int{1, 3, 3}, 2), detection.NewVolume([3]int{1, 5, 5}, 2)
	for name, err := range map[string]error{
		"tile size":      m.Add(0, image),
		"tile channels":  m.Add(0, detection.NewVolume([3]int{1, 3, 3}, 1)),
		"nil tile":       m.Add(0, nil),
		"image size":     m.Result(tile),
		"image channels": m.Result(detection.NewVolume([3]int{1, 5, 5}, 1)),
		"nil image":      m.Result(nil),
	} {
		if !errors.Is(err, detection.ErrShape) {
			t.Errorf("%s: error %v, want ErrShape", name, err)
		}
	}
	if m.Add(-1, tile) == nil || m.Add(g.Len(), tile) == nil {
		t.Error("tiles outside the grid are accepted")
	}
	if err := m.Add(1, tile); err != nil {
		t.Fatal(err)
	}
	if err := m.Add(1, tile); err == nil || !strings.Contains(err.Error(), "tile 1: it was added before") {
		t.Errorf("a tile twice: %v", err)
	}
	if err := m.Result(image); err == nil || !strings.Contains(err.Error(), "3 of 4 tiles have not been added, the first is 0") {
		t.Errorf("missing tiles: %v", err)
	}
}

// An image is predicted tile by tile and put together again.
func ExampleMerger() {
	image := detection.NewVolume([3]int{1, 300, 400}, 1)
	predict := func(tile *detection.Volume) *detection.Volume { // stands for a network
		out := detection.NewLike(tile, 1)
		for i := range out.Data {
			out.Data[i] = 0.25
		}
		return out
	}
	grid, err := detection.PlanTiles(image.Dims, detection.DefaultTileOptions())
	if err != nil {
		fmt.Println(err)
		return
	}
	merger, err := detection.NewMerger(grid, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	tile := detection.NewVolume(grid.Patch(), image.Channels)
	for i := range grid.Len() {
		if err := grid.Extract(tile, image, i); err != nil {
			fmt.Println(err)
			return
		}
		if err := merger.Add(i, predict(tile)); err != nil {
			fmt.Println(err)
			return
		}
	}
	prob := detection.NewLike(image, 1)
	if err := merger.Result(prob); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d tiles, probability %v at (150, 200)\n", grid.Len(), prob.At(0, 150, 200, 0))
	// Output:
	// 6 tiles, probability 0.25 at (150, 200)
}
