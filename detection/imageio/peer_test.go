//go:build peer

package imageio

import (
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/peer"
)

//go:embed testdata/peer_write.py
var peerWrite string

//go:embed testdata/peer_read.py
var peerRead string

// TestPeerRead reads what tifffile and numpy write.
func TestPeerRead(t *testing.T) {
	dir := t.TempDir()
	peer.Run(t, peer.Imaging, peerWrite, dir)
	var manifest []struct {
		File, About, Kind, Unit string
		SetAxes                 string `json:"set_axes"` // for ReadOptions.Axes
		Spacing                 detection.Spacing
		White                   bool
	}
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files", len(manifest))
	if len(manifest) < 1000 {
		t.Errorf("%d files, the script is wrong", len(manifest))
	}
	for _, m := range manifest {
		opts := DefaultReadOptions()
		opts.Axes = m.SetAxes
		img, err := ReadWith(filepath.Join(dir, m.File), opts)
		if err != nil {
			t.Errorf("%v (%s)", err, m.About)
			continue
		}
		want, err := Read(filepath.Join(dir, m.File+".want.npy"))
		if err != nil {
			t.Fatal(err)
		}
		if img.Dims != want.Dims || img.Channels != want.Channels || img.Kind.String() != m.Kind || img.WhiteIsZero != m.White {
			t.Errorf("%s (%s): %v of %d %v, want %v of %d", m.File, m.About, img.Dims, img.Channels, img.Kind, want.Dims, want.Channels)
			continue
		}
		if i := firstDifference(img.Data, want.Data); i >= 0 {
			t.Errorf("%s (%s): value %d is %v, want %v", m.File, m.About, i, img.Data[i], want.Data[i])
		}
		for i := range m.Spacing { // tifffile rounds resolutions to a fraction
			if d := math.Abs(img.Spacing[i] - m.Spacing[i]); d > 1e-6*m.Spacing[i] {
				t.Errorf("%s (%s): spacing %v, want %v", m.File, m.About, img.Spacing, m.Spacing)
			}
		}
		if img.Unit != m.Unit {
			t.Errorf("%s (%s): unit %q, want %q", m.File, m.About, img.Unit, m.Unit)
		}
	}
}

// firstDifference compares bits, so that NaN equals itself; -1 when equal.
func firstDifference(a, b []float32) int {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return i
		}
	}
	return -1
}

// peerFile is what the peer should see, and sees, of a file of ours.
type peerFile struct {
	File        string            `json:"file"`
	Equal       bool              `json:"equal"`
	Axes        string            `json:"axes"`
	ImageJ      bool              `json:"imagej"`
	Unit        string            `json:"unit"`
	Spacing     detection.Spacing `json:"spacing"`
	Kind        string            `json:"kind"`
	Order       string            `json:"order"`
	Big         bool              `json:"big"`
	Compression int               `json:"compression"`
	Predictor   int               `json:"predictor"`
	Photometric string            `json:"photometric"`
}

// TestPeerWrite has tifffile and numpy read what we write.
func TestPeerWrite(t *testing.T) {
	dir := t.TempDir()
	var want []peerFile
	write := func(v *detection.Volume, ext string, opts TIFFOptions) string {
		name := fmt.Sprintf("%03d%s", len(want), ext)
		path := filepath.Join(dir, name)
		if err := WriteFile(path, v, opts); err != nil {
			t.Fatal(err)
		}
		var raw []byte
		for _, x := range v.Data {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
		}
		shape, err := json.Marshal(map[string][]int{"shape": {v.Dims[0], v.Dims[1], v.Dims[2], v.Channels}})
		if err != nil {
			t.Fatal(err)
		}
		for suffix, data := range map[string][]byte{".raw": raw, ".json": shape} {
			if err := os.WriteFile(path+suffix, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return name
	}
	for _, shape := range []struct {
		dims     [3]int
		channels int
		axes     string // as tifffile names them
	}{
		{[3]int{1, 20, 30}, 1, "YX"}, {[3]int{5, 20, 30}, 1, "ZYX"}, {[3]int{1, 20, 30}, 2, "CYX"},
		{[3]int{5, 20, 30}, 2, "ZCYX"}, {[3]int{1, 20, 30}, 3, "CYX"}, {[3]int{5, 20, 30}, 3, "ZCYX"},
	} {
		for _, kind := range []SampleKind{Uint8, Uint16, Float32} {
			for bits := range 1 << 4 {
				opts := DefaultTIFFOptions()
				opts.Kind, opts.BigEndian, opts.BigTIFF, opts.Predictor = kind, bits&1 != 0, bits&2 != 0, bits&4 != 0
				opts.StripBytes = 500
				switch {
				case bits&8 != 0 && opts.Predictor:
					opts.StripBytes = 1 << 20 // a page in one strip
				case bits&8 != 0:
					opts.Compression = NoCompression
				}
				v := ramp(shape.dims, shape.channels)
				v.Spacing, v.Unit = detection.Spacing{0.2837, 0.25, 0.127}, "um"
				f := peerFile{Equal: true, Axes: shape.axes, ImageJ: true, Unit: "um", Spacing: v.Spacing, Kind: kind.String(),
					Order: "<", Big: opts.BigTIFF, Compression: int(opts.Compression), Predictor: 1, Photometric: "MINISBLACK"}
				if opts.BigEndian {
					f.Order = ">"
				}
				if opts.Predictor {
					f.Predictor = map[SampleKind]int{Uint8: 2, Uint16: 2, Float32: 3}[kind]
				}
				if kind == Uint8 && shape.channels == 3 {
					f.Photometric = "RGB"
					f.Axes = map[int]string{1: "YXS", 5: "ZYXS"}[shape.dims[0]]
				}
				f.File = write(v, ".tif", opts)
				want = append(want, f)
			}
		}
		name := write(ramp(shape.dims, shape.channels), ".npy", DefaultTIFFOptions())
		want = append(want, peerFile{File: name, Equal: true})
	}
	var got []peerFile
	if err := json.Unmarshal(peer.Run(t, peer.Imaging, peerRead, dir), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("the peer saw %d files, want %d", len(got), len(want))
	}
	t.Logf("%d files", len(got))
	slices.SortFunc(got, func(a, b peerFile) int { return CompareNatural(a.File, b.File) })
	for i := range want {
		for axis := range want[i].Spacing {
			if math.Abs(got[i].Spacing[axis]-want[i].Spacing[axis]) < 1e-12 {
				got[i].Spacing[axis] = want[i].Spacing[axis]
			}
		}
		if got[i] != want[i] {
			t.Errorf("the peer sees %+v, want %+v", got[i], want[i])
		}
	}
}
