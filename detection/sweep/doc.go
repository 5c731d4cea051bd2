// Package sweep is the plain part of parameter sweeps: what a file sweep.yaml
// asks for, which runs that makes, the journal by which a sweep goes on after it
// was stopped, and the table of what came out. It runs nothing.
//
//	s, err := sweep.Load("sweep.yaml")
//	for _, run := range s.Runs() {
//		settings := s.Settings(run) // TEST.DET_MIN_TH_TO_BE_PEAK=0.3, …
//	}
//
// # The file
//
//	config: nuclei.yaml          # or notebook: explore.ipynb; from the file's folder
//	set:                         # values for all runs, over those of the configuration
//	  DATA.TEST.PATH: data/val/x
//	parameters:
//	  TEST.DET_MIN_TH_TO_BE_PEAK: {from: 0.1, to: 0.9, step: 0.1}
//	  TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS: [4, 6, 8]
//	  TRAIN.LR: {from: 1e-4, to: 1e-2, count: 5, scale: log}
//	search: grid                 # every combination; or random, with runs and seed
//	objective: f1                # with goal: maximise or minimise
//	parallel: 1                  # trainings or notebooks at a time
//	points: False                # keep the points that each run found
//
// A parameter takes a list of values, each of which may be a list, or a range:
// from and to, ends included, with a step or a count of values; scale: log spaces
// them evenly by their logarithms, and whole: True rounds them. In a random search
// a range may do without step and count: then any number in it is drawn, evenly
// (or, with scale: log, evenly by the logarithm), and rounded to six digits.
//
// # Runs
//
// A grid is in the order of the parameters in the file, the last one fastest. A
// random search draws each parameter by itself, from the seed and its name, and
// leaves out what has been drawn before: the same file gives the same runs, and
// more runs begin with those of fewer.
package sweep
