package widgets

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func newMaskPreview(t testing.TB, s sample, change func(*MaskPreviewOptions)) *MaskPreview {
	t.Helper()
	o := DefaultMaskPreviewOptions()
	if change != nil {
		change(&o)
	}
	m, err := NewMaskPreview(s.image, s.truth, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The points that share an object are those that CheckPoints finds to touch, and
// what touches them.
func TestMergedAreThoseThatTouch(t *testing.T) {
	for _, dims := range [][3]int{{1, 200, 260}, {8, 120, 120}} {
		s := newSample(t, dims, 60, 1, 7)
		s.truth = append(s.truth, s.truth[3]) // two in one voxel
		m := newMaskPreview(t, s, func(o *MaskPreviewOptions) { o.Targets = DiskTargets(1, 0, 1, 3, 6) })
		most := 0
		for k, p := range m.Painted() {
			root := make([]int, len(s.truth))
			for i := range root {
				root[i] = i
			}
			find := func(i int) int {
				for root[i] != i {
					i = root[i]
				}
				return i
			}
			points := slices.Clone(s.truth)
			detection.Renumber(points)
			problems, err := detection.CheckPoints(dims, points, *p.Target.Mask)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range problems {
				if q.Kind != detection.OutsidePoint {
					root[find(q.IDs[0]-1)] = find(q.IDs[1] - 1)
				}
			}
			size := map[int]int{}
			for i := range root {
				size[find(i)]++
			}
			var merged []int
			for i := range root {
				if size[find(i)] > 1 {
					merged = append(merged, i)
				}
			}
			if p.Objects != len(size) || !slices.Equal(p.Merged, merged) {
				t.Errorf("%v, target %d: %d objects, merged %v, want %d and %v", dims, k, p.Objects, p.Merged, len(size), merged)
			}
			mask, err := detection.PointMask(dims, s.truth, detection.MaskOptions{Radii: p.Target.Mask.Radii, Classes: 1})
			if err != nil {
				t.Fatal(err)
			}
			n := 0.0
			for _, v := range mask.Data {
				n += float64(v)
			}
			if want := n / float64(len(mask.Data)); p.Foreground != want {
				t.Errorf("%v, target %d: foreground %v, want %v", dims, k, p.Foreground, want)
			}
			most = max(most, len(merged))
		}
		if most < 10 {
			t.Errorf("%v: at most %d points touch: the test says little", dims, most)
		}
	}
}

// Two Gaussian peaks are one object where their voxels at half of the height, up to
// sqrt(2 ln 2) sigmas away, touch.
func TestMergedGaussians(t *testing.T) {
	image := detection.NewVolume([3]int{1, 40, 80}, 1)
	limit := 2 * math.Sqrt(2*math.Ln2)
	for _, sigma := range []float64{2, 2.6, 3.5} {
		reach := math.Floor(limit / 2 * sigma) // of the voxels at half of the height
		for _, distance := range []float64{2*reach + 1, 2*reach + 2} {
			points := []detection.Point{{Pos: [3]float64{0, 20, 30}}, {Pos: [3]float64{0, 20, 30 + distance}}}
			o := DefaultMaskPreviewOptions()
			o.Targets, o.Initial = GaussianTargets(1, sigma), 0
			m, err := NewMaskPreview(image, points, o)
			if err != nil {
				t.Fatal(err)
			}
			want := 2
			if distance == 2*reach+1 {
				want = 1 // the last voxels of the two touch
			}
			if p := m.Painted()[0]; p.Objects != want || len(p.Merged) != 4-2*want {
				t.Errorf("sigma %v, %v apart: %d objects, %v merged, want %d", sigma, distance, p.Objects, p.Merged, want)
			}
		}
	}
	// a narrow peak between voxels is below half everywhere
	o := DefaultMaskPreviewOptions()
	o.Targets, o.Initial = GaussianTargets(1, 0.4), 0
	m, err := NewMaskPreview(image, []detection.Point{{Pos: [3]float64{0, 20.5, 30.5}}}, o)
	if err != nil || m.Painted()[0].Objects != 0 || m.Painted()[0].Foreground != 0 {
		t.Errorf("a narrow peak: %+v, %v", m.Painted(), err)
	}
}

func TestMaskFindings(t *testing.T) {
	image := detection.NewVolume([3]int{1, 50, 50}, 1)
	at := func(id int, y, x float64) detection.Point {
		return detection.Point{ID: id, Pos: [3]float64{0, y, x}}
	}
	points := []detection.Point{at(11, 5, 5), at(12, 5, 5.3), at(13, 60, 7), at(14, 30, 30), at(15, 30, 36), at(16, 30, 42)}
	o := DefaultMaskPreviewOptions()
	o.Targets, o.Initial = DiskTargets(1, 1, 3), 1
	m, err := NewMaskPreview(image, points, o)
	if err != nil {
		t.Fatal(err)
	}
	want := []maskFault{
		{"points 11 and 12 lie in one voxel (5, 5)", 0}, {"point 13 at voxel (0, 60, 7) lies outside the image of (1, 50, 50)", 2}, {"points 11 and 12 are painted as one object", 0},
	}
	if got := m.faultsOf(m.painted[0]); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	want = append(want, maskFault{"points 14, 15 and 16 are painted as one object", 3})
	if got := m.faultsOf(m.painted[1]); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if !slices.Equal(m.outside, []int{2}) {
		t.Errorf("outside %v", m.outside)
	}
	if want := "6 points painted as disk, radius 3: 2 objects, 5 points share one with another, 1 outside the image"; !strings.Contains(m.text(), want) {
		t.Errorf("text %q, want %q", m.text(), want)
	}
	var many []detection.Point
	for i := range 700 {
		many = append(many, at(0, float64(i/25*2), float64(i%25*2)))
	}
	m, err = NewMaskPreview(detection.NewVolume([3]int{1, 60, 60}, 1), append(many, many...), o)
	if err != nil {
		t.Fatal(err)
	}
	if list := m.faultsOf(m.painted[0]); len(list) != mostFaults+1 || list[mostFaults].Text != "and 401 more" || !strings.Contains(list[mostFaults-1].Text, "lie in one voxel") {
		t.Errorf("%d findings, the last %q", len(list), list[len(list)-1].Text)
	}
	long := m.painted[0]
	if got := (&MaskPreview{points: append(many, many...)}).faultsOf(Painted{groups: long.groups[:1]})[0].Text; !strings.HasPrefix(got, "points 1, 2, 3,") || !strings.HasSuffix(got, "more are painted as one object") {
		t.Errorf("a large group: %q", got)
	}
}

func TestMaskTargetNames(t *testing.T) {
	o := detection.DefaultMaskOptions()
	o.Radii = [3]int{1, 3, 3}
	h := detection.DefaultHeatmapOptions()
	for want, got := range map[string]string{
		"disk, radius 3": MaskTarget{Mask: &o}.name(2), "ball, radius 1 x 3 x 3": MaskTarget{Mask: &o}.name(3), "Gaussian, sigma 1.5": MaskTarget{Heatmap: &h}.name(3),
	} {
		if got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

func TestMaskPreviewGolden(t *testing.T) {
	s := newSample(t, [3]int{1, 120, 160}, 40, 1, 12)
	s.truth[1].Pos[2] = 170
	m := newMaskPreview(t, s, func(o *MaskPreviewOptions) { o.Initial = 3 })
	got, err := m.PNG()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "masks_golden.png", got)
}

func TestMaskPreviewStandsAlone(t *testing.T) {
	s := newSample(t, [3]int{3, 60, 60}, 20, 2, 2)
	m := newMaskPreview(t, s, func(o *MaskPreviewOptions) {
		o.Title, o.Targets = `</script><b>A & "B"`, slices.Concat(DiskTargets(2, 1, 2), GaussianTargets(2, 1.5))
	})
	standsAlone(t, m)
}

func TestMaskPreviewSize(t *testing.T) {
	s := newLargeSample()
	m := newMaskPreview(t, s, func(o *MaskPreviewOptions) {
		o.Targets = slices.Concat(DiskTargets(1, 2, 4), GaussianTargets(1, 1.5, 3))
	})
	data, err := m.payload()
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 8_400_000 || len(m.notes) == 0 {
		t.Errorf("%d bytes, notes %q: want at most 8 MB, and what was made smaller", len(data), m.notes)
	}
}

func TestMaskPreviewErrors(t *testing.T) {
	image := detection.NewVolume([3]int{1, 20, 20}, 1)
	both := MaskTarget{Mask: &detection.MaskOptions{}, Heatmap: &detection.HeatmapOptions{}}
	_, err := NewMaskPreview(image, nil, MaskPreviewOptions{Targets: []MaskTarget{both, {Mask: &detection.MaskOptions{Radii: [3]int{0, -1, 0}}}}, Initial: 2})
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"Targets[0]: Mask and Heatmap: want exactly one", "Targets[1]: Radii[y] -1", "Classes 0", "Initial is 2", "MostBytes is 0"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	o := DefaultMaskPreviewOptions()
	o.Targets = DiskTargets(2, 1, 2)
	if _, err := NewMaskPreview(image, []detection.Point{{}}, o); err == nil || !strings.Contains(err.Error(), "class is 0: want 1 to 2") {
		t.Errorf("a point without a class: %v", err)
	}
	if _, err := NewMaskPreview(nil, nil, o); !errors.Is(err, detection.ErrShape) {
		t.Errorf("no image: %v", err)
	}
	if _, err := NewMaskPreview(image, nil, MaskPreviewOptions{MostBytes: 100_000}); err == nil || !strings.Contains(err.Error(), "0 Targets: want 1 to 30") {
		t.Errorf("no target: %v", err)
	}
}
