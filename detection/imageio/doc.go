// Package imageio reads and writes microscopy images as [detection.Volume].
//
//	img, err := imageio.Read("cells.tif")       // any format below
//	fmt.Println(img.Dims, img.Kind, img.Spacing)
//	paths, err := imageio.List("train/x")       // in natural order
//	err = imageio.WriteFile("prob.tif", prob, imageio.DefaultTIFFOptions())
//
// # Formats
//
//	         read                                        written
//	TIFF     classic and BigTIFF, both byte orders       [WriteTIFF]
//	PNG      8 and 16 bits, grey, colour, palette        [WritePNG], 8 bits
//	JPEG     grey and colour                             -
//	NPY      NumPy arrays of 2 to 4 axes                 [WriteNPY], float32
//
// A TIFF may have any number of pages, in strips or tiles, with channels
// interleaved or in planes, with samples of 1 (masks), 8, 16, 32 or 64 bits,
// unsigned, signed or floating point, without compression or with LZW, deflate
// or PackBits, and with the predictors of horizontal differencing (2) and of
// floating point (3). Everything else is refused by name.
//
// # Values
//
// Values become float32 and are never scaled: a 16-bit image of 0..4095 stays
// 0..4095. [Image.Kind] says how the file stored them, for a normalisation that
// divides by the range of the type. 32-bit and 64-bit integers above 2^24 and
// 64-bit floats are rounded to the nearest float32.
//
// Values are those that the file stores. A TIFF with a look-up table gives its
// indices, because in microscopy the table is a display colour and the index is
// the measurement; a TIFF marked "white is zero" is not inverted, but
// [Image.WhiteIsZero] is set. Fiji and tifffile do the same. Alpha channels are
// dropped. A PNG palette, which has no such use, gives its colours. Orientation
// tags are ignored, so that coordinates count stored rows and columns.
//
// # Axes
//
// Without metadata the pages of a TIFF are planes along z. ImageJ's
// description (channels, slices, frames, spacing, unit), OME-XML (one image,
// all planes in one file) and the shape that tifffile leaves are understood. An
// NPY array of 2 axes is (y, x), of 3 axes (z, y, x), or (y, x, c) when the last
// axis has at most 4 entries and both others have more, of 4 axes (z, y, x, c).
// [ReadOptions.Axes] overrides all of this. More than one time point is an
// error, since a Volume has no time.
//
// # Size
//
// Sizes come from headers, and headers lie. Every size is checked before memory
// is set aside: against what the bytes in the file can hold under their
// compression, and against [ReadOptions.MaxBytes].
package imageio
