package export

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/puncta-bio/puncta/detection"
)

// ReadROISetOptions configures [ReadROISet]. Start from
// [DefaultReadROISetOptions].
type ReadROISetOptions struct {
	// Channels is the number of channels of the stack, 1 to 1000, as in
	// [ROISetOptions.Channels]. Default 1.
	Channels int
	// MaxBytes bounds the unpacked size of a set. Default 1 GiB, which is 50
	// million points: a small archive can unpack to any size.
	MaxBytes int64
}

// DefaultReadROISetOptions returns the defaults named at each field.
func DefaultReadROISetOptions() ReadROISetOptions {
	return ReadROISetOptions{Channels: 1, MaxBytes: 1 << 30}
}

// Validate reports every invalid field at once, each by name and value.
func (o ReadROISetOptions) Validate() error {
	errs := []error{checkChannels(o.Channels)}
	if o.MaxBytes < 1 {
		errs = append(errs, fmt.Errorf("MaxBytes %d: want 1 or more", o.MaxBytes))
	}
	return errors.Join(errs...)
}

// ReadROISet reads the points of a ROI set (.zip) or of a single .roi file,
// made by [WriteROISet] or by hand in Fiji with the Point and Multi-point
// tools. data is the whole file, name its name in errors. Files in an archive
// whose names do not end with .roi are passed over, as ImageJ does.
//
// Points come in the order of the file, ids 1 to n. z is the plane of a point,
// 0 where a point shows on all planes, or the ROI's property "z"; Prob is its
// property "probability", 1 without one; Class is its group. A ROI without a
// group whose points have counters other than 0 has the classes counter + 1:
// the Multi-point tool begins at counter 0.
//
// Errors name the file, and the ROI in an archive: not a ROI, a ROI that is
// not of points, one that ends too early, coordinates that are not numbers, a
// property that is none, a set larger than opts.MaxBytes.
//
// Source: ij/io/RoiDecoder.java, ij/plugin/frame/RoiManager.java of ImageJ
// 1.54p.
func ReadROISet(data []byte, name string, opts ReadROISetOptions) ([]detection.Point, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("export: read ROI set: %w", err)
	}
	var points []detection.Point
	add := func(where string, data []byte) error {
		some, err := readROI(data, opts.Channels)
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		points = append(points, some...)
		return nil
	}
	if !bytes.HasPrefix(data, []byte("PK")) {
		if err := add(name, data); err != nil {
			return nil, err
		}
		detection.Renumber(points)
		return points, nil
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%s: want a ZIP archive of .roi files: %w", name, err)
	}
	left := opts.MaxBytes
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, ".roi") {
			continue
		}
		where := name + ": " + f.Name
		roi, err := unpack(f, left)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		left -= int64(len(roi))
		if err := add(where, roi); err != nil {
			return nil, err
		}
	}
	detection.Renumber(points)
	return points, nil
}

// unpack reads a file of an archive that is not longer than limit.
func unpack(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = errors.New("the set is too large when unpacked: raise MaxBytes if that is meant")
	}
	return data, err
}

// roiFile reads numbers from the bytes of a .roi file. A number beyond the end
// is 0 and is remembered.
type roiFile struct {
	data  []byte
	short bool
}

func (f *roiFile) bytes(at, n int) []byte {
	if at < 0 || at > len(f.data)-n {
		f.short = true
		return make([]byte, n)
	}
	return f.data[at : at+n]
}

func (f *roiFile) byte(at int) int   { return int(f.bytes(at, 1)[0]) }
func (f *roiFile) uint16(at int) int { return int(binary.BigEndian.Uint16(f.bytes(at, 2))) }
func (f *roiFile) int32(at int) int  { return int(int32(binary.BigEndian.Uint32(f.bytes(at, 4)))) }
func (f *roiFile) float(at int) float64 {
	return float64(math.Float32frombits(binary.BigEndian.Uint32(f.bytes(at, 4))))
}

// edge reads a coordinate of the bounding box: negative ones and those above
// 32767 share their bits.
func (f *roiFile) edge(at int) int {
	if v := int(int16(f.uint16(at))); v >= -5000 {
		return v
	}
	return f.uint16(at)
}

// text reads UTF-16 whose place and length in units stand in the file.
func (f *roiFile) text(place, length int) string {
	at, n := f.int32(place), f.int32(length)
	if at <= 0 || n <= 0 || n > len(f.data)/2 {
		return ""
	}
	raw := f.bytes(at, 2*n)
	units := make([]uint16, n)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

// readROI reads the points of one .roi file, without ids.
func readROI(data []byte, channels int) ([]detection.Point, error) {
	f := &roiFile{data: data}
	if !bytes.HasPrefix(data, []byte(roiMagic)) || len(data) < roiHeader {
		return nil, errors.New("want a ROI of ImageJ, which starts with Iout")
	}
	if kind := f.byte(roiType); kind != roiPoint {
		return nil, fmt.Errorf("the ROI is of type %d: want points, type %d", kind, roiPoint)
	}
	n := f.uint16(roiCount)
	if n == 0 {
		n = f.int32(roiSize)
	}
	if n < 0 || n > (len(data)-roiHeader)/4 {
		return nil, fmt.Errorf("the ROI has %d points but only %d bytes", n, len(data))
	}
	points := make([]detection.Point, n)
	f.coordinates(points)
	if err := f.details(points, channels); err != nil {
		return nil, err
	}
	if f.short {
		return nil, fmt.Errorf("the ROI ends at byte %d, before its %d points do", len(data), n)
	}
	for i, p := range points {
		if err := readLimits.check(p); err != nil {
			return nil, fmt.Errorf("point %d: %w", i+1, err)
		}
	}
	return points, nil
}

// coordinates sets x and y: the float ones where there are any, otherwise
// pixels counted from the bounding box.
func (f *roiFile) coordinates(points []detection.Point) {
	n := len(points)
	sub := f.uint16(roiOptions)&roiSubPixel != 0 && f.uint16(roiVersion) >= roiFirstSub
	left, top := f.edge(roiTop+2), f.edge(roiTop)
	for i := range points {
		if sub {
			points[i].Pos[2] = f.float(roiHeader + 4*n + 4*i)
			points[i].Pos[1] = f.float(roiHeader + 8*n + 4*i)
			continue
		}
		points[i].Pos[2] = float64(left + f.uint16(roiHeader+2*i))
		points[i].Pos[1] = float64(top + f.uint16(roiHeader+2*n+2*i))
	}
}

// details sets plane, class and probability.
func (f *roiFile) details(points []detection.Point, channels int) error {
	version, header2 := f.uint16(roiVersion), f.int32(roiHeader2)
	slice, group, counted := max(f.int32(roiPosition), 0), 0, 0
	properties := ""
	if header2 > 0 {
		if z := f.int32(header2 + roiZ); z > 0 {
			slice = (z-1)*channels + 1
		}
		if version >= roiFirstGroup {
			group = f.byte(header2 + roiGroup)
		}
		if version >= roiFirstCount {
			counted = f.int32(header2 + roiCounters)
		}
		properties = f.text(header2+roiProps, header2+roiPropsLen)
	}
	byCounter := false
	for i := range points {
		p := &points[i]
		at, counter := slice, 0
		if counted > 0 {
			v := f.int32(counted + 4*i)
			counter = v & 0xff
			if v>>8 > 0 {
				at = v >> 8
			}
		}
		if at > 0 {
			p.Pos[0] = float64((at - 1) / channels)
		}
		p.Class, p.Prob = counter, 1
		byCounter = byCounter || counter > 0
	}
	for i := range points {
		switch {
		case group > 0:
			points[i].Class = group
		case byCounter:
			points[i].Class++
		}
	}
	return setProperties(points, properties)
}

// setProperties reads the lines "key: value" that [WriteROISet] writes; others
// are passed over.
func setProperties(points []detection.Point, properties string) error {
	for line := range strings.Lines(properties) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if key != "probability" && key != "z" {
			continue
		}
		value = strings.TrimSpace(value)
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(v) {
			return fmt.Errorf("property %s is %q: want a number", key, value)
		}
		for i := range points {
			if key == "z" {
				points[i].Pos[0] = v
			} else {
				points[i].Prob = v
			}
		}
	}
	return nil
}
