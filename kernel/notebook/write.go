package notebook

import (
	"io"
	"maps"
	"strings"

	"github.com/puncta-bio/puncta/internal/atomicfile"
)

// WriteFile writes the notebook to a file, which has all of it or what it had
// before. Errors name the file.
func (nb *Notebook) WriteFile(path string) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(nb.Bytes())
		return err
	})
}

// Bytes is the text of the notebook's file, as nbformat writes it: keys
// sorted, indented by one space a level, texts as lists of lines, characters
// that need no escape as they are, and a newline at the end.
//
// Source: nbformat 5, v4/nbjson.py and v4/rwbase.py.
func (nb *Notebook) Bytes() []byte {
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.object(nb.Minor)
	}
	top := with(nb.extra, Object{"nbformat": 4, "nbformat_minor": nb.Minor, "metadata": orEmpty(nb.Metadata), "cells": cells})
	return append(appendJSON(nil, top, 0), '\n')
}

func (c *Cell) object(minor int) Object {
	o := with(c.extra, Object{"cell_type": string(c.Type), "metadata": orEmpty(c.Metadata), "source": splitLines(c.Source)})
	if minor >= 5 {
		o["id"] = c.ID
	}
	if c.Attachments != nil {
		files := Object{}
		for name, a := range c.Attachments {
			files[name] = splitBundle(a)
		}
		o["attachments"] = files
	}
	if c.Type == Code {
		outputs := make([]any, len(c.Outputs))
		for i, out := range c.Outputs {
			outputs[i] = out.object()
		}
		o["outputs"], o["execution_count"] = outputs, orNull(c.Count)
	}
	return o
}

func (o *Output) object() Object {
	out := with(o.extra, Object{"output_type": string(o.Type)})
	switch o.Type {
	case Stream:
		out["name"], out["text"] = o.Name, splitLines(o.Text)
	case DisplayData, ExecuteResult:
		out["data"], out["metadata"] = splitBundle(orEmpty(o.Data)), orEmpty(o.Metadata)
		if o.Type == ExecuteResult {
			out["execution_count"] = orNull(o.Count)
		}
	case Error:
		lines := make([]any, len(o.Traceback))
		for i, l := range o.Traceback {
			lines[i] = l
		}
		out["ename"], out["evalue"], out["traceback"] = o.ErrorName, o.ErrorValue, lines
	}
	return out
}

// splitBundle is a MIME bundle with its texts as lists of lines.
func splitBundle(v any) any {
	bundle, ok := v.(Object)
	if !ok {
		return v
	}
	split := Object{}
	for mime, v := range bundle {
		if s, ok := v.(string); ok && (strings.HasPrefix(mime, "text/") || mime == "application/javascript" || mime == "image/svg+xml") {
			split[mime] = splitLines(s)
		} else {
			split[mime] = v
		}
	}
	return split
}

// with is a new object of both; known keys win.
func with(extra, known Object) Object {
	o := maps.Clone(extra)
	if o == nil {
		o = Object{}
	}
	maps.Copy(o, known)
	return o
}

func orEmpty(o Object) Object {
	if o == nil {
		return Object{}
	}
	return o
}

func orNull(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}
