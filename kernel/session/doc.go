// Package session is how notebook cells and Go scripts use the engine: the
// process that keeps devices open, networks compiled and results in memory.
//
//	s, err := session.Connect()
//	cells, err := s.Open(ctx, "cells.tif")
//	prob, err := s.Predict(ctx, cells, "nuclei2d")
//	points, err := detection.Detect(prob.Volume, detection.DefaultDetectOptions())
//
// In a cell of the kernel Go (Puncta), Connect finds the kernel's engine. Anywhere
// else it starts one that ends with the program, so that the same code is a
// script. A program that would rather hold everything itself imports package
// session/local.
//
// The package links neither cgo nor GoMLX nor an HTTP client, because the time
// to link a cell is the time to wait for it.
//
// Every method has a twin whose name begins with Must, for cells: it panics
// with the error, and GoNB shows which line it was.
package session
