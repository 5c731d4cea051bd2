// Package unet builds BiaPy's U-Net and its kin (residual blocks, weighed
// channels, weighed skip connections) on GoMLX, 2D and 3D, so exactly that
// weights trained there give the same probability maps here, and the reverse.
//
// A [Config] describes the network, [Config.Params] lists its parameters with
// PyTorch's names and shapes, and a [Model] holds their values in a GoMLX
// store and builds the graph. Inputs are (batch, y, x, channel) or
// (batch, z, y, x, channel); outputs are logits of the same spatial shape,
// one channel per class: apply a sigmoid for probabilities.
//
// Following GoMLX's convention, the functions that build graphs panic on a
// shape that does not fit; nothing else does.
//
// Source: O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional Networks
// for Biomedical Image Segmentation", MICCAI 2015, in the form that BiaPy 3.7.1
// gives it (instance norm, ELU, transposed convolutions, normalised and
// activated up-sampling); the sources of the others are at their names, such as
// [ArchResUNet].
package unet
