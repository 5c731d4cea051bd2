// Package inference turns images into probability maps with a trained
// [unet.Model]: tiles with context, a few at a time on the device, blended
// where they meet ([Predictor]).
//
// It also defines the model file ([ModelFile]): a network with all that must
// be known to use it on a new image, in one safetensors file.
package inference
