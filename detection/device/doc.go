// Package device finds, installs and opens the plug-in through which GoMLX
// computes: XLA, as a shared library that speaks PJRT, for the CPU or for CUDA.
//
//	rt, err := device.Open(ctx, device.DefaultOptions())
//	if err != nil { … }
//	defer rt.Close()
//	store, exec := … rt.Backend …   // an ordinary GoMLX backend
//
// The first Open on a new machine downloads the plug-in (63 MB, 202 MB on the
// disk); later ones take a tenth of a second. Nothing is printed:
// [Options.Progress] and [Options.Note] tell the caller what happens.
//
// # Where a CPU plug-in comes from
//
// [Find] takes the first of
//
//  1. the file that the environment variable PUNCTA_PJRT_PLUGIN names; when it
//     is set and unusable that is an error, never a reason to look further;
//  2. the pinned plug-in in the cache folder, <user cache>/puncta/pjrt;
//  3. on linux/amd64 with glibc, the same, installed now from its Python wheel,
//     whose SHA-256 is written in this package;
//  4. a plug-in that is there already: in the folders of
//     PJRT_PLUGIN_LIBRARY_PATH, in go-xla's own, in Python's site-packages;
//  5. the plug-in of go-xla's release, installed now (no hash is published for
//     it). This is the way on other platforms.
//
// The pinned plug-in comes before one that happens to be there, because it is
// checked by hash and because the same plug-in gives everybody the same numbers.
//
// # Where a CUDA plug-in comes from
//
// PUNCTA_PJRT_PLUGIN; the jax-cuda13-pjrt or jax-cuda12-pjrt package of the
// Python in VIRTUAL_ENV or of the python3 on PATH; the cache folder; go-xla's
// folders; and, only when the platform "cuda" is asked for by name, the same
// packages' wheels with the NVIDIA libraries that they need, about 3 GB. Nothing
// is installed without an NVIDIA driver. CUDA 13 needs driver 580, CUDA 12
// driver 525.
//
// The platform "auto" means CUDA when a driver and a plug-in are both there, and
// the CPU otherwise. It never downloads CUDA.
//
// # Downloads
//
// A download goes to a .part file under a file lock, is resumed after a broken
// connection or a restart, is checked against its SHA-256 and renamed into place
// when complete: a killed process leaves nothing that looks installed. A second
// process waits for the first. Cancelling the context stops either.
//
// # Devices
//
// The CPU plug-in always shows four devices, whatever the number of cores. They
// share the cores: use one, except to test code for several devices. A device
// is named by its number from 0, as in [Options.Devices] and [Device].
//
// # XLA_FLAGS
//
// For the pinned CPU plug-in, and only when the user has not set XLA_FLAGS,
// YNNPACK fusions are switched off while the plug-in reads its flags: a
// training step of a U-Net takes a fifth less. Another plug-in might not know
// the flag, and XLA ends the process over an unknown flag. For CUDA the folder
// of ptxas and libdevice is added when it is found beside the plug-in. The
// environment is put back afterwards, so that child processes do not inherit it.
package device
