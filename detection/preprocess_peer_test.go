//go:build peer

package detection_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// greyImage is an image of whole numbers from 0 to top: blobs, a gradient and
// noise.
func greyImage(seed uint64, dims [3]int, top float64) *detection.Volume {
	v := testMap(seed, dims, 0)
	r := rand.New(rand.NewPCG(seed, 99))
	for i := range v.Data {
		x := i % dims[2]
		v.Data[i] = float32(math.Round(min(0.7*float64(v.Data[i])+0.2*float64(x)/float64(dims[2])+0.1*r.Float64(), 1) * top))
	}
	return v
}

// The steps of pre-processing against scikit-image 0.26.
func TestPreprocessAgainstScikitImage(t *testing.T) {
	const script = `
from skimage import filters, exposure, feature
out = []
for c in cases:
    a = array(c["file"], c["dims"])
    if c["what"] == "gaussian":
        r = filters.gaussian(a, sigma=c["sigma"], mode=c["mode"], preserve_range=True)
    elif c["what"] == "median":
        r = filters.median(a, footprint=np.ones(c["box"]))
    elif c["what"] == "match":
        r = exposure.match_histograms(a.ravel().astype("f8"), array(c["ref"], c["refdims"]).ravel().astype("f8"))
    elif c["what"] == "clahe":
        t = {255: "u1", 65535: "u2"}[c["scale"]]
        r = exposure.equalize_adapthist(a.astype(t), kernel_size=c["kernel"], clip_limit=c["clip"]) * c["scale"]
    else:
        r = feature.canny(a.astype("f8") / c["scale"], low_threshold=c["low"], high_threshold=c["high"]) * c["scale"]
    out.append([float(x) for x in np.asarray(r, dtype="f8").ravel()])
print(json.dumps(out))
`
	type step struct {
		name  string
		do    func(v *detection.Volume) (*detection.Volume, error)
		image *detection.Volume
		ask   peerCase
		most  float64 // difference allowed
	}
	flat, small, stack := greyImage(1, [3]int{1, 61, 83}, 255), greyImage(2, [3]int{1, 40, 40}, 65535), greyImage(3, [3]int{17, 25, 31}, 255)
	var steps []step
	for _, mode := range []detection.Border{detection.BorderNearest, detection.BorderReflect, detection.BorderMirror, detection.BorderConstant, detection.BorderWrap} {
		for _, im := range []*detection.Volume{flat, stack} {
			steps = append(steps, step{fmt.Sprint("gaussian ", mode, im.Dims),
				func(v *detection.Volume) (*detection.Volume, error) {
					return detection.GaussianBlur(v, [3]float64{1.5, 1.5, 1.5}, mode)
				}, im, peerCase{"what": "gaussian", "sigma": 1.5, "mode": mode}, 1e-4})
		}
	}
	for _, m := range []struct {
		image *detection.Volume
		box   [3]int
	}{{flat, [3]int{1, 3, 3}}, {flat, [3]int{1, 5, 3}}, {stack, [3]int{3, 7, 5}}} {
		box := m.box[3-m.image.NDim():]
		steps = append(steps, step{fmt.Sprint("median ", m.box), func(v *detection.Volume) (*detection.Volume, error) { return detection.MedianBox(v, m.box) },
			m.image, peerCase{"what": "median", "box": box}, 0})
	}
	ref := greyImage(9, [3]int{1, 33, 20}, 180)
	h, err := detection.NewHistogram(sequence(ref))
	if err != nil {
		t.Fatal(err)
	}
	for _, im := range []*detection.Volume{flat, small, stack} {
		steps = append(steps, step{fmt.Sprint("match ", im.Dims), h.Match, im,
			peerCase{"what": "match", "ref": writeArray(t, ref.Data), "refdims": ref.Dims}, 1e-4})
	}
	for _, c := range []struct {
		image  *detection.Volume
		scale  float64
		kernel [3]int
		clip   float64
	}{{flat, 255, [3]int{}, 0.01}, {flat, 255, [3]int{1, 16, 24}, 0.03}, {flat, 255, [3]int{0, 7, 11}, 0}, {small, 65535, [3]int{}, 0.2}, {small, 65535, [3]int{1, 40, 13}, 0.005}, {stack, 255, [3]int{4, 9, 31}, 0.02}} {
		var kernel any
		if c.kernel != [3]int{} {
			kernel = c.kernel[3-c.image.NDim():]
		}
		steps = append(steps, step{fmt.Sprint("CLAHE ", c.kernel, c.clip), func(v *detection.Volume) (*detection.Volume, error) {
			return detection.EqualiseLocally(v, c.scale, detection.CLAHEOptions{Kernel: c.kernel, ClipLimit: c.clip})
		}, c.image, peerCase{"what": "clahe", "kernel": kernel, "clip": c.clip, "scale": c.scale}, 1e-4 * c.scale})
	}
	for _, c := range []struct {
		image           *detection.Volume
		scale, low, top float64
	}{{flat, 255, 0.1, 0.2}, {flat, 255, 0, 0.5}, {small, 65535, 0.2, 0.9}, {flat, 100, 0.3, 0.3}, {flat, 255, -1, -1}} {
		low, high := c.low*c.scale, c.top*c.scale
		ask := peerCase{"what": "canny", "low": c.low, "high": c.top, "scale": c.scale}
		if c.low < 0 {
			low, high = -1, -1
			ask["low"], ask["high"] = nil, nil
		}
		steps = append(steps, step{fmt.Sprint("Canny ", c.low, c.top), func(v *detection.Volume) (*detection.Volume, error) {
			return detection.CannyEdges(v, c.scale, detection.CannyOptions{Low: low, High: high})
		}, c.image, ask, 0})
	}
	var cases []peerCase
	for _, s := range steps {
		s.ask["file"], s.ask["dims"] = writeArray(t, s.image.Data), s.image.Dims
		cases = append(cases, s.ask)
	}
	var answers [][]float64
	askPeer(t, cases, script, &answers)
	for k, s := range steps {
		got, err := s.do(s.image)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		worst, off := 0.0, 0
		for i, want := range answers[k] {
			d := math.Abs(float64(got.Data[i]) - want)
			worst = max(worst, d)
			if d > s.most {
				off++
			}
		}
		t.Logf("%s: largest difference %g", s.name, worst)
		if off > 0 {
			t.Errorf("%s: %d of %d values differ, by up to %g", s.name, off, len(got.Data), worst)
		}
		lo, hi := got.Range()
		if lo == hi {
			t.Errorf("%s: the outcome is flat: the case shows nothing", s.name)
		}
	}
}
