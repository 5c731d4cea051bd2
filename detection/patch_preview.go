package detection

// PatchPreview is a patch of a training for people to look at: what the network is
// given, where it comes from and what was done to it.
type PatchPreview struct {
	// Name is that of the sample that the patch was cut from.
	Name string
	// Epoch and Position say which patch of the training it is, both from 0.
	Epoch, Position int
	// Image and Target are what the network is given: shape (z, y, x, c), the image
	// normalised, the target with a channel for each class.
	Image, Target *Volume
	// Points are the true points inside the patch, in its voxels.
	Points []Point
	// Original is the patch at the same place without any random change, nil when it
	// was not made, and OriginalPoints are the points in it.
	Original       *Volume
	OriginalPoints []Point
	// Grid is Image as it becomes when lines have been drawn on the sample
	// beforehand, so that one sees how it was moved; nil when it was not made.
	Grid *Volume
	// Applied are the random changes in words, in the order in which they were made,
	// such as "rotated by 37.2 degrees" and "Gaussian noise".
	Applied []string
}
