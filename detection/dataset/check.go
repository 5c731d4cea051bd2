package dataset

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// examined is an image with what was found out about it. Its pixels are gone.
type examined struct {
	item
	dims     [3]int
	channels int
	kind     imageio.SampleKind
	values   values
	print    fingerprint
	table    table
}

// Check reads the set in dir and reports on it; see the package comment for
// the layout. dir itself and what is in it is not changed.
//
// Whatever is wrong with the files is in the report. An error is that of
// [CheckOptions.Validate], a folder that is not a set ([ErrLayout]), or that
// ctx ended. progress may be nil; it is told of the tasks "check", one event
// an image, and "compare".
func Check(ctx context.Context, dir string, opts CheckOptions, progress detection.Progress) (*Report, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("dataset: check: %w", err)
	}
	splits, err := findSplits(dir)
	if err != nil {
		return nil, err
	}
	r := &Report{Dir: dir}
	var items []item
	for _, s := range splits {
		r.Findings = append(r.Findings, s.list()...)
		items = append(items, s.items...)
	}
	for _, missing := range splitNames()[1:] {
		if splits[0].name != "" && !slices.ContainsFunc(splits, func(s *split) bool { return s.name == missing }) {
			r.Findings = append(r.Findings, Finding{Severity: Note, Kind: KindLayout, File: dir, Message: "has no split " + missing})
		}
	}
	for i, it := range items {
		detection.Report(progress, detection.ProgressEvent{Task: "check", Done: i, Total: len(items), Unit: "images"})
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		image, found := examine(it, opts)
		r.Findings = append(r.Findings, found...)
		if image != nil {
			r.images = append(r.images, image)
		} else {
			r.broken = append(r.broken, it)
		}
	}
	detection.Report(progress, detection.ProgressEvent{Task: "check", Done: len(items), Total: len(items), Unit: "images"})
	r.Findings = append(r.Findings, compareFormats(r.images)...)
	r.Findings = append(r.Findings, darkImages(r.images)...)
	r.Findings = append(r.Findings, checkClasses(splits, r.images, opts.Classes)...)
	twins, err := findTwins(ctx, r.images, opts.Likeness, counter("compare", "images", len(r.images), progress))
	if err != nil {
		return nil, err
	}
	for j, t := range twins {
		if t.at >= 0 {
			r.Findings = append(r.Findings, t.describe(r.images[j], r.images[t.at]))
		}
	}
	r.summarise(splits, opts)
	return r, nil
}

// examine reads an image and its points. The image is nil when it cannot be
// read or is not there.
func examine(it item, opts CheckOptions) (*examined, []Finding) {
	if it.image == "" {
		_, found := readTable(it, [3]int{}, opts)
		return nil, found
	}
	read := imageio.DefaultReadOptions()
	read.MaxBytes = opts.MaxBytes
	image, err := imageio.ReadWith(it.image, read)
	if err != nil {
		found := []Finding{{Severity: Error, Kind: KindRead, File: it.image, Message: strings.TrimPrefix(err.Error(), it.image+": ")}}
		if it.points != "" {
			_, more := readTable(it, [3]int{}, opts)
			found = append(found, more...)
		}
		return nil, found
	}
	e := &examined{item: it, dims: image.Dims, channels: image.Channels, kind: image.Kind,
		values: measure(image), print: newFingerprint(image.Volume)}
	found := e.values.describe(it, image.Kind)
	for axis, n := range opts.Patch {
		if e.dims[axis] < n && (axis > 0 || e.dims[0] > 1) {
			found = append(found, Finding{Severity: Warning, Kind: KindSize, File: it.image, Message: fmt.Sprintf(
				"has %d voxels along %s, fewer than the patch of %d: a training refuses it unless DATA.REFLECT_TO_COMPLETE_SHAPE is on", e.dims[axis], detection.AxisNames[axis], n)})
			break
		}
	}
	if it.points == "" {
		return e, found
	}
	var more []Finding
	e.table, more = readTable(it, image.Dims, opts)
	found = append(found, more...)
	if len(e.table.points) == 0 && len(more) == 0 {
		found = append(found, Finding{Severity: Note, Kind: KindEmpty, File: it.points, Message: "has no points"})
	}
	return e, append(found, e.table.touching(it, image.Dims, opts.Radii)...)
}

// compareFormats reports images that differ from most of the set in
// dimension, channels or type. A network takes one number of channels and of
// dimensions; types differ in their range, which normalisation may depend on.
func compareFormats(images []*examined) []Finding {
	var found []Finding
	add := func(s Severity, of func(*examined) string) {
		usual := mostCommon(images, of)
		for _, it := range images {
			if got := of(it); got != usual {
				found = append(found, Finding{Severity: s, Kind: KindFormat, File: it.image,
					Message: fmt.Sprintf("is %s, where most images of the set are %s", got, usual)})
			}
		}
	}
	add(Error, func(it *examined) string {
		if it.dims[0] > 1 {
			return "3D"
		}
		return "2D"
	})
	add(Error, func(it *examined) string { return "of " + count(it.channels, "channel") })
	add(Warning, func(it *examined) string { return "of type " + it.kind.String() })
	return found
}

// mostCommon is the most frequent property of images; of equally frequent ones
// the first.
func mostCommon(images []*examined, of func(*examined) string) string {
	n := map[string]int{}
	for _, it := range images {
		n[of(it)]++
	}
	best := ""
	for _, it := range images {
		if p := of(it); n[p] > n[best] {
			best = p
		}
	}
	return best
}

// summarise counts what has been read and puts the findings in order.
func (r *Report) summarise(splits []*split, opts CheckOptions) {
	shapes := map[Shape]int{}
	for _, it := range r.images {
		shapes[Shape{Dims: it.dims, Channels: it.channels, Type: it.kind.String()}]++
	}
	for s, n := range shapes {
		s.Images = n
		r.Shapes = append(r.Shapes, s)
	}
	slices.SortFunc(r.Shapes, func(a, b Shape) int {
		return cmp.Or(cmp.Compare(b.Images, a.Images), slices.Compare(a.Dims[:], b.Dims[:]),
			cmp.Compare(a.Channels, b.Channels), cmp.Compare(a.Type, b.Type))
	})
	for _, s := range splits {
		sum := Split{Name: s.name}
		own := imagesOf(r.images, s)
		for _, it := range s.items {
			if it.image != "" {
				sum.Images++
			}
		}
		for _, it := range own {
			sum.Points += len(it.table.points)
			if len(it.table.points) == 0 {
				sum.WithoutPoints++
			}
		}
		sum.Classes = countClasses(own)
		if s.name == "train" && len(own) > 0 && sum.Points == 0 {
			r.Findings = append(r.Findings, Finding{Severity: Error, Kind: KindEmpty, File: s.points,
				Message: "has no point at all: there is nothing to learn"})
		}
		r.Splits = append(r.Splits, sum)
	}
	r.Neighbours = neighbours(r.images, opts.Spacing)
	sortFindings(r.Findings)
	for _, f := range r.Findings {
		switch f.Severity {
		case Error:
			r.Errors++
		case Warning:
			r.Warnings++
		default:
			r.Notes++
		}
	}
}
