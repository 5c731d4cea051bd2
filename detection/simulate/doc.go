// Package simulate makes images with known centre points: a set to train on
// where none is at hand, and a test whose answer nobody has to draw.
//
//	image, points, err := simulate.Nuclei(simulate.DefaultNucleiOptions())
//	image, points, err = simulate.Spots(simulate.DefaultSpotsOptions())
//
// # What is in an image
//
// [Nuclei] follows the light through a fluorescence microscope. All steps, in
// order, with the options that steer them:
//
//	ellipses, alone and in clusters     Count, Radius, Elongation, MinSeparation, Clustering, Margin
//	how bright, blotched and hollow     Brightness, Texture, TextureSize, DimCentres
//	the optics blur them                Blur
//	objects out of focus, and specks    Haze…, Debris…
//	a background with a slope           Background, Gradient
//	uneven light dims all of it         Shading
//	the camera                          Photons, ReadNoise, HotPixels, values 0 to 255
//
// Each of them can be switched off by itself, and draws its random numbers
// from a stream of its own: with the same Seed, more noise leaves the nuclei
// where they are. The points are the centres of the ellipses. Nothing but
// nuclei has a point.
//
// [Spots] does the same for objects that the optics do not resolve, such as
// single molecules. It counts photons, from which a 16-bit camera makes grey levels:
//
//	spots, all of one width          Count, PSF, Light, MinSeparation, Margin
//	a background, out-of-focus haze  Background, Haze…
//	grains wider than a spot         Debris…
//	the camera                       ShotNoise, ReadNoise, Gain, Offset, values 0 to 65535
//
// # How hard it is
//
// The defaults are chosen so that a threshold fails and a small network does
// not. What is bright is not always a nucleus (haze, specks, the bright side
// of the background), a nucleus can be darker than the background elsewhere
// in the image, and neighbours touch. [detection.Classical], tuned on 24
// images by [detection.TuneClassical], has an F1 of 0.70 on 12 others at a
// tolerance of 5 pixels. A U-Net of three levels (8, 16 and 32 feature maps),
// trained on the same 24 images for 240 steps of four patches of 128 x 128,
// about a minute on two cores, has 0.98 or more. (A filter for round blobs, a
// Laplacian of Gaussian, comes to 0.86 with the scale and the threshold that
// suit the test images best.)
//
// Among spots that filter is at home: on six images of the default
// [SpotsOptions], with settings chosen on four others, [detection.DetectLoG] has
// an F1 of 0.92 at a tolerance of 2 pixels, and its mistakes are grains. The same U-Net,
// trained on twelve images for 96 steps of four patches of 128 x 128, has 0.97.
//
// Shapes and light are made up: scores on these images say that a pipeline
// works, not how well it works on a microscope's.
package simulate
