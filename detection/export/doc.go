// Package export writes points in the formats of other programs, and reads
// them back:
//
//	err := export.WriteROISet(w, points, export.DefaultROISetOptions())   // Fiji, ImageJ: NAME.zip
//	err := export.WriteGeoJSON(w, points, export.DefaultGeoJSONOptions()) // QuPath: NAME.geojson
//
// # Coordinates
//
// A [detection.Point] has voxel centres at whole numbers. The programs differ:
//
//   - ImageJ, since 1.52u (March 2020), has whole numbers at the centres of
//     pixels for points and lines, and at their upper left corners for areas. So
//     x and y of a point go to a ROI file as they are, as float32. Planes of a
//     stack count from 1.
//   - QuPath has its origin at the upper left corner of the image, so that the
//     centre of the first pixel is (0.5, 0.5): x and y are 0.5 more than ours.
//     It keeps two decimals of a coordinate. Planes count from 0.
//
// Both programs put a point on one plane: z is rounded half away from zero.
// What else they have no place for is said at each function.
//
// Sources: ij/gui/Roi.java, ij/gui/PointRoi.java, ij/io/RoiEncoder.java and
// ij/io/RoiDecoder.java of ImageJ 1.54p; QuPathTypeAdapters.java,
// ROITypeAdapters.java, GsonTools.java and PixelClassifierTools.java of QuPath
// 0.7.0, and "Exporting annotations" in its documentation; RFC 7946.
package export
