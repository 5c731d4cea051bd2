// Package batch runs a notebook with the parameters of every run of a sweep,
// some at a time, and compares what the notebook reports.
//
//	asked, err := sweep.Load("sweep.yaml") // notebook: explore.ipynb
//	b, err := batch.New(asked, nil)
//	b.Dir, b.Parallel = "results/explore", 2
//	table, err := b.Run(ctx)
//
// Each run executes the notebook as [runner.Run] does, in a kernel of its own and
// in the notebook's folder, and keeps it with its outputs:
//
//	<dir>/
//	  notebooks/<run>.ipynb  the notebook of each run
//	  sweep.yaml, journal.jsonl, table.csv, table.md, sweep.html   as in sweeps of a configuration
//	  best.yaml              the parameters of the best run, for puncta notebook run -f
//
// What is compared are numbers that cells report by display.Result (package
// result). A run is known by the notebook's cells, its kernel and the parameters;
// what the cells read, such as files of images, is not looked at, so that Afresh is
// for other data.
package batch
