// Package training teaches a [unet.Model] from images and target masks.
//
// Samples are cut into patches ([CutPatches]), a [Loader] deals them into
// batches, shuffled and turned by a seed, and a [Trainer] takes steps on a
// device. [Fit] puts these together with validation, early stop and the best
// weights.
//
// Everything random comes from the seed and the number of the step, never
// from time or from the number of goroutines: on one CPU device with the same
// plug-in and number of cores, two runs give the same weights, byte for byte.
package training
