package imageio

import (
	"encoding/binary"
	"math"
)

// tagValue is one tag to be written. ASCII text is kept one byte a value, a
// rational as numerator and denominator.
type tagValue struct {
	tag, typ uint16
	values   []uint64
}

func short(tag uint16, values ...uint64) tagValue { return tagValue{tag, typeShort, values} }
func long(tag uint16, values ...uint64) tagValue  { return tagValue{tag, typeLong, values} }

func rational(tag uint16, num, den uint32) tagValue {
	return tagValue{tag, typeRational, []uint64{uint64(num), uint64(den)}}
}

func ascii(tag uint16, text string) tagValue {
	values := make([]uint64, len(text)+1) // the last is the final zero
	for i := range len(text) {
		values[i] = uint64(text[i])
	}
	return tagValue{tag, typeASCII, values}
}

// width is the number of bytes of one of the values.
func (t tagValue) width() int {
	switch t.typ {
	case typeShort:
		return 2
	case typeLong, typeRational:
		return 4
	case typeLong8:
		return 8
	default:
		return 1
	}
}

// count is the number of elements as TIFF counts them.
func (t tagValue) count() int {
	if t.typ == typeRational {
		return len(t.values) / 2
	}
	return len(t.values)
}

// directoryWriter lays out directories, classic or BigTIFF.
type directoryWriter struct {
	bigEndian, big bool
}

// appender is the part of package binary's byte orders that is used.
type appender interface {
	AppendUint16([]byte, uint16) []byte
	AppendUint32([]byte, uint32) []byte
	AppendUint64([]byte, uint64) []byte
}

func (d directoryWriter) order() appender {
	if d.bigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// offsets makes a tag of numbers that may be as large as the file.
func (d directoryWriter) offsets(tag uint16, values ...uint64) tagValue {
	if d.big {
		return tagValue{tag, typeLong8, values}
	}
	return tagValue{tag, typeLong, values}
}

// header is the file's header; the first directory follows it.
func (d directoryWriter) header() []byte {
	head := []byte("II")
	if d.bigEndian {
		head = []byte("MM")
	}
	o := d.order()
	if d.big {
		head = o.AppendUint16(head, 43)
		head = o.AppendUint16(head, 8) // bytes of an offset
		head = o.AppendUint16(head, 0)
		return o.AppendUint64(head, 16)
	}
	head = o.AppendUint16(head, 42)
	return o.AppendUint32(head, 8)
}

// room is the number of bytes of a value that fit into its entry.
func (d directoryWriter) room() int {
	if d.big {
		return 8
	}
	return 4
}

// padding brings pos to where a directory or a value may start.
func (d directoryWriter) padding(pos int64) int64 { return -pos & int64(d.room()-1) }

// tableSize is the size of the directory without the values outside it.
func (d directoryWriter) tableSize(tags []tagValue) int64 {
	if d.big {
		return 8 + 20*int64(len(tags)) + 8
	}
	return 2 + 12*int64(len(tags)) + 4
}

// size is the size of the directory with its values, padded.
func (d directoryWriter) size(tags []tagValue) int64 {
	n := d.tableSize(tags)
	n += d.padding(n)
	for _, t := range tags {
		if bytes := t.width() * len(t.values); bytes > d.room() {
			n += int64(bytes)
			n += d.padding(n)
		}
	}
	return n
}

// encode returns the bytes of the directory at pos, a multiple of room, with
// its values behind it and next as the offset of the next directory.
func (d directoryWriter) encode(tags []tagValue, pos, next int64) []byte {
	o := d.order()
	table := make([]byte, 0, d.tableSize(tags))
	var values []byte
	at := d.tableSize(tags)
	valuesAt := at + d.padding(at)
	if d.big {
		table = o.AppendUint64(table, uint64(len(tags)))
	} else {
		table = o.AppendUint16(table, uint16(len(tags)))
	}
	for _, t := range tags {
		table = o.AppendUint16(table, t.tag)
		table = o.AppendUint16(table, t.typ)
		table = d.word(table, uint64(t.count()))
		raw := d.raw(t)
		if len(raw) <= d.room() {
			table = append(table, raw...)
			table = append(table, make([]byte, d.room()-len(raw))...)
			continue
		}
		table = d.word(table, uint64(pos+valuesAt+int64(len(values))))
		values = append(values, raw...)
		values = append(values, make([]byte, d.padding(int64(len(values))))...)
	}
	table = d.word(table, uint64(next))
	table = append(table, make([]byte, valuesAt-at)...)
	return append(table, values...)
}

// word appends a count or an offset.
func (d directoryWriter) word(dst []byte, v uint64) []byte {
	if d.big {
		return d.order().AppendUint64(dst, v)
	}
	return d.order().AppendUint32(dst, uint32(v))
}

// raw returns the bytes of a tag's values.
func (d directoryWriter) raw(t tagValue) []byte {
	o := d.order()
	var raw []byte
	for _, v := range t.values {
		switch t.width() {
		case 1:
			raw = append(raw, byte(v))
		case 2:
			raw = o.AppendUint16(raw, uint16(v))
		case 4:
			raw = o.AppendUint32(raw, uint32(v))
		default:
			raw = o.AppendUint64(raw, v)
		}
	}
	return raw
}

// ratio is a fraction of 32-bit numbers for v, 1e-9 to 1e9: over a power of ten
// if that is v as a float64, or else the last convergent of its continued
// fraction that fits. Out of range it is 0/0.
func ratio(v float64) (num, den uint32) {
	if !(v >= 1e-9 && v <= 1e9) {
		return 0, 0
	}
	for ten := 1.0; ten <= 1e9 && v*ten <= math.MaxUint32; ten *= 10 {
		if whole := math.Round(v * ten); whole/ten == v {
			return uint32(whole), uint32(ten)
		}
	}
	p0, q0, p1, q1 := 0.0, 1.0, 1.0, 0.0
	for rest := v; ; {
		whole := math.Floor(rest)
		p2, q2 := whole*p1+p0, whole*q1+q0
		if p2 > math.MaxUint32 || q2 > math.MaxUint32 {
			break
		}
		p0, q0, p1, q1 = p1, q1, p2, q2
		if rest == whole {
			break
		}
		rest = 1 / (rest - whole)
	}
	return uint32(p1), uint32(q1)
}
