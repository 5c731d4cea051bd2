package dataset

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// convert writes images and points in the workflow's layout.
func (g *getter) convert(ctx context.Context, source, dir string, progress detection.Progress) (*Got, error) {
	m := g.manifest
	for _, f := range m.Also {
		text, err := os.ReadFile(local(source, f.Path))
		if err != nil {
			return nil, err
		}
		if err := write(filepath.Join(dir, filepath.Base(f.Path)), text); err != nil {
			return nil, err
		}
	}
	got := &Got{}
	step := counter("convert", "images", len(m.Fields), progress)
	for _, f := range m.Fields {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := m.convertField(f, source, dir, got); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Image.Path, err)
		}
		step()
	}
	return got, nil
}

// convertField writes one image and its points, and counts them in got.
func (m *Manifest) convertField(f Field, source, dir string, got *Got) error {
	image, err := imageio.Read(local(source, f.Image.Path))
	if err != nil {
		return err
	}
	points, err := m.points(f, source, image.Dims)
	if err != nil {
		return err
	}
	out := filepath.Join(dir, f.Split, "x", f.Name)
	if m.Image == "copy" && f.Columns == [2]int{} {
		text, err := os.ReadFile(local(source, f.Image.Path))
		if err != nil {
			return err
		}
		err = write(out+filepath.Ext(f.Image.Path), text)
		if err != nil {
			return err
		}
	} else if err := m.writeImage(out+".tif", image, f); err != nil {
		return err
	}
	dims := image.Dims
	if f.Columns != [2]int{} {
		dims[2] = f.Columns[1] - f.Columns[0]
		points = cut(points, f.Columns)
	}
	kept := usable(points, dims)
	got.Images++
	got.Points += len(kept)
	got.Dropped += len(points) - len(kept)
	var text bytes.Buffer
	o := detection.DefaultWritePointsOptions()
	o.Class = m.Points.Format == "boxes"
	if err := detection.WritePoints(&text, kept, o); err != nil {
		return err
	}
	return write(filepath.Join(dir, f.Split, "y", f.Name+".csv"), text.Bytes())
}

// writeImage writes the grey image, or some columns of an image, as a TIFF of
// the type of its samples.
func (m *Manifest) writeImage(path string, image *imageio.Image, f Field) error {
	v := image.Volume
	if m.Image == "grey" && v.Channels > 1 {
		for i := 0; i < len(v.Data); i += v.Channels {
			for _, x := range v.Data[i+1:][:v.Channels-1] {
				if x != v.Data[i] {
					return errors.New("the image has colours, where the manifest says that it is grey")
				}
			}
		}
		v = v.Channel(0)
	}
	if f.Columns != [2]int{} {
		if f.Columns[1] > v.Dims[2] {
			return fmt.Errorf("columns %v: the image has %d", f.Columns, v.Dims[2])
		}
		v = columns(v, f.Columns)
	}
	o := imageio.DefaultTIFFOptions()
	o.Kind = image.Kind
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return imageio.WriteFile(path, v, o)
}

// columns is the part of v between two columns, the second excluded.
func columns(v *detection.Volume, c [2]int) *detection.Volume {
	out := detection.NewVolume([3]int{v.Dims[0], v.Dims[1], c[1] - c[0]}, v.Channels)
	for z := range v.Dims[0] {
		for y := range v.Dims[1] {
			copy(out.Data[out.Index(z, y, 0):][:out.Dims[2]*v.Channels], v.Data[v.Index(z, y, c[0]):])
		}
	}
	return out
}

// cut keeps the points whose pixels lie between two columns.
func cut(points []detection.Point, c [2]int) []detection.Point {
	var kept []detection.Point
	for _, p := range points {
		if x := p.Voxel()[2]; x >= c[0] && x < c[1] {
			p.Pos[2] = round3(p.Pos[2] - float64(c[0]))
			kept = append(kept, p)
		}
	}
	return kept
}

// usable leaves out points outside and, of several in a pixel, all but the
// first: a training refuses both.
func usable(points []detection.Point, dims [3]int) []detection.Point {
	inside := &detection.Volume{Dims: dims}
	taken := map[[3]int]bool{}
	var kept []detection.Point
	for _, p := range points {
		if v := p.Voxel(); inside.Contains(v) && !taken[v] {
			taken[v] = true
			kept = append(kept, p)
		}
	}
	return kept
}

// points reads the annotation of a field; dims is the size of its image.
func (m *Manifest) points(f Field, source string, dims [3]int) ([]detection.Point, error) {
	if m.Points.Format == "masks" {
		return maskCentres(local(source, f.Masks.Path), dims)
	}
	text, err := os.ReadFile(local(source, f.Points.Path))
	if err != nil {
		return nil, err
	}
	var points []detection.Point
	if m.Points.Format == "boxes" {
		points, err = boxCentres(string(text), dims)
	} else {
		points, err = tablePoints(string(text), m.Points)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Points.Path, err)
	}
	return points, nil
}

// boxCentres reads lines "class x y width height" with shares of the picture.
// A share t of n pixels is t*n - 0.5, since pixel centres are at whole numbers.
func boxCentres(text string, dims [3]int) ([]detection.Point, error) {
	var points []detection.Point
	line := 0
	for row := range strings.Lines(text) {
		line++
		fields := strings.Fields(row)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 5 {
			return nil, fmt.Errorf("line %d has %d fields: want class, x, y, width, height", line, len(fields))
		}
		class, err := strconv.Atoi(fields[0])
		if err != nil || class < 0 {
			return nil, fmt.Errorf("line %d: class is %q: want a whole number from 0", line, fields[0])
		}
		var share [2]float64
		for i := range share {
			if share[i], err = strconv.ParseFloat(fields[1+i], 64); err != nil || !(share[i] >= 0 && share[i] <= 1) {
				return nil, fmt.Errorf("line %d: the centre is %q: want a share of the picture, 0 to 1", line, fields[1+i])
			}
		}
		points = append(points, detection.Point{Class: class + 1, Prob: 1,
			Pos: [3]float64{0, round3(share[1]*float64(dims[1]) - 0.5), round3(share[0]*float64(dims[2]) - 0.5)}})
	}
	return points, nil
}

// tablePoints reads the columns of a CSV file that the rule names.
func tablePoints(text string, rule PointsRule) ([]detection.Point, error) {
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil {
		return nil, err
	}
	at := [2]int{-1, -1}
	var points []detection.Point
	for n, row := range rows {
		if n == 0 {
			for i, name := range row {
				for k, want := range []string{rule.Y, rule.X} {
					if strings.TrimSpace(name) == want {
						at[k] = i
					}
				}
			}
			if at[0] < 0 || at[1] < 0 {
				return nil, fmt.Errorf("the header is %q: want columns %s and %s", row, rule.Y, rule.X)
			}
			continue
		}
		p := detection.Point{Prob: 1}
		for k := range at {
			v, err := strconv.ParseFloat(strings.TrimSpace(row[at[k]]), 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("row %d: a coordinate is %q: want a number", n+1, row[at[k]])
			}
			p.Pos[1+k] = round3(v + rule.Offset[k])
		}
		points = append(points, p)
	}
	return points, nil
}

// maskCentres is the centre of gravity of the pixels above 0 in each picture of
// a folder, in the order of their names.
func maskCentres(dir string, dims [3]int) ([]detection.Point, error) {
	paths, err := imageio.List(dir)
	if err != nil {
		return nil, err
	}
	var points []detection.Point
	for _, path := range paths {
		mask, err := imageio.Read(path)
		if err != nil {
			return nil, err
		}
		if mask.Dims != dims {
			return nil, fmt.Errorf("%s: the mask has size %v, the image %v", path, mask.Dims, dims)
		}
		var n, sumY, sumX float64
		for y := range dims[1] {
			for x := range dims[2] {
				if mask.At(0, y, x, 0) > 0 {
					n, sumY, sumX = n+1, sumY+float64(y), sumX+float64(x)
				}
			}
		}
		if n == 0 {
			return nil, fmt.Errorf("%s: the mask is empty", path)
		}
		points = append(points, detection.Point{Prob: 1, Pos: [3]float64{0, round3(sumY / n), round3(sumX / n)}})
	}
	return points, nil
}

// round3 keeps thousandths of a pixel, more than any annotation holds.
func round3(v float64) float64 { return math.Round(v*1000) / 1000 }
