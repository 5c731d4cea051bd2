// Package weights holds the parameters of a network as named tensors, under
// the names and in the memory layout that PyTorch gives them, and moves them
// between files:
//
//	safetensors            [ReadSafetensorsFile], [WriteSafetensorsFile]
//	PyTorch's .pth         [ReadPTH] (read only)
//	whichever it is        [Read], [ReadCheckpoint]
//
// A [Tensor] is a shape and its values in C order (the last axis varies
// fastest), float32. The weight of a 2D convolution is (out, in, y, x), of a
// 3D convolution (out, in, z, y, x), of a transposed convolution
// (in, out, …). A [Set] is a collection of tensors, always walked in the
// order of their names, so that writing and hashing are deterministic. [Hash]
// identifies a set, whatever file it came from.
//
// # Number types
//
// Files may hold float16, bfloat16, float64, integers and booleans; all
// become float32 on reading, and only float32 is written. float16, bfloat16,
// 8-bit and 16-bit integers and booleans (0 and 1) convert exactly. float64 is
// rounded to the nearest float32, to infinity when it is out of range. An
// integer of 32 or 64 bits is exact up to 2^24 = 16777216 and rounded above:
// a counter such as num_batches_tracked keeps its value up to there.
//
// # Files that cannot be trusted
//
// Every size in a file is compared with the size of the file before memory is
// allocated for it. A .pth file is a Python pickle, a small program; it is run
// by an interpreter that knows only how to build values, after a check of
// every instruction and of every class name against a list. Nothing in the
// file is ever executed, and a file that asks for more is refused with the
// name of what it asked for.
//
// # Why a reader of our own
//
// The Go libraries for safetensors hand out raw bytes of a file held whole in
// memory, without the conversions above, and have no release of this year
// (nlpodyssey/safetensors is untagged, maruel/safetensors is of 2024 and brings
// a memory map), or return GoMLX tensors and leave holes and overlaps
// unchecked (gomlx/go-huggingface), which is more to carry than the format.
package weights
