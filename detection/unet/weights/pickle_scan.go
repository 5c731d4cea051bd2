package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	// maxPickle is the largest pickle that is run, in bytes. A checkpoint
	// needs about 150 bytes a tensor, so this is room for 100 000 tensors;
	// without a limit, one byte of pickle can ask for 300 bytes of memory.
	maxPickle = 16 << 20
	// maxMarks is how deeply unfinished lists, tuples and dictionaries may
	// nest. Real checkpoints stay below 20.
	maxMarks = 1000
)

// operand says what follows an opcode.
type operand int

const (
	nothing   operand = iota + 1
	bytes1            // a byte
	bytes2            // two bytes
	bytes4            // four bytes
	bytes8            // eight bytes
	counted1          // a length in one byte, and as many bytes
	counted4          // a length in four bytes, and as many bytes
	className         // two lines: module and name
)

// opcodes are the instructions that Python 3 writes for pickle protocol 2,
// which is what torch.save uses; PyTorch's own restricted loader knows about
// the same ones. LONG4, an integer of more than 255 bytes, is left out.
var opcodes = map[byte]operand{
	0x80: bytes1,                              // PROTO
	'.':  nothing,                             // STOP
	'(':  nothing, '0': nothing, '1': nothing, // MARK, POP, POP_MARK
	'2': nothing,             // DUP
	'q': bytes1, 'r': bytes4, // BINPUT, LONG_BINPUT
	'h': bytes1, 'j': bytes4, // BINGET, LONG_BINGET
	'N': nothing, 0x88: nothing, 0x89: nothing, // NONE, NEWTRUE, NEWFALSE
	'K': bytes1, 'M': bytes2, 'J': bytes4, // BININT1, BININT2, BININT
	0x8a: counted1, 'G': bytes8, // LONG1, BINFLOAT
	'X': counted4,                              // BINUNICODE
	')': nothing, 0x85: nothing, 0x86: nothing, // EMPTY_TUPLE, TUPLE1, TUPLE2
	0x87: nothing, 't': nothing, // TUPLE3, TUPLE
	']': nothing, 'a': nothing, 'e': nothing, // EMPTY_LIST, APPEND, APPENDS
	'}': nothing, 's': nothing, 'u': nothing, // EMPTY_DICT, SETITEM, SETITEMS
	'c': className,                            // GLOBAL
	'R': nothing, 0x81: nothing, 'b': nothing, // REDUCE, NEWOBJ, BUILD
	'Q': nothing, // BINPERSID
}

// scanPickle goes through a pickle without running it and refuses one that
// names a class off the list, uses another instruction, has a length that
// goes beyond its end, or nests too deeply. The interpreter allocates what a
// length says before it reads, and resolves some classes by itself, so
// nothing that fails here may reach it.
func scanPickle(p []byte) error {
	if len(p) > maxPickle {
		return fmt.Errorf("pickle of %d bytes, want at most %d", len(p), maxPickle)
	}
	marks := 0
	for at := 0; at < len(p); {
		op := p[at]
		kind, known := opcodes[op]
		if !known {
			return fmt.Errorf("pickle instruction %q at byte %d is not one that torch.save writes by default (protocol 2)", op, at)
		}
		length, err := operandLength(kind, p[at+1:])
		if err != nil {
			return fmt.Errorf("pickle instruction %q at byte %d: %w", op, at, err)
		}
		rest := p[at+1 : at+1+length]
		switch op {
		case 0x80:
			if rest[0] != 2 {
				return fmt.Errorf("pickle protocol %d, want 2, which torch.save writes unless told otherwise", rest[0])
			}
		case 'c':
			module, name, _ := bytes.Cut(rest[:length-1], []byte{'\n'})
			if _, err := findClass(string(module), string(name)); err != nil {
				return err
			}
		case '(':
			if marks++; marks > maxMarks {
				return fmt.Errorf("pickle nests more than %d levels deep", maxMarks)
			}
		case 't', 'e', 'u', '1':
			marks = max(0, marks-1)
		case '.':
			if at != len(p)-1 {
				return fmt.Errorf("%d bytes after the end of the pickle", len(p)-1-at)
			}
			return nil
		}
		at += 1 + length
	}
	return errors.New("the pickle is cut: it has no end")
}

// operandLength is the number of bytes after the opcode, all of them present.
func operandLength(kind operand, rest []byte) (int, error) {
	length := 0
	switch kind {
	case bytes1:
		length = 1
	case bytes2:
		length = 2
	case bytes4:
		length = 4
	case bytes8:
		length = 8
	case counted1:
		if len(rest) < 1 {
			return 0, errCut
		}
		if rest[0] == 0 {
			return 0, errors.New("an integer of no bytes")
		}
		length = 1 + int(rest[0])
	case counted4:
		if len(rest) < 4 {
			return 0, errCut
		}
		n := int64(binary.LittleEndian.Uint32(rest))
		if n > int64(len(rest)-4) {
			return 0, fmt.Errorf("text of %d bytes where %d are left", n, len(rest)-4)
		}
		length = 4 + int(n)
	case className:
		for range 2 {
			end := bytes.IndexByte(rest[length:], '\n')
			if end < 0 {
				return 0, errCut
			}
			length += end + 1
		}
	}
	if length > len(rest) {
		return 0, errCut
	}
	return length, nil
}

var errCut = errors.New("the pickle is cut")
