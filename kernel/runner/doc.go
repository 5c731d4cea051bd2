// Package runner executes notebooks without a browser and without Python, by
// the conventions of papermill: values for the cell tagged parameters go into
// a cell of their own behind it, the notebook with its outputs is written
// after every cell, and metadata.papermill records how the run went.
//
//	nb, err := notebook.ReadFile("in.ipynb")
//	spec, err := jupyter.FindSpec(nb.KernelName())
//	injection, err := runner.Inject(nb, parameters, spec.Language)
//	result, err := runner.Run(ctx, nb, spec, opts)
package runner
