package workflow

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/counts"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// PixelSize says where the size of voxels comes from when points are counted.
type PixelSize struct {
	// Spacing is the size of a voxel, (z, y, x); nil is that in the metadata of
	// each image.
	Spacing *detection.Spacing
	// Unit is the unit of Spacing, in any spelling that
	// [imageio.Micrometres] knows; "" is none.
	Unit string
	// Required makes it an error when no size of an image or a voxel is known;
	// otherwise there are no densities then.
	Required bool
}

// CountPointSets counts the sets, which have been read. Where the size of
// every image and of its voxels is known, the table has areas (volumes in 3D), in
// square micrometres where the unit is one of length; otherwise why says in one
// sentence why there are none. 72 or 300 pixels per inch are a size on paper and
// not that of a pixel.
//
// Errors, for [ErrInput]: an image that cannot be read or is a plane for points
// of a stack; sizes that are known for some images only, or in units that do not
// convert; 2D and 3D points together where there would be densities.
func CountPointSets(ctx context.Context, sets []PointSet, by Grouping, size PixelSize, progress detection.Progress) (table counts.Table, why string, err error) {
	table = counts.Table{Factors: by.Factors, NDim: 2}
	sized, why, err := knownSizes(ctx, sets, size, progress)
	if err != nil {
		return table, "", err
	}
	if why != "" && size.Required {
		return table, "", inputf("no densities: %s", why)
	}
	table.NDim = sets[0].NDim
	for i := range sets {
		s := &sets[i]
		row := counts.Of(s.Key(), s.Points, by.Levels[i]...)
		if why == "" {
			if s.NDim != table.NDim {
				return table, "", inputf("%s is %dD and %s is %dD: want densities of one kind", sets[0].Path, table.NDim, s.Path, s.NDim)
			}
			if sized[i].unit != sized[0].unit {
				return table, "", inputf("%s is in %q and %s in %q: want one unit, or --resolution", sets[0].Image, sized[0].unit, s.Image, sized[i].unit)
			}
			row.Size = counts.Size(sized[i].dims, sized[i].spacing, s.NDim)
			table.Unit = sized[i].unit
		}
		table.Images = append(table.Images, row)
	}
	return table, why, Input(table.Validate())
}

// imageSize is the size of an image and of its voxels, in micrometres where
// that is possible.
type imageSize struct {
	dims    [3]int
	spacing detection.Spacing
	unit    string
}

// knownSizes reads the images for their sizes. why says what is not known of
// any of them.
func knownSizes(ctx context.Context, sets []PointSet, size PixelSize, progress detection.Progress) (sizes []imageSize, why string, err error) {
	sizes = make([]imageSize, len(sets))
	with, without := "", ""
	for i := range sets {
		s := &sets[i]
		if s.Image == "" {
			return nil, fmt.Sprintf("%s has no image beside it, which would say how large it is; --image names a folder of images", s.Path), nil
		}
		if err := ctx.Err(); err != nil {
			return nil, "", err
		}
		image, err := s.readImage()
		if err != nil {
			return nil, "", err
		}
		sizes[i] = imageSize{image.Dims, image.Spacing, image.Unit}
		if size.Spacing != nil {
			sizes[i].spacing, sizes[i].unit = *size.Spacing, size.Unit
		} else if image.Unit == "" || image.Unit == "inch" {
			without = s.Image
			continue
		}
		with = s.Image
		sizes[i].inMicrometres()
		detection.Report(progress, detection.ProgressEvent{Task: "count", Done: i + 1, Total: len(sets), Unit: "images"})
	}
	switch {
	case without != "" && with != "":
		return nil, "", inputf("%s says how large a pixel is and %s does not: want --resolution for all of them", with, without)
	case without != "":
		return nil, without + " does not say how large a pixel is; --resolution does", nil
	}
	return sizes, "", nil
}

func (s *imageSize) inMicrometres() {
	um, ok := imageio.Micrometres(s.unit)
	if !ok {
		return
	}
	s.unit = "um"
	for axis := range s.spacing {
		s.spacing[axis] *= um
	}
}

// ConditionsFile is where the table of conditions goes beside that of images:
// counts.csv and counts_conditions.csv.
func ConditionsFile(images string) string {
	ext := filepath.Ext(images)
	return strings.TrimSuffix(images, ext) + "_conditions" + ext
}

// WriteCountTables writes the rows of images to a CSV file, and those of
// conditions to [ConditionsFile].
func WriteCountTables(path string, table counts.Table) error {
	err := atomicfile.Write(path, func(w io.Writer) error { return table.WriteImages(w) })
	if err != nil {
		return err
	}
	return atomicfile.Write(ConditionsFile(path), func(w io.Writer) error { return table.WriteConditions(w) })
}
