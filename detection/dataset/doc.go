// Package dataset looks at sets of images and points before a training does,
// and fetches public sets.
//
//	report, err := dataset.Check(ctx, "nuclei", dataset.DefaultCheckOptions(), nil)
//	fmt.Print(report.Text())
//
// [Check] reads a set in the workflow's layout and reports what would stop a
// training (errors), what would spoil it (warnings) and what is worth knowing
// (notes), each with file, line and column where there is one. Images are
// read one at a time; of each only its statistics and a fingerprint of 4 kB
// stay in memory.
//
// [Get] downloads a set that a [Manifest] describes: every file with its size
// and its SHA-256 at one commit of a public repository, and the rule that
// turns the annotations into points. [Manifests] lists the built-in ones.
//
// # Layout
//
// A set is a folder with one or more of train, val and test, each with a
// folder x of images and a folder y of CSV files of points; or it is a folder
// with x and y itself, or one with images and CSV files side by side. An image
// and its CSV have the same name but for the extension.
package dataset
