package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/puncta-bio/puncta/internal/filesys"
)

// ReadFile reads the notebook in a file. See [Read]; errors name the file.
func ReadFile(path string) (*Notebook, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, filesys.WithoutPath(err))
	}
	nb, err := Read(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return nb, nil
}

// Read reads a notebook of format 4, whatever the number after the dot, from
// the text of its file. Lists of lines become texts. What nbformat takes out
// goes here, too: the metadata orig_nbformat, orig_nbformat_minor and
// signature, and trusted of the cells. In the format 4.5 a cell without an id,
// or with that of an earlier one, gets one that depends on its place and text.
//
// Errors are about the first fault and name its line or its cell, counted from
// 1: no JSON, NaN included, which Python's JSON knows; another format than
// 4; a cell or an output that lacks what the format requires, or has it of
// another type.
func Read(text []byte) (*Notebook, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("not a notebook: the file is not UTF-8 text")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var top Object
	if err := d.Decode(&top); err != nil {
		return nil, jsonError(text, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("not a notebook: line %d: more text behind the JSON object", line(text, d.InputOffset()))
	}
	if top == nil {
		return nil, errors.New("not a notebook: the file holds null")
	}
	f := fields{object: top}
	major, minor := f.count("nbformat"), f.count("nbformat_minor")
	switch {
	case major == nil:
		return nil, errors.New("not a notebook: nbformat is missing or not a number")
	case *major != 4:
		return nil, fmt.Errorf("nbformat is %d: want 4; open the notebook in Jupyter and save it", *major)
	case minor == nil:
		return nil, errors.New("nbformat_minor is missing or not a number")
	case *minor < 0:
		return nil, fmt.Errorf("nbformat_minor is %d: want 0 or more", *minor)
	}
	nb := &Notebook{Minor: *minor, Metadata: f.mapping("metadata", true)}
	cells := f.list("cells")
	if f.err != nil {
		return nil, f.err
	}
	for _, key := range []string{"orig_nbformat", "orig_nbformat_minor", "signature"} {
		delete(nb.Metadata, key)
	}
	for i, value := range cells {
		c, err := readCell(value, nb.Minor)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
		nb.Cells = append(nb.Cells, c)
	}
	nb.extra = f.rest()
	nb.repairIDs()
	return nb, nil
}

// jsonError says on which line the JSON ends to be JSON.
func jsonError(text []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not a notebook: line %d: %w", line(text, syntax.Offset), err)
	case errors.As(err, &kind):
		return fmt.Errorf("not a notebook: want a JSON object, not %s", kind.Value)
	case errors.Is(err, io.EOF):
		return errors.New("not a notebook: the file is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("not a notebook: line %d: the file ends within the JSON object", line(text, int64(len(text))))
	}
	return fmt.Errorf("not a notebook: %w", err)
}

// line is the number of the line, from 1, that holds the byte before offset.
func line(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(max(offset-1, 0), int64(len(text)))], []byte("\n"))
}

func readCell(value any, minor int) (*Cell, error) {
	object, ok := value.(Object)
	if !ok {
		return nil, fmt.Errorf("is %s: want an object", kindOf(value))
	}
	f := fields{object: object}
	c := &Cell{Type: CellType(f.text("cell_type", true)), Metadata: f.mapping("metadata", true), Source: f.lines("source")}
	if _, there := object["attachments"]; there {
		c.Attachments = f.mapping("attachments", false)
		for _, a := range c.Attachments {
			joinBundle(a)
		}
	}
	if minor >= 5 {
		c.ID = f.text("id", false)
	}
	if c.Type == Code {
		c.Count = f.count("execution_count")
		for i, value := range f.list("outputs") {
			o, err := readOutput(value)
			if err != nil && f.err == nil {
				f.err = fmt.Errorf("output %d: %w", i+1, err)
			}
			c.Outputs = append(c.Outputs, o)
		}
	}
	delete(c.Metadata, "trusted")
	c.extra = f.rest()
	return c, f.err
}

func readOutput(value any) (*Output, error) {
	object, ok := value.(Object)
	if !ok {
		return nil, fmt.Errorf("is %s: want an object", kindOf(value))
	}
	f := fields{object: object}
	o := &Output{Type: OutputType(f.text("output_type", true))}
	switch o.Type {
	case Stream:
		o.Name, o.Text = f.text("name", true), f.lines("text")
	case DisplayData, ExecuteResult:
		o.Data, o.Metadata = f.mapping("data", true), f.mapping("metadata", true)
		joinBundle(o.Data)
		if o.Type == ExecuteResult {
			o.Count = f.count("execution_count")
		}
	case Error:
		o.ErrorName, o.ErrorValue = f.text("ename", true), f.text("evalue", true)
		for i, l := range f.list("traceback") {
			s, ok := l.(string)
			if !ok && f.err == nil {
				f.err = fmt.Errorf("line %d of traceback is %s: want text", i+1, kindOf(l))
			}
			o.Traceback = append(o.Traceback, s)
		}
	}
	o.extra = f.rest()
	return o, f.err
}

// joinBundle joins the lists of lines in a MIME bundle. JSON types keep their
// lists.
func joinBundle(value any) {
	bundle, _ := value.(Object)
	for mime, v := range bundle {
		if isJSON(mime) {
			continue
		}
		if s, ok := joined(v); ok {
			bundle[mime] = s
		}
	}
}

func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

// joined is the text of a list of lines.
func joined(v any) (string, bool) {
	list, ok := v.([]any)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for _, l := range list {
		s, ok := l.(string)
		if !ok {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}
