package widgets

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"sort"

	"github.com/puncta-bio/puncta/detection"
)

// shownImage is what is seen of an image with mistakes.
type shownImage struct {
	image int // of the order given
	dims  [3]int
	// atlas holds the thumbnails of its mistakes, in their order, from left to
	// right in rows of atlasColumns; cells are the same for the still picture.
	atlas string
	cells draw.Image
	// planes are those with mistakes, ascending, and pictures what is seen of
	// them: one pixel for factor x factor voxels, exact when it is not lossy.
	planes   []int
	pictures []string
	factor   int
	lossy    bool
	// first and count say which of the mistakes are its own.
	first, count int
}

// atlasColumns is how many thumbnails lie side by side.
const atlasColumns = 16

// show makes thumbnails and pictures, the worst images first, within the bounds.
func (b *ErrorBrowser) show() error {
	counts := make([]int, len(b.order))
	for k, i := range b.order {
		counts[k] = b.evaluation.Images[i].FP + b.evaluation.Images[i].FN
	}
	quotas := shares(counts, b.opts.MostErrors)
	left, images := 0, 0 // thumbnails and images to come
	for _, n := range quotas {
		left, images = left+n, images+min(n, 1)
	}
	bytes, thumbs := b.opts.MostBytes, b.opts.MostBytes/2
	for k, i := range b.order {
		if quotas[k] == 0 {
			continue
		}
		s, list, err := b.cut(i, quotas[k], thumbs*quotas[k]/left, func(s *shownImage) int {
			later := min((left-quotas[k])*len(s.atlas)/s.count, thumbs-len(s.atlas)) // what the other thumbnails may take
			return (bytes - len(s.atlas) - later) / images
		})
		if err != nil {
			return fmt.Errorf("%s: %w", b.images[i].Name, err)
		}
		left, images = left-quotas[k], images-1
		if len(list) == 0 {
			continue
		}
		thumbs, bytes = thumbs-len(s.atlas), bytes-len(s.atlas)
		for _, p := range s.pictures {
			bytes -= len(p)
		}
		s.first = len(b.mistakes)
		b.mistakes, b.shown = append(b.mistakes, list...), append(b.shown, s)
		b.volumes = b.volumes || s.dims[0] > 1
	}
	b.left = b.evaluation.Pooled.FP + b.evaluation.Pooled.FN - len(b.mistakes)
	b.say()
	return nil
}

// fewest is how many thumbnails an image has at least, where it has as many
// mistakes: rather fewer images.
const fewest = 5

// shares divides most thumbnails among images with so many mistakes each, the worst
// image first: all get as many as they have, up to a number that is the same for all
// but by one.
func shares(counts []int, most int) []int {
	sum := func(k int) (n int) {
		for _, c := range counts {
			n += min(c, k)
		}
		return n
	}
	k := sort.Search(most, func(k int) bool { return sum(k+1) > most }) // the largest that fits
	k = max(k, fewest)
	out := make([]int, len(counts))
	for extra := range 2 {
		for i, c := range counts {
			n := min(min(c, k+extra)-out[i], most)
			out[i] += n
			most -= n
		}
	}
	return out
}

// cut makes thumbnails and pictures of an image: at most so many thumbnails, in at
// most so many characters; room says how many characters the pictures may take
// then. It returns the mistakes that have a thumbnail.
func (b *ErrorBrowser) cut(i, quota, most int, room func(*shownImage) int) (s shownImage, list []Mistake, err error) {
	im, prob, err := b.images[i].load()
	if err != nil {
		return s, nil, err
	}
	grey, err := displayed(im)
	if err != nil {
		return s, nil, err
	}
	s = shownImage{image: i, dims: im.Dims}
	if list, err = s.thumbnails(grey, alternate(b.mistakesOf(i, prob), quota), b.opts.Crop, most); err != nil || len(list) == 0 {
		return s, nil, err
	}
	s.count = len(list)
	return s, list, s.large(grey, list, room(&s))
}

// load gives image and map, checked.
func (m ErrorImage) load() (im, prob *detection.Volume, err error) {
	im, prob = m.Image, m.Map
	switch {
	case m.Load != nil && (im != nil || prob != nil):
		return nil, nil, errors.New("it has Load and Image or Map: want one of the two")
	case m.Load != nil:
		if im, prob, err = m.Load(); err != nil {
			return nil, nil, err
		}
	case im == nil:
		return nil, nil, errors.New("it has no Image and no Load: want one of the two")
	}
	if err := im.Validate(); err != nil {
		return nil, nil, err
	}
	if prob != nil {
		if err := prob.Validate(); err != nil {
			return nil, nil, fmt.Errorf("map: %w", err)
		}
		if prob.Dims != im.Dims {
			return nil, nil, fmt.Errorf("%w: the image is %v, the map %v", detection.ErrShape, im.Dims, prob.Dims)
		}
	}
	return im, prob, nil
}

// say notes what was left out or made smaller.
func (b *ErrorBrowser) say() {
	if b.left > 0 {
		b.notes = append(b.notes, fmt.Sprintf("%d of %d mistakes have no thumbnail, the least probable ones of images with many. All are counted.", b.left, b.left+len(b.mistakes)))
	}
	wrong := 0
	for _, m := range b.evaluation.Images {
		wrong += min(m.FP+m.FN, 1)
	}
	if n := wrong - len(b.shown); n > 0 {
		b.notes = append(b.notes, fmt.Sprintf("%d of %d images with mistakes are not shown: the worst ones are.", n, wrong))
	}
	reduced, lossy, most := 0, 0, 1
	for _, s := range b.shown {
		most = max(most, s.factor)
		if s.factor > 1 {
			reduced++
		} else if s.lossy {
			lossy++
		}
	}
	if reduced > 0 {
		b.notes = append(b.notes, fmt.Sprintf("The large pictures of %d of %d images show one pixel for %d x %d of the image at most, so that the page stays small. Thumbnails are exact.", reduced, len(b.shown), most, most))
	}
	if lossy > 0 {
		b.notes = append(b.notes, fmt.Sprintf("The large pictures of %d of %d images are JPEG. Thumbnails are exact.", lossy, len(b.shown)))
	}
	if n := b.hits(); n > mostHits {
		b.notes = append(b.notes, fmt.Sprintf("The %d points that were found have no marks, which would make the page too large.", n))
	}
	if b.volumes {
		b.notes = append(b.notes, "Of volumes the planes with mistakes are shown.")
	}
}

// seenOn is the plane of an image on which a point is seen: that of its voxel,
// or the nearest one.
func seenOn(p detection.Point, dims [3]int) int { return min(max(p.Voxel()[0], 0), dims[0]-1) }

// thumbnails cuts them out of an image of 0 to 255, as many of the list as take
// no more characters than most, and returns which.
func (s *shownImage) thumbnails(grey *detection.Volume, list []Mistake, crop, most int) ([]Mistake, error) {
	planes := map[int]image.Image{}
	for len(list) > 0 {
		columns := min(len(list), atlasColumns)
		bounds := image.Rect(0, 0, columns*crop, (len(list)+columns-1)/columns*crop)
		if s.cells = image.NewGray(bounds); grey.Channels == 3 {
			s.cells = image.NewRGBA(bounds)
			draw.Draw(s.cells, bounds, image.Black, image.Point{}, draw.Src)
		}
		for k, m := range list {
			z := seenOn(m.Point, grey.Dims)
			if planes[z] == nil {
				plane, err := detection.Picture(grey, z)
				if err != nil {
					return nil, err
				}
				planes[z] = plane
			}
			v := m.Voxel()
			corner := image.Pt(v[2]-crop/2, v[1]-crop/2)
			seen := image.Rectangle{corner, corner.Add(image.Pt(crop, crop))}.Intersect(planes[z].Bounds())
			to := image.Pt(k%columns*crop, k/columns*crop).Sub(corner)
			draw.Draw(s.cells, seen.Add(to), planes[z], seen.Min, draw.Src)
		}
		var err error
		if s.atlas, err = address(s.cells, lossless); err != nil || len(s.atlas) <= most {
			return list, err
		}
		list = alternate(list, min(len(list)-1, len(list)*most/len(s.atlas)))
	}
	return nil, nil
}

// large makes the pictures of the planes with mistakes, within so many
// characters.
func (s *shownImage) large(grey *detection.Volume, list []Mistake, most int) (err error) {
	for _, m := range list {
		s.planes = append(s.planes, seenOn(m.Point, grey.Dims))
	}
	slices.Sort(s.planes)
	s.planes = slices.Compact(s.planes)
	s.pictures, s.factor, s.lossy, err = encodedWithin(planesOf(grey, s.planes), most)
	return err
}

// planesOf is a volume of some planes of another.
func planesOf(v *detection.Volume, planes []int) *detection.Volume {
	if len(planes) == v.Dims[0] {
		return v
	}
	out := detection.NewVolume([3]int{len(planes), v.Dims[1], v.Dims[2]}, v.Channels)
	n := v.Dims[1] * v.Dims[2] * v.Channels
	for k, z := range planes {
		copy(out.Data[k*n:], v.Data[z*n:][:n])
	}
	return out
}

// encodedWithin encodes the planes of an image of 0 to 255 within so many characters,
// each as an address of data: exactly where that fits and the image is not large,
// else as JPEG, else one pixel for factor x factor.
func encodedWithin(v *detection.Volume, most int) (pictures []string, factor int, lossy bool, err error) {
	for factor = (max(v.Dims[1], v.Dims[2]) + mostSide - 1) / mostSide; ; factor++ {
		reduced, size := pooled(v, factor, poolMean), 0
		qualities := []int{jpegQuality, 60}
		if reduced.Voxels() <= losslessPixels {
			qualities = []int{lossless, jpegQuality, 60}
		}
		for _, quality := range qualities {
			pictures, size = nil, 0
			for z := range reduced.Dims[0] {
				m, err := detection.Picture(reduced, z)
				if err != nil {
					return nil, 0, false, err
				}
				text, err := address(m, quality)
				if err != nil {
					return nil, 0, false, err
				}
				pictures, size = append(pictures, text), size+len(text)
			}
			if size <= most || reduced.Dims[1]*reduced.Dims[2] == 1 {
				return pictures, factor, quality != lossless, nil
			}
		}
		for size > 2*most*(factor+1)*(factor+1)/factor/factor { // far too large
			size, factor = size*factor*factor/(factor+1)/(factor+1), factor+1
		}
	}
}
