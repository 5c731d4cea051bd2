// Package notebook reads and writes Jupyter notebooks of the formats 4.0 to
// 4.5, and folds what a kernel sends into the outputs of cells.
//
// Reading keeps everything that it does not know, and writing lays a notebook
// out as Jupyter does, so that a notebook that has not changed stays the same
// byte by byte: the layout is that of nbformat, with which JupyterLab's server
// and nbconvert write.
package notebook
