//go:build peer

package detection_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// rank turns a connectivity into that of scipy and scikit-image.
func rank(c detection.Connectivity, dims [3]int) int {
	switch {
	case c == detection.Face:
		return 1
	case dims[0] == 1:
		return 2
	}
	return 3
}

// maskOf is where v is above its threshold.
func maskOf(v *detection.Volume, threshold float32) *detection.Volume {
	mask := detection.NewLike(v, 1)
	for i, x := range v.Data {
		if x > threshold {
			mask.Data[i] = 1
		}
	}
	return mask
}

// The labels of the watershed are those of scikit-image, voxel by voxel, with
// all kinds of ties.
func TestPeerWatershed(t *testing.T) {
	var cases []peerCase
	var want []*detection.Labels
	for k, m := range peerMaps {
		image := testMap(uint64(k), m.dims, m.levels)
		mask := maskOf(image, 0.05)
		for i := range image.Data {
			image.Data[i] = -image.Data[i]
		}
		for _, large := range []bool{false, true} {
			r := rand.New(rand.NewPCG(uint64(k), 17))
			markers := detection.NewLabels(m.dims)
			for label := range int32(40) {
				i := r.IntN(len(markers.Data) - 3)
				markers.Data[i] = label + 1
				if large {
					markers.Data[i+1], markers.Data[i+2] = label+1, label+1
				}
			}
			for _, connectivity := range []detection.Connectivity{detection.Face, detection.Full} {
				for _, masked := range []bool{false, true} {
					opts := detection.WatershedOptions{Connectivity: connectivity}
					c := peerCase{"image": writeArray(t, image.Data), "markers": writeArray(t, markers.Data),
						"dims": m.dims, "levels": m.levels, "large": large, "connectivity": rank(connectivity, m.dims), "mask": ""}
					if masked {
						opts.Mask = mask
						c["mask"] = writeArray(t, mask.Data)
					}
					labels, err := detection.Watershed(image, markers, opts)
					if err != nil {
						t.Fatal(err)
					}
					want, cases = append(want, labels), append(cases, c)
				}
			}
		}
	}
	var got [][]int32
	askPeer(t, cases, `
from skimage.segmentation import watershed
out = []
for c in cases:
    mask = array(c["mask"], c["dims"]) > 0 if c["mask"] else None
    out.append(watershed(array(c["image"], c["dims"]), array(c["markers"], c["dims"], "<i4"),
        connectivity=c["connectivity"], mask=mask).ravel().tolist())
print(json.dumps(out))
`, &got)
	for k, labels := range want {
		wrong := 0
		for i, label := range labels.Data {
			if got[k][i] != label {
				wrong++
			}
		}
		if wrong > 0 {
			c := cases[k]
			t.Errorf("dims %v, levels %v, large markers %v, connectivity %v, masked %v: %d of %d voxels differ",
				c["dims"], c["levels"], c["large"], c["connectivity"], c["mask"] != "", wrong, len(labels.Data))
		}
	}
	t.Logf("%d cases", len(want))
}

// Components have the numbers of scipy, parts of labels those of scikit-image.
func TestPeerLabel(t *testing.T) {
	var cases []peerCase
	var want []*detection.Labels
	for k, m := range peerMaps {
		v := testMap(uint64(k), m.dims, 4)
		mask := maskOf(v, 0.3)
		classes := detection.NewLabels(m.dims)
		for i, x := range v.Data {
			classes.Data[i] = int32(4 * x)
		}
		for _, connectivity := range []detection.Connectivity{detection.Face, detection.Full} {
			components, _, err := detection.Label(mask, connectivity)
			if err != nil {
				t.Fatal(err)
			}
			parts, _, err := detection.LabelEqual(classes, connectivity)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, components, parts)
			cases = append(cases, peerCase{"mask": writeArray(t, mask.Data), "classes": writeArray(t, classes.Data),
				"dims": m.dims, "connectivity": rank(connectivity, m.dims)})
		}
	}
	var got [][]int32
	askPeer(t, cases, `
import scipy.ndimage as ndi
from skimage.measure import label
out = []
for c in cases:
    mask = array(c["mask"], c["dims"])
    structure = ndi.generate_binary_structure(mask.ndim, c["connectivity"])
    out.append(ndi.label(mask, structure)[0].ravel().tolist())
    out.append(label(array(c["classes"], c["dims"], "<i4"), connectivity=c["connectivity"]).ravel().tolist())
print(json.dumps(out))
`, &got)
	for k, labels := range want {
		for i, label := range labels.Data {
			if got[k][i] != label {
				t.Errorf("case %d: voxel %d is %d, scipy or scikit-image has %d", k, i, label, got[k][i])
				break
			}
		}
	}
}

// Distances and smoothed maps are those of scipy.
func TestPeerFilters(t *testing.T) {
	var cases []peerCase
	var want []*detection.Volume
	for k, m := range peerMaps {
		v := testMap(uint64(k), m.dims, m.levels)
		mask := maskOf(v, 0.3)
		spacing := detection.Spacing{0.2837, 0.127, 0.3}
		sigma := [3]float64{0.7, 1.5, 4}
		distance, err := detection.DistanceTransform(mask, spacing)
		if err != nil {
			t.Fatal(err)
		}
		smooth, err := detection.GaussianFilter(v, sigma)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, distance, smooth)
		cases = append(cases, peerCase{"map": writeArray(t, v.Data), "mask": writeArray(t, mask.Data), "dims": m.dims, "spacing": spacing, "sigma": sigma})
	}
	var got [][]float64
	askPeer(t, cases, `
import scipy.ndimage as ndi
out = []
for c in cases:
    v, mask = array(c["map"], c["dims"]), array(c["mask"], c["dims"])
    out.append(ndi.distance_transform_edt(mask, sampling=c["spacing"][3 - v.ndim:]).ravel().tolist())
    out.append(ndi.gaussian_filter(v, c["sigma"][3 - v.ndim:]).ravel().tolist())
print(json.dumps(out, allow_nan=False))
`, &got)
	for k, v := range want {
		largest := 0.0
		for i, x := range v.Data {
			largest = max(largest, math.Abs(float64(x)-got[k][i])/max(1, got[k][i]))
		}
		if !(largest <= 1e-6) {
			t.Errorf("case %d: %v off scipy", k, largest)
		}
	}
}
