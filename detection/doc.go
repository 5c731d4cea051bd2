// Package detection finds objects in microscopy images as centre points. It
// holds the stages of the pipeline as pure functions, so that a script or a
// notebook cell can run one, look at its result, and put a stage of its own
// in between:
//
//	points CSV -> [PointMask] -> (network) -> probability map
//	image, points -> [RandomWarp], [RandomBrightness] … -> training patch
//	probability map -> [Peaks] -> [RemoveClosePoints] -> points
//	image -> [DetectLoG] or [Classical] -> points, without a network
//	points, true points -> [Match] -> [Score]
//
// # Axes and units
//
// Arrays are (z, y, x, c): z down the stack, y down, x right, channels last,
// row-major, float32. A 2D image is a [Volume] with one plane, z = 1.
// Coordinates are float64 in voxels, (z, y, x), with voxel centres at whole
// numbers: the centre of the first voxel is (0, 0, 0) and an axis of n voxels
// spans -0.5 to n-0.5. [Spacing] gives physical units per voxel. Every option
// that is a distance says whether it counts voxels or physical units.
//
// # Options
//
// A stage takes one options struct, made by its Default…Options function.
// Fields are literal (a threshold of 0 is 0, not "the default"). Validate
// names every bad field in one error. Stages never print, keep no state and
// read no files.
//
// # Ties
//
// Peaks are ordered by value, then in raster order. [Match] maximises the
// number of pairs first and minimises their summed distance second; a pair at
// exactly the tolerance is a match. F1 of nothing against nothing is 1.
package detection
