// Package workflow runs the detection job from files to files: it reads and
// checks the data, trains, predicts, detects, scores and writes the results
// tree.
//
// A [Job] is one run of a configuration; [Steps] lists what the configuration
// asks for as values, each with a name and a sentence, and [Run] does them in
// order:
//
//	check -> masks -> train -> tune -> predict -> detect -> score -> report
//
// The work of a step on plain files is a function of its own ([Pair],
// [PredictImages], [DetectMaps], [ScoreFolders]), which the command line and
// scripts use without a job.
//
// What the user got wrong is an error for which errors.Is(err, [ErrInput])
// holds; everything that can be checked is checked before the first folder is
// made.
package workflow
