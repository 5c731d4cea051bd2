//go:build peer

package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/peer"
)

//go:embed testdata/ImageJ.java
var imageJProgram string

// ImageJ makes the files of the golden test, and they are ours.
func TestImageJWritesTheGoldenFiles(t *testing.T) {
	sameBytes(t, golden(t, string(peer.RunJava(t, peer.ImageJ(), imageJProgram))))
}

// seen is a ROI as ImageJ's ROI Manager has it.
type seen struct {
	label, name, properties string
	n, group, position, z   int
	points                  []seenPoint
}

type seenPoint struct {
	x, y           float64
	marked         string // the pixel that it marks when drawn, as x,y
	slice, counter int
}

// openInImageJ writes points as a set and opens that in ImageJ.
func openInImageJ(t *testing.T, points []detection.Point, opts ROISetOptions) []seen {
	t.Helper()
	path := filepath.Join(t.TempDir(), "set.zip")
	var b bytes.Buffer
	if err := WriteROISet(&b, points, opts); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var rois []seen
	for line := range strings.Lines(string(peer.RunJava(t, peer.ImageJ(), imageJProgram, path))) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		whole := func(i int) int {
			v, err := strconv.Atoi(f[i])
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			return v
		}
		switch f[0] {
		case "roi":
			rois = append(rois, seen{label: f[1], name: f[2], n: whole(3), group: whole(4), position: whole(5), z: whole(6), properties: f[7]})
		case "point":
			x, errX := strconv.ParseFloat(f[1], 64)
			y, errY := strconv.ParseFloat(f[2], 64)
			if errX != nil || errY != nil {
				t.Fatalf("%q", line)
			}
			last := &rois[len(rois)-1]
			last.points = append(last.points, seenPoint{x, y, f[3], whole(4), whole(5)})
		}
	}
	return rois
}

// at checks that ImageJ has point p where it is. ImageJ keeps coordinates
// relative to the bounding box, in float32, which moves them by a last bit.
func (s seenPoint) at(t *testing.T, p detection.Point) {
	t.Helper()
	if math.Abs(s.x-p.Pos[2]) > 2e-4*math.Max(1, p.Pos[2]/1024) || math.Abs(s.y-p.Pos[1]) > 2e-4*math.Max(1, p.Pos[1]/1024) {
		t.Errorf("point at (%v, %v), want %v", s.x, s.y, p.Pos)
	}
	v := p.Voxel()
	if want := fmt.Sprintf("%d,%d", v[2], v[1]); s.marked != want && s.marked != "outside" {
		t.Errorf("point %v marks %s, want pixel %s", p.Pos, s.marked, want)
	}
}

// nuclei are points of an image of 256 x 256 pixels and 40 planes, none within
// 0.01 of the border between two pixels.
func nuclei(n, ndim, classes int) []detection.Point {
	r := rand.New(rand.NewPCG(7, 7))
	points := make([]detection.Point, n)
	for i := range points {
		p := detection.Point{ID: i + 1, Prob: math.Round(r.Float64()*1e4) / 1e4, Class: r.IntN(classes + 1)}
		for axis, size := range [3]int{40, 256, 256} {
			p.Pos[axis] = float64(r.IntN(size)) + 0.98*(r.Float64()-0.5)
			p.Pos[axis] = math.Max(p.Pos[axis], 0)
		}
		if ndim == 2 {
			p.Pos[0] = 0
		}
		points[i] = p
	}
	return points
}

func TestImageJOpensMultiPoints(t *testing.T) {
	for _, channels := range []int{1, 3} {
		opts := DefaultROISetOptions()
		opts.NDim, opts.Channels, opts.ClassNames = 3, channels, []string{"νευρών/神経", "b: 🔬", "glia"}
		points := nuclei(500, 3, 3)
		rois := openInImageJ(t, points, opts)
		labels := []string{"no class", "νευρών_神経", "b_ 🔬", "glia"}
		names := append([]string{"no class"}, opts.ClassNames...)
		if len(rois) != 4 {
			t.Fatalf("%d ROIs, want 4", len(rois))
		}
		for class, group := range byClass(points) {
			r := rois[class]
			if r.label != labels[class] || r.name != names[class] || r.n != len(group) || r.group != class || r.position != roiSlicesDiffer {
				t.Errorf("ROI %d is %q, %q of %d points in group %d at %d", class, r.label, r.name, r.n, r.group, r.position)
			}
			for i, p := range group {
				s := r.points[i]
				s.at(t, p)
				if want := p.Voxel()[0]*channels + 1; s.slice != want || s.counter != 0 {
					t.Errorf("point %v on slice %d with counter %d, want %d and 0", p.Pos, s.slice, s.counter, want)
				}
			}
		}
	}
}

func TestImageJOpensSinglePoints(t *testing.T) {
	for _, channels := range []int{1, 2} {
		opts := DefaultROISetOptions()
		opts.NDim, opts.Channels, opts.Kind = 3, channels, SinglePoint
		points := nuclei(200, 3, 2)
		rois := openInImageJ(t, points, opts)
		if len(rois) != len(points) {
			t.Fatalf("%d ROIs, want %d", len(rois), len(points))
		}
		for i, p := range points {
			r := rois[i]
			label := fmt.Sprintf("%04d", i+1)
			if p.Class > 0 {
				label += fmt.Sprintf(" class %d", p.Class)
			}
			position, z := p.Voxel()[0]+1, 0
			if channels > 1 {
				position, z = 0, position
			}
			if r.label != label || r.name != label || r.n != 1 || r.group != p.Class || r.position != position || r.z != z {
				t.Errorf("ROI %d is %q, %q of %d points in group %d at %d, plane %d", i, r.label, r.name, r.n, r.group, r.position, r.z)
			}
			properties := fmt.Sprintf("probability: %v;", p.Prob)
			if p.Pos[0] != math.Round(p.Pos[0]) {
				properties += fmt.Sprintf("z: %v;", p.Pos[0])
			}
			if r.properties != properties {
				t.Errorf("ROI %d has the properties %q, want %q", i, r.properties, properties)
			}
			r.points[0].at(t, p)
		}
	}
}

// A plane; the sizes that people will have and those beyond the format's
// 16 bits; far from the origin.
func TestImageJOpensManyPoints(t *testing.T) {
	for _, n := range []int{1, 10_000, 70_001} {
		points := nuclei(n, 2, 0)
		points[0].Pos = [3]float64{0, 50_000.25, 100_000.5}
		rois := openInImageJ(t, points, DefaultROISetOptions())
		if len(rois) != 1 || rois[0].label != "points" || rois[0].n != n || rois[0].group != 0 || rois[0].position != 0 {
			t.Fatalf("%d points opened as %d ROIs, the first with %d at %d", n, len(rois), rois[0].n, rois[0].position)
		}
		for i, p := range points {
			if rois[0].points[i].slice != 0 {
				t.Fatalf("point %d on slice %d, want all", i, rois[0].points[i].slice)
			}
			if i == 0 { // its neighbours are far, so that the last bit of 100,000 counts for all
				rois[0].points[i].at(t, p)
			} else if s := rois[0].points[i]; math.Abs(s.x-p.Pos[2]) > 0.01 || math.Abs(s.y-p.Pos[1]) > 0.01 {
				t.Fatalf("point %d at (%v, %v), want %v", i, s.x, s.y, p.Pos)
			}
		}
	}
}
