package imageio

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
)

// decodePNG reads a PNG: grey and grey with alpha as one channel, colour and
// palette as three, without alpha. Grey of fewer than 8 bits is scaled to 8 by
// the standard library.
func decodePNG(r io.ReaderAt, size int64, opts ReadOptions) (*Image, error) {
	// The colour type is byte 25, in the IHDR chunk that comes first.
	const colourTypeAt, grey, greyAlpha, headerSize = 25, 0, 4, 33
	if size < headerSize {
		return nil, errors.New("PNG: the file ends within its header")
	}
	head := make([]byte, headerSize)
	if err := readAt(r, head, 0); err != nil {
		return nil, err
	}
	channels := 3
	if c := head[colourTypeAt]; c == grey || c == greyAlpha {
		channels = 1
	}
	cfg, err := png.DecodeConfig(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, explainStd("PNG", err)
	}
	// One bit per pixel is the least, and deflate gives at most 1032 to 1.
	pixels := satMul(int64(cfg.Width), int64(cfg.Height))
	if pixels/8 > Deflate.mostDecoded(size) {
		return nil, fmt.Errorf("PNG: %d bytes cannot hold %d x %d pixels", size, cfg.Width, cfg.Height)
	}
	if err := opts.checkBytes(satMul(pixels, int64(channels))); err != nil {
		return nil, err
	}
	img, err := png.Decode(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, explainStd("PNG", err)
	}
	return fromStd(img, channels, "PNG", opts)
}

// decodeJPEG reads a JPEG, grey as one channel and colour as three.
func decodeJPEG(r io.ReaderAt, size int64, opts ReadOptions) (*Image, error) {
	cfg, err := jpeg.DecodeConfig(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, explainStd("JPEG", err)
	}
	channels := 3
	switch cfg.ColorModel {
	case color.GrayModel:
		channels = 1
	case color.CMYKModel:
		return nil, errors.New("JPEG: CMYK colours, want grey or RGB")
	}
	// A block of 8 x 8 takes at least one bit, and at the coarsest chroma
	// subsampling 18 blocks hold 3 x 1024 values.
	values := satMul(int64(cfg.Width), int64(cfg.Height), int64(channels))
	if values > satMul(size, 2048) {
		return nil, fmt.Errorf("JPEG: %d bytes cannot hold %d x %d pixels", size, cfg.Width, cfg.Height)
	}
	if err := opts.checkBytes(values); err != nil {
		return nil, err
	}
	img, err := jpeg.Decode(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, explainStd("JPEG", err)
	}
	return fromStd(img, channels, "JPEG", opts)
}

// explainStd makes an error of the standard library one sentence.
func explainStd(format string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: the file ends before the image does", format)
	}
	return fmt.Errorf("%s: %s", format, strings.TrimPrefix(err.Error(), strings.ToLower(format)+": "))
}

// fromStd takes the stored values out of an image. The colours of images with
// alpha are taken as they are stored, not multiplied by it.
func fromStd(img image.Image, channels int, format string, opts ReadOptions) (*Image, error) {
	b := img.Bounds()
	vol, err := newVolume([3]int{1, b.Dy(), b.Dx()}, channels, opts)
	if err != nil {
		return nil, err
	}
	out := &Image{Volume: vol, Kind: Uint8, Format: format, Axes: stdAxes(b, channels)}
	dst := vol.Data
	switch m := img.(type) {
	case *image.Gray:
		pick8(dst, m.Pix, m.Stride, b, 1, channels)
	case *image.RGBA:
		pick8(dst, m.Pix, m.Stride, b, 4, channels)
	case *image.NRGBA:
		pick8(dst, m.Pix, m.Stride, b, 4, channels)
	case *image.Gray16:
		out.Kind = Uint16
		pick16(dst, m.Pix, m.Stride, b, 1, channels)
	case *image.RGBA64:
		out.Kind = Uint16
		pick16(dst, m.Pix, m.Stride, b, 4, channels)
	case *image.NRGBA64:
		out.Kind = Uint16
		pick16(dst, m.Pix, m.Stride, b, 4, channels)
	case *image.Paletted:
		pickPalette(dst, m)
	case *image.YCbCr:
		pickYCbCr(dst, m)
	default:
		return nil, fmt.Errorf("%s: pixels of type %T are not read", format, img)
	}
	return out, nil
}

// pick8 copies the first channels of each stored pixel of 8-bit samples.
func pick8(dst []float32, pix []byte, stride int, b image.Rectangle, stored, channels int) {
	i := 0
	for y := range b.Dy() {
		row := pix[y*stride:]
		for x := range b.Dx() {
			for c := range channels {
				dst[i] = float32(row[x*stored+c])
				i++
			}
		}
	}
}

// pick16 is pick8 for 16-bit samples, which package image keeps big-endian.
func pick16(dst []float32, pix []byte, stride int, b image.Rectangle, stored, channels int) {
	i := 0
	for y := range b.Dy() {
		row := pix[y*stride:]
		for x := range b.Dx() {
			for c := range channels {
				at := 2 * (x*stored + c)
				dst[i] = float32(uint16(row[at])<<8 | uint16(row[at+1]))
				i++
			}
		}
	}
}

// pickPalette looks the colours up. An index beyond the palette, which the
// standard library lets through, is black.
func pickPalette(dst []float32, m *image.Paletted) {
	var table [256][3]float32
	for i, c := range m.Palette {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		table[i] = [3]float32{float32(n.R), float32(n.G), float32(n.B)}
	}
	i := 0
	for y := range m.Rect.Dy() {
		for _, index := range m.Pix[y*m.Stride:][:m.Rect.Dx()] {
			i += copy(dst[i:], table[index][:])
		}
	}
}

func pickYCbCr(dst []float32, m *image.YCbCr) {
	i := 0
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			c := m.YCbCrAt(x, y)
			r, g, b := color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
			dst[i], dst[i+1], dst[i+2] = float32(r), float32(g), float32(b)
			i += 3
		}
	}
}

func stdAxes(b image.Rectangle, channels int) string {
	axes := ""
	if b.Dy() > 1 {
		axes += "Y"
	}
	if b.Dx() > 1 {
		axes += "X"
	}
	if channels > 1 {
		axes += "S"
	}
	return axes
}
