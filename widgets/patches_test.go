package widgets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// Every voxel of every patch lies where the script looks for it, and one contrast
// is for all.
func TestPatchStack(t *testing.T) {
	patches := patchPreviews(t, 9, [3]int{3, 20, 24}, 2)
	patches[4].Original, patches[5].Grid, patches[6].Original, patches[6].Grid = nil, nil, nil, nil
	a := &AugmentPreview{opts: DefaultAugmentPreviewOptions(), patches: patches}
	if err := a.prepare(); err != nil {
		t.Fatal(err)
	}
	places := slices.Clone(a.places)
	a.places = nil
	stack := a.stack(2)
	if !slices.Equal(places, a.places) || stack.Dims != [3]int{3 * (9*3 - 4), 20, 24} || stack.Channels != 3 {
		t.Fatalf("stack of %v with %d channels, places %v", stack.Dims, stack.Channels, places)
	}
	for i, p := range patches {
		at := places[i]
		for _, set := range []struct {
			first         int
			image, target *detection.Volume
		}{{at.Image, p.Image, p.Target}, {at.Original, p.Original, nil}, {at.Grid, p.Grid, p.Target}} {
			if (set.first < 0) != (set.image == nil) {
				t.Fatalf("patch %d: plane %d of %v", i, set.first, set.image != nil)
			}
			if set.image == nil {
				continue
			}
			for k, v := range set.image.Data {
				voxel := stack.Data[(set.first*20*24+k)*3:][:3]
				want := []float32{v, 0, 0}
				if set.target != nil {
					copy(want[1:], set.target.Data[2*k:][:2])
				}
				if !slices.Equal(voxel, want) {
					t.Fatalf("patch %d, voxel %d from plane %d: %v, want %v", i, k, set.first, voxel, want)
				}
			}
		}
	}
}

func TestPatchCounts(t *testing.T) {
	for name, want := range map[string]string{
		"rotated by -37.2 degrees": "rotated", "zoomed 1.20 times": "zoomed", "shifted by y -8.0, x 3.0 voxels": "shifted", "mirrored along x": "mirrored along x",
		"turned by 90 degrees": "turned", "Gaussian noise": "Gaussian noise", "sheared by 2.0 degrees": "sheared", "bent": "bent", "5 things": "",
	} {
		if got := kindOfChange(name); got != want {
			t.Errorf("%q is a change of %q, want %q", name, got, want)
		}
	}
	patches := patchPreviews(t, 12, [3]int{1, 20, 20}, 1)
	a := newAugmentPreview(t, patches, nil)
	n := map[string]int{}
	for _, p := range patches {
		for _, c := range p.Applied {
			n[kindOfChange(c)]++
		}
	}
	for _, c := range a.counts() {
		if n[c.Kind] != c.Count || c.Count == 0 {
			t.Errorf("%s %d times, want %d", c.Kind, c.Count, n[c.Kind])
		}
	}
	if len(a.counts()) != 3 || n["brightness"] != 3 {
		t.Errorf("%v of %v", a.counts(), n)
	}
	points := 0
	for _, p := range patches {
		points += len(p.Points)
	}
	if want := fmt.Sprintf("12 patches of 20 x 20 pixels with %d points; changes, and in how many patches: rotated %d", points, n["rotated"]); !strings.Contains(a.text(), want) {
		t.Errorf("text %q, want %q", a.text(), want)
	}
}

func TestAugmentPreviewGolden(t *testing.T) {
	a := newAugmentPreview(t, patchPreviews(t, 9, [3]int{1, 64, 64}, 1), nil)
	got, err := a.PNG()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "patches_golden.png", got)
}

func TestAugmentPreviewStandsAlone(t *testing.T) {
	patches := patchPreviews(t, 3, [3]int{1, 20, 20}, 1)
	patches[0].Name, patches[1].Applied = "</script><b>x", []string{"<!-- no", "]]>"}
	standsAlone(t, newAugmentPreview(t, patches, func(o *AugmentPreviewOptions) { o.Title = `</script><b>A & "B"` }))
	for i := range patches {
		patches[i].Applied, patches[i].Original, patches[i].Grid = nil, nil, nil
	}
	plain := newAugmentPreview(t, patches, nil)
	if !strings.Contains(plain.text(), "nothing was changed") {
		t.Errorf("text %q", plain.text())
	}
}

// Many patches fit: their values are rounded, and a note says so.
func TestAugmentPreviewSize(t *testing.T) {
	patches := patchPreviews(t, 36, [3]int{1, 128, 128}, 1)
	for i := range patches {
		for k := range patches[i].Image.Data {
			patches[i].Image.Data[k] *= 1.0001
		}
	}
	a := newAugmentPreview(t, patches, func(o *AugmentPreviewOptions) { o.MostBytes = 1_500_000 })
	data, err := a.payload()
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 1_700_000 || len(a.notes) == 0 || !strings.Contains(strings.Join(a.notes, " "), "rounded") {
		t.Errorf("%d bytes, notes %q", len(data), a.notes)
	}
}

func TestAugmentPreviewErrors(t *testing.T) {
	patches := patchPreviews(t, 2, [3]int{1, 20, 20}, 1)
	if _, err := NewAugmentPreview(patches, AugmentPreviewOptions{PerPage: 61}); err == nil || !strings.Contains(err.Error(), "PerPage is 61") || !strings.Contains(err.Error(), "MostBytes is 0") {
		t.Errorf("options: %v", err)
	}
	o := DefaultAugmentPreviewOptions()
	if _, err := NewAugmentPreview(nil, o); err == nil || !strings.Contains(err.Error(), "no patches") {
		t.Errorf("no patch: %v", err)
	}
	small := detection.NewVolume([3]int{1, 20, 19}, 1)
	for want, change := range map[string]func(*detection.PatchPreview){
		"patch 1: shapes do not fit: Image is [1 20 19] with 1 channels, want [1 20 20]": func(p *detection.PatchPreview) { p.Image = small },
		"Target is [1 20 19]":                     func(p *detection.PatchPreview) { p.Target = small },
		"Original is [1 20 19]":                   func(p *detection.PatchPreview) { p.Original = small },
		"Grid is [1 20 20] with 2 channels, want": func(p *detection.PatchPreview) { p.Grid = detection.NewVolume([3]int{1, 20, 20}, 2) },
		"volume is nil":                           func(p *detection.PatchPreview) { p.Target = nil },
	} {
		list := slices.Clone(patches)
		change(&list[1])
		if _, err := NewAugmentPreview(list, o); !errors.Is(err, detection.ErrShape) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
