// Package config reads the YAML files of BiaPy's detection workflow into a
// typed [Config], so that a file written for BiaPy runs unchanged.
//
//	cfg, warnings, err := config.Load("nuclei.yaml", "TRAIN.EPOCHS=20")
//
// # Where a value comes from
//
// Defaults come first, then the file, then the KEY=VALUE settings of the
// command line. Every key is one row of one table: its type, default, range,
// meaning and status. Reading, [Config.Validate], [Config.YAML], [Explain] and
// [Keys] all go by that table.
//
// # Nothing is accepted and ignored
//
// A key is [Supported]; or [Later], known to BiaPy and not implemented yet; or
// [Refused], with the reason; or [NoEffect] by nature, such as a number of
// loader processes. Setting a key of the second or third kind to anything but
// the value that switches it off is a fault, unless another key switches it
// off (BRIGHTNESS_FACTOR while BRIGHTNESS is False). A key of the fourth kind
// gives a [Warning]. A key that is in no row is a fault that names the nearest
// one.
//
// # Faults
//
// All faults of a file are reported at once, in the order of its lines, as
// [Faults]:
//
//	nuclei.yaml:12: TRAIN.LR is "fast": want a number above 0
//	nuclei.yaml:14: unknown key TRAIN.EPOCH: did you mean TRAIN.EPOCHS?
//	nuclei.yaml (default): DATA.PATCH_SIZE has 3 values: want 4, as PROBLEM.NDIM is 3D
//
// # How values may be written
//
// More freely than BiaPy reads them. A whole number stands for a number, 3.0
// for a whole number, 1e-3 is a number (YAML 1.1 takes it for text). Python's
// "(256, 256, 1)", "(1,)" and "True" are read. One value may stand for a list
// of one, and a list of one for a value. Words ("ADAMW", "unet") may be in any
// case. Tabs that indent count as two spaces.
//
// A list with an entry per axis, level or class may hold a single entry, which
// then serves them all. A list per axis or level that holds nothing but the
// default may have any length, because BiaPy's own defaults are as long as its
// own five levels.
//
// # Older files
//
// Spellings of older BiaPy versions are read with their new meaning and give a
// [Warning] each, with three differences from BiaPy 3.7.1: lists per class
// (DET_MIN_TH_TO_BE_PEAK, DET_TOLERANCE, REMOVE_CLOSE_POINTS_RADIUS) are kept,
// where BiaPy keeps their first entry, a filter made from
// MINIMUM_FOREGROUND_PER is switched on, where BiaPy leaves it off, and the
// normalisation custom keeps the meaning it had in the detection workflow, the
// statistics of the training set, where BiaPy reads zero_mean_unit_variance.
// MODEL.N_CLASSES keeps the meaning it had in the detection workflow: k classes
// with one sigmoid channel each, background not counted.
//
// Keys below PUNCTA are our own; BiaPy does not know them.
package config
