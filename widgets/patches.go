package widgets

import (
	"errors"
	"fmt"
	"slices"

	"github.com/puncta-bio/puncta/detection"
)

// AugmentPreviewOptions configures [NewAugmentPreview]. Start from
// [DefaultAugmentPreviewOptions].
type AugmentPreviewOptions struct {
	// Title stands above the preview.
	Title string
	// PerPage is how many patches are seen at a time, 1 to 60. Default 12.
	PerPage int
	// MostBytes bounds the patches, in characters of the page, at least 100,000.
	// Where all values take more they are rounded, and a note says so. Default
	// 8,000,000.
	MostBytes int
	// Notes are sentences to stand below the preview.
	Notes []string
}

// DefaultAugmentPreviewOptions returns the defaults named at each field.
func DefaultAugmentPreviewOptions() AugmentPreviewOptions {
	return AugmentPreviewOptions{Title: "What training sees", PerPage: 12, MostBytes: 8_000_000}
}

// Validate reports every invalid field, each by name and value.
func (o AugmentPreviewOptions) Validate() error {
	var errs []error
	if o.PerPage < 1 || o.PerPage > 60 {
		errs = append(errs, fmt.Errorf("PerPage is %d: want 1 to 60", o.PerPage))
	}
	if o.MostBytes < 100_000 {
		errs = append(errs, fmt.Errorf("MostBytes is %d: want at least 100000", o.MostBytes))
	}
	return errors.Join(errs...)
}

// AugmentPreview shows patches as a training sees them, some at a time: changed,
// with their targets and the points that moved with them, the originals beside, and
// what was done to each. All are shown with one contrast, so that a change of
// brightness is seen.
//
// The patches are made beforehand, by a training's own loader: see Patches of
// package kernel/session, or PreviewPatches of package detection/workflow.
type AugmentPreview struct {
	opts    AugmentPreviewOptions
	patches []detection.PatchPreview // without their volumes
	size    [3]int                   // of a patch
	raster  raster
	colours int // channels of the image, the first ones
	places  []patchPlanes
	notes   []string
	cells   []patchCell // of the still picture
}

// patchPlanes says where the planes of a patch begin: changed, original, with
// lines; -1 for none.
type patchPlanes struct {
	Image    int `json:"image"`
	Original int `json:"original"`
	Grid     int `json:"grid"`
}

// patchCell is a patch of the still picture, 0 to 255: a plane, and the target.
type patchCell struct{ base, tint *detection.Volume }

// NewAugmentPreview prepares a preview of patches, which all have one size and as
// many channels. Original and Grid may be nil, of all or of some. Nothing given is
// modified, or read again.
//
// Errors: those of [AugmentPreviewOptions.Validate] and of the volumes; no patch;
// sizes or channels that differ ([detection.ErrShape]).
func NewAugmentPreview(patches []detection.PatchPreview, opts AugmentPreviewOptions) (*AugmentPreview, error) {
	a := &AugmentPreview{opts: opts, patches: slices.Clone(patches), notes: slices.Clone(opts.Notes)}
	if err := a.prepare(); err != nil {
		return nil, fmt.Errorf("widgets: augmentation preview: %w", err)
	}
	for i := range a.patches { // all is taken from them
		p := &a.patches[i]
		p.Image, p.Target, p.Original, p.Grid = nil, nil, nil, nil
		p.Points, p.OriginalPoints, p.Applied = slices.Clone(p.Points), slices.Clone(p.OriginalPoints), slices.Clone(p.Applied)
	}
	return a, nil
}

func (a *AugmentPreview) prepare() error {
	if err := a.opts.Validate(); err != nil {
		return err
	}
	if len(a.patches) == 0 {
		return errors.New("no patches: want at least one")
	}
	first := a.patches[0]
	for i, p := range a.patches {
		if err := errors.Join(p.Image.Validate(), p.Target.Validate()); err != nil {
			return fmt.Errorf("patch %d: %w", i, err)
		}
		for _, v := range []struct {
			name       string
			have, want *detection.Volume
		}{{"Image", p.Image, first.Image}, {"Target", p.Target, first.Target}, {"Original", p.Original, first.Image}, {"Grid", p.Grid, first.Image}} {
			if v.have == nil {
				continue
			}
			if err := v.have.Validate(); err != nil {
				return fmt.Errorf("patch %d: %s: %w", i, v.name, err)
			}
			if v.have.Dims != first.Image.Dims || v.have.Channels != v.want.Channels {
				return fmt.Errorf("patch %d: %w: %s is %v with %d channels, want %v with %d", i, detection.ErrShape, v.name, v.have.Dims, v.have.Channels, first.Image.Dims, v.want.Channels)
			}
		}
	}
	a.size, a.colours = first.Image.Dims, first.Image.Channels
	stack := a.stack(first.Target.Channels)
	var notes []string
	a.raster, notes = rasterOf(stack, poolMean, a.opts.MostBytes)
	a.notes = append(a.notes, notes...)
	classes := first.Target.Channels
	for c := range a.raster.Bands {
		b := &a.raster.Bands[c]
		switch k := c - a.colours; {
		case k < 0:
			b.Name, b.Colour = usualChannel(c, a.colours)
		case classes == 1:
			b.Name, b.Colour = "target", [3]int{int(tintColour[0]), int(tintColour[1]), int(tintColour[2])}
		default:
			b.Name, b.Colour = usualChannel(k, classes)
		}
	}
	for _, p := range a.patches[:min(len(a.patches), patchSheet)] {
		base, _ := composite(p.Image, a.raster.Bands[:a.colours], planeOfMost(p.Points, a.size[0]), max(a.size[1], a.size[2]))
		a.cells = append(a.cells, patchCell{base, tinted(p.Target)})
	}
	return nil
}

// stack puts all patches behind each other along z: channels of the image, then of
// the target, which originals lack.
func (a *AugmentPreview) stack(classes int) *detection.Volume {
	planes := 0
	place := func(v *detection.Volume) int {
		if v == nil {
			return -1
		}
		planes += a.size[0]
		return planes - a.size[0]
	}
	for _, p := range a.patches {
		a.places = append(a.places, patchPlanes{place(p.Image), place(p.Original), place(p.Grid)})
	}
	out := detection.NewVolume([3]int{planes, a.size[1], a.size[2]}, a.colours+classes)
	put := func(v *detection.Volume, first, channel int) {
		if v == nil {
			return
		}
		at := out.Index(first, 0, 0) + channel
		for i := range v.Voxels() {
			copy(out.Data[at+i*out.Channels:][:v.Channels], v.Data[i*v.Channels:])
		}
	}
	for i, p := range a.patches {
		put(p.Image, a.places[i].Image, 0)
		put(p.Target, a.places[i].Image, a.colours)
		put(p.Original, a.places[i].Original, 0)
		if p.Grid != nil {
			put(p.Grid, a.places[i].Grid, 0)
			put(p.Target, a.places[i].Grid, a.colours)
		}
	}
	return out
}

// Title is that of the options.
func (a *AugmentPreview) Title() string { return a.opts.Title }
