// Package tfevents writes the event files that TensorBoard shows: scalars,
// one record each.
//
// A file is a list of records, and every record is a length, a checksum of the
// length, the bytes of an Event message and their checksum (TensorFlow's
// TFRecord framing: little-endian, CRC-32C, masked). [Open] goes on with a file
// that an earlier process left, whatever state it left it in.
//
// It is our own because no Go library for this is kept: the one that there is,
// tfsum of 2017, needs TensorFlow's C library.
package tfevents

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Fields of the messages Event, Summary and Summary.Value, by the numbers in
// TensorFlow's event.proto and summary.proto.
const (
	eventWallTime    = 1
	eventStep        = 2
	eventFileVersion = 3
	eventSummary     = 5
	summaryValue     = 1
	valueTag         = 1
	valueSimple      = 2
)

// fileVersion is in the first record of every event file.
const fileVersion = "brain.Event:2"

// Scalar is a named number; TensorBoard groups names by what precedes a slash,
// and keeps it as a float32.
type Scalar struct {
	Tag   string
	Value float64
}

// Writer appends to one event file. Its methods must not be called at the
// same time.
type Writer struct {
	file *os.File
	last int64
}

// Create begins a new file at path; one that is there is lost.
func Create(path string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, err
	}
	return begin(f)
}

// Open goes on with the file at path after the given step: later events are
// cut off, and so is a record that was not written to its end. Without a file,
// or with one that is none of this kind, a new one begins.
func Open(path string, step int64) (*Writer, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Create(path)
	}
	if err != nil {
		return nil, err
	}
	keep, last := prefix(content, step)
	if keep == 0 {
		return Create(path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(int64(keep)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := f.Seek(int64(keep), 0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Writer{file: f, last: last}, nil
}

func begin(f *os.File) (*Writer, error) {
	w := &Writer{file: f}
	version := protowire.AppendString(protowire.AppendTag(nil, eventFileVersion, protowire.BytesType), fileVersion)
	if _, err := f.Write(frame(nil, event(time.Now(), 0, version))); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return w, nil
}

// Last is the highest step in the file, 0 without any.
func (w *Writer) Last() int64 { return w.last }

// Write appends the scalars of one step, above 0, as one event, in one call
// of the operating system. Steps must ascend. A value that is not finite is
// left out, because a chart has no place for it.
func (w *Writer) Write(at time.Time, step int64, scalars ...Scalar) error {
	if step <= w.last {
		return fmt.Errorf("%s: step %d after step %d: want ascending steps", w.file.Name(), step, w.last)
	}
	var summary []byte
	for _, s := range scalars {
		if math.IsNaN(s.Value) || math.IsInf(s.Value, 0) {
			continue
		}
		value := protowire.AppendString(protowire.AppendTag(nil, valueTag, protowire.BytesType), s.Tag)
		value = protowire.AppendFixed32(protowire.AppendTag(value, valueSimple, protowire.Fixed32Type), math.Float32bits(float32(s.Value)))
		summary = protowire.AppendBytes(protowire.AppendTag(summary, summaryValue, protowire.BytesType), value)
	}
	what := protowire.AppendBytes(protowire.AppendTag(nil, eventSummary, protowire.BytesType), summary)
	if _, err := w.file.Write(frame(nil, event(at, step, what))); err != nil {
		return err
	}
	w.last = step
	return nil
}

// Close closes the file.
func (w *Writer) Close() error { return w.file.Close() }

// event is the message Event; what is its last field, encoded.
func event(at time.Time, step int64, what []byte) []byte {
	b := protowire.AppendTag(nil, eventWallTime, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, math.Float64bits(float64(at.UnixMicro())/1e6))
	b = protowire.AppendVarint(protowire.AppendTag(b, eventStep, protowire.VarintType), uint64(step))
	return append(b, what...)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is TensorFlow's checksum: turned and moved, because a plain one is weak
// over data that holds checksums itself.
func masked(data []byte) uint32 {
	sum := crc32.Checksum(data, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// frame appends a record.
func frame(dst, data []byte) []byte {
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	dst = append(dst, length...)
	dst = binary.LittleEndian.AppendUint32(dst, masked(length))
	dst = append(dst, data...)
	return binary.LittleEndian.AppendUint32(dst, masked(data))
}

const (
	lengthBytes = 8
	sumBytes    = 4
)

// unframe is the first record of a file and the length that it takes there;
// 0 when it is not all there or damaged.
func unframe(content []byte) (data []byte, size int) {
	const head = lengthBytes + sumBytes
	if len(content) < head+sumBytes {
		return nil, 0
	}
	length := binary.LittleEndian.Uint64(content)
	if masked(content[:lengthBytes]) != binary.LittleEndian.Uint32(content[lengthBytes:]) || length > uint64(len(content)-head-sumBytes) {
		return nil, 0
	}
	data = content[head:][:length]
	if masked(data) != binary.LittleEndian.Uint32(content[head+length:]) {
		return nil, 0
	}
	return data, head + int(length) + sumBytes
}

// prefix is how many bytes of a file to keep when it goes on after a step, and
// the last step in them. 0 bytes are kept of a file of another kind.
func prefix(content []byte, step int64) (keep int, last int64) {
	for {
		data, size := unframe(content[keep:])
		if size == 0 {
			return keep, last
		}
		number, version := read(data)
		if keep == 0 && version != fileVersion || number > step {
			return keep, last
		}
		keep, last = keep+size, max(last, number)
	}
}

// read is the step and the file version of an event.
func read(data []byte) (step int64, version string) {
	for len(data) > 0 {
		field, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return step, version
		}
		value := data[n:]
		size := protowire.ConsumeFieldValue(field, kind, value)
		if size < 0 {
			return step, version
		}
		switch {
		case field == eventStep && kind == protowire.VarintType:
			v, _ := protowire.ConsumeVarint(value)
			step = int64(v)
		case field == eventFileVersion && kind == protowire.BytesType:
			v, _ := protowire.ConsumeBytes(value)
			version = string(v)
		}
		data = value[size:]
	}
	return step, version
}
