package detection

import (
	"fmt"
	"sync"
)

// Merger blends the predictions of the tiles of a [Grid] into one map. Each
// tile, its padding cut off, is weighted by a window that is 1 inside and
// falls off over the width in which tiles overlap, and every voxel of the map
// is
//
//	Σ w·prediction / (Σ w + 1e-18)
//
// over the tiles that cover it. Sums are float64; the sum of weights is a
// product of one sum per axis and takes no volume of memory.
//
// All methods are safe for concurrent use. Which tile comes first changes a
// sum by its rounding at most, about 1e-16 of its value; add tiles in order
// where that must not be.
//
// Source: BiaPy's merge_data_with_overlap.
type Merger struct {
	grid     Grid
	channels int
	windows  [3][]float64 // weight of a voxel of a tile without padding
	totals   [3][]float64 // sum of weights at a voxel of the image

	mu    sync.Mutex
	sums  []float64 // (z, y, x, c)
	added []bool    // by tile
}

// NewMerger returns a Merger for predictions with the given number of
// channels, with 8 bytes of memory per value of the map. Errors wrap
// [ErrShape]: an empty grid, channels below 1, a map that no slice can hold.
func NewMerger(grid Grid, channels int) (*Merger, error) {
	if grid.Len() == 0 || !sizeFits(grid.Dims(), channels) {
		return nil, fmt.Errorf("detection: merge: %w: grid of %d tiles over %v with %d channels",
			ErrShape, grid.Len(), grid.Dims(), channels)
	}
	m := &Merger{grid: grid, channels: channels, added: make([]bool, grid.Len())}
	values := channels
	for k, a := range grid.axes {
		values *= a.size
		m.windows[k] = a.window()
		m.totals[k] = make([]float64, a.size)
		for i := range a.n {
			for j, w := range m.windows[k] {
				m.totals[k][a.start(i)+j] += w
			}
		}
	}
	m.sums = make([]float64, values)
	return m, nil
}

// window is the weight along one axis of a tile without its padding. At voxel
// i of the o at which tiles overlap, counted from the tile's border, it is
// x²/(x²+(1-x)²+1e-8) with x = (i+1)/(o+1): two facing windows add up to 1
// but for the last term.
func (a gridAxis) window() []float64 {
	w := make([]float64, a.patch-2*a.padding)
	for i := range w {
		w[i] = 1
	}
	for i := range a.taper {
		x := float64(i+1) / float64(a.taper+1)
		t := x * x / (x*x + (1-x)*(1-x) + 1e-8)
		w[i], w[len(w)-1-i] = t, t
	}
	return w
}

// Add adds the prediction for tile i, of the size of the patch. It is not
// kept. Errors: a tile that is not in the grid or was added before, a
// prediction of another size or number of channels ([ErrShape]).
func (m *Merger) Add(i int, prediction *Volume) error {
	if i < 0 || i >= m.grid.Len() {
		return fmt.Errorf("detection: merge tile %d: want 0 to %d", i, m.grid.Len()-1)
	}
	if err := m.checkShape(prediction, m.grid.Patch()); err != nil {
		return fmt.Errorf("detection: merge tile %d: prediction: %w", i, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.added[i] {
		return fmt.Errorf("detection: merge tile %d: it was added before", i)
	}
	m.added[i] = true
	pad, start, dims := m.grid.Padding(), m.grid.Start(i), m.grid.Dims()
	for z, wz := range m.windows[0] {
		for y, wy := range m.windows[1] {
			from := prediction.Index(pad[0]+z, pad[1]+y, pad[2])
			to := (((start[0]+z)*dims[1]+start[1]+y)*dims[2] + start[2]) * m.channels
			for _, wx := range m.windows[2] {
				w := wz * wy * wx
				for range m.channels {
					m.sums[to] += w * float64(prediction.Data[from])
					to++
					from++
				}
			}
		}
	}
	return nil
}

// Result writes the map to dst, which has the size of the image and the
// channels of the predictions; its spacing and unit stay as they are. Errors:
// another size ([ErrShape]), and tiles that have not been added.
func (m *Merger) Result(dst *Volume) error {
	if err := m.checkShape(dst, m.grid.Dims()); err != nil {
		return fmt.Errorf("detection: merge: dst: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	missing, first := 0, 0
	for i, ok := range m.added {
		if !ok {
			if missing == 0 {
				first = i
			}
			missing++
		}
	}
	if missing > 0 {
		return fmt.Errorf("detection: merge: %d of %d tiles have not been added, the first is %d", missing, len(m.added), first)
	}
	at := 0
	for _, wz := range m.totals[0] {
		for _, wy := range m.totals[1] {
			for _, wx := range m.totals[2] {
				w := wz*wy*wx + 1e-18
				for range m.channels {
					dst.Data[at] = float32(m.sums[at] / w)
					at++
				}
			}
		}
	}
	return nil
}

// checkShape reports a volume that has another size than it should.
func (m *Merger) checkShape(v *Volume, dims [3]int) error {
	if err := v.Validate(); err != nil {
		return err
	}
	if v.Dims != dims || v.Channels != m.channels {
		return fmt.Errorf("%w: %v with %d channels, want %v with %d", ErrShape, v.Dims, v.Channels, dims, m.channels)
	}
	return nil
}
