package weights

import (
	"archive/zip"
	"bytes"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"testing"
)

// stateDict is the pickle of an OrderedDict, filled by fill with names and
// tensors, and with the attribute _metadata that PyTorch gives it.
func stateDict(fill func(*pkl)) *pkl {
	p := &pkl{}
	p.global("collections", "OrderedDict").raw(")R(")
	fill(p)
	p.raw("u}").str("_metadata").raw("}sb")
	return p
}

// bare is a checkpoint of one tensor "w".
func bare(fill func(*pkl)) []byte {
	return stateDict(func(p *pkl) { fill(p.str("w")) }).program()
}

func TestReadPTHTensors(t *testing.T) {
	ramp := le([]float32{0, 1, 2, 3, 4, 5})
	view := func(offset int, shape, stride []int) []byte {
		return bare(func(p *pkl) { p.tensor("FloatStorage", "0", 6, offset, shape, stride) })
	}
	typed := func(storage string, n int) []byte {
		return bare(func(p *pkl) { p.tensor(storage, "0", n, 0, []int{n}, []int{1}) })
	}
	tests := []struct {
		name    string
		program []byte
		storage []byte
		shape   []int
		want    []float32
	}{
		{"contiguous", view(0, []int{2, 3}, []int{3, 1}), ramp, []int{2, 3}, []float32{0, 1, 2, 3, 4, 5}},
		{"offset", view(2, []int{2, 2}, []int{2, 1}), ramp, []int{2, 2}, []float32{2, 3, 4, 5}},
		{"transposed", view(0, []int{3, 2}, []int{1, 3}), ramp, []int{3, 2}, []float32{0, 3, 1, 4, 2, 5}},
		{"every other, from the second", view(1, []int{3}, []int{2}), ramp, []int{3}, []float32{1, 3, 5}},
		{"columns of rows", view(1, []int{2, 1, 2}, []int{3, 17, 1}), ramp, []int{2, 1, 2}, []float32{1, 2, 4, 5}},
		{"expanded", view(5, []int{2, 2}, []int{0, 0}), ramp, []int{2, 2}, []float32{5, 5, 5, 5}},
		{"overlapping", view(0, []int{2, 3}, []int{1, 1}), ramp, []int{2, 3}, []float32{0, 1, 2, 1, 2, 3}},
		{"scalar", view(4, nil, nil), ramp, nil, []float32{4}},
		{"empty", view(6, []int{0, 3}, []int{3, 1}), ramp, []int{0, 3}, nil},
		{"half", typed("HalfStorage", 2), le([]uint16{0x3c00, 0xc000}), []int{2}, []float32{1, -2}},
		{"bfloat16", typed("BFloat16Storage", 2), le([]uint16{0x3f80, 0xc000}), []int{2}, []float32{1, -2}},
		{"double", typed("DoubleStorage", 2), le([]float64{0.1, -2}), []int{2}, []float32{0.1, -2}},
		{"int64", typed("LongStorage", 2), le([]int64{296, -1}), []int{2}, []float32{296, -1}},
		{"int32", typed("IntStorage", 1), le([]int32{-7}), []int{1}, []float32{-7}},
		{"int16", typed("ShortStorage", 1), le([]int16{-7}), []int{1}, []float32{-7}},
		{"int8", typed("CharStorage", 1), []byte{0xf9}, []int{1}, []float32{-7}},
		{"uint8", typed("ByteStorage", 1), []byte{0xf9}, []int{1}, []float32{249}},
		{"bool", typed("BoolStorage", 2), []byte{1, 0}, []int{2}, []float32{1, 0}},
		{"parameter", bare(func(p *pkl) {
			p.global("torch._utils", "_rebuild_parameter").raw("(").vector("0", 6)
			p.raw("\x88").global("collections", "OrderedDict").raw(")RtR")
		}), ramp, []int{6}, []float32{0, 1, 2, 3, 4, 5}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := parsePTH(pth(t, test.program, test.storage))
			if err != nil {
				t.Fatal(err)
			}
			wantTensor(t, c.Weights, "w", test.shape, test.want...)
			if len(c.Other) != 0 {
				t.Errorf("unread entries %q, want none", c.Other)
			}
		})
	}
}

func TestReadPTHSharedStorage(t *testing.T) {
	program := stateDict(func(p *pkl) {
		p.str("b").tensor("FloatStorage", "0", 4, 2, []int{2}, []int{1})
		p.str("a").tensor("FloatStorage", "0", 4, 0, []int{4}, []int{1})
		p.str("c").vector("1", 1)
	}).program()
	c, err := parsePTH(pth(t, program, le([]float32{1, 2, 3, 4}), le([]float32{5})))
	if err != nil {
		t.Fatal(err)
	}
	wantTensor(t, c.Weights, "a", []int{4}, 1, 2, 3, 4)
	wantTensor(t, c.Weights, "b", []int{2}, 3, 4)
	wantTensor(t, c.Weights, "c", []int{1}, 5)
	a, _ := c.Weights.Get("a")
	a.Data[2] = 9 // tensors of one storage do not share memory here
	wantTensor(t, c.Weights, "b", []int{2}, 3, 4)
}

func TestReadPTHCheckpoint(t *testing.T) {
	p := &pkl{}
	p.raw("}(").str("model")
	p.raw(stateDict(func(p *pkl) { p.str("w").vector("0", 1) }).String())
	p.str("optimizer").raw("]").raw("}").str("step").vector("1", 1).raw("sa")
	p.str("epoch").int(12)
	p.str("biapy_version").str("3.7.1")
	p.str("model_build_kwargs").raw("}(").str("norm").
		// partial(LayerNorm, eps=1e-6) as pickle protocol 2 writes it
		global("functools", "partial").global("torch.nn.modules.normalization", "LayerNorm").raw("\x85R(").
		global("torch.nn.modules.normalization", "LayerNorm").raw(")}").str("eps").raw("G\x3e\xb0\xc6\xf7\xa0\xb5\xed\x8ds}tb").
		str("device").global("torch", "device").str("cpu").raw("\x85R").raw("u")
	// A CfgNode: NEWOBJ, entries, then its own attributes as state.
	p.str("cfg").global("yacs.config", "CfgNode").raw(")\x81(").
		str("SIZE").ints(256, 1).
		str("LIST").raw("](N\x88\x89\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00e").
		str("SET").global("__builtin__", "set").raw("](").str("a").raw("e\x85R").
		str("COUNT").raw("}(").int(3).str("three").raw("\x88K\x01NK\x02G\x3f\xe0\x00\x00\x00\x00\x00\x00K\x04u").
		str("SHAPE").global("torch", "Size").ints(2, 3).raw("\x85R").
		str("DEFAULT").global("collections", "defaultdict").global("__builtin__", "dict").raw("\x85R").str("k").raw("K\x05s").
		str("TENSOR").vector("1", 1).
		raw("u}").str("__immutable__").raw("\x88sb")
	p.raw("u")
	c, err := parsePTH(pth(t, p.program(), le([]float32{5}), le([]float32{296})))
	if err != nil {
		t.Fatal(err)
	}
	wantTensor(t, c.Weights, "w", []int{1}, 5)
	if c.Weights.Len() != 1 || c.Epoch != "12" || c.Version != "3.7.1" || !slices.Equal(c.Other, []string{"optimizer"}) {
		t.Errorf("%d tensors, epoch %q, version %q, unread %q", c.Weights.Len(), c.Epoch, c.Version, c.Other)
	}
	wantConfig := map[string]any{
		"SIZE":    []any{256, 1},
		"LIST":    []any{nil, true, false, "9223372036854775808"}, // 2^63
		"SET":     []any{"a"},
		"COUNT":   map[string]any{"3": "three", "true": 1, "None": 2, "0.5": 4},
		"SHAPE":   []any{2, 3},
		"DEFAULT": map[string]any{"k": 5},
		"TENSOR":  "tensor of shape [1]",
	}
	if !reflect.DeepEqual(c.Config, wantConfig) {
		t.Errorf("configuration %#v, want %#v", c.Config, wantConfig)
	}
	layer := "torch.nn.modules.normalization.LayerNorm"
	wantArgs := map[string]any{
		"norm": map[string]any{"class": "functools.partial", "args": []any{layer},
			"state": []any{layer, []any{}, map[string]any{"eps": 1e-6}, map[string]any{}}},
		"device": map[string]any{"class": "torch.device", "args": []any{"cpu"}},
	}
	if !reflect.DeepEqual(c.BuildArgs, wantArgs) {
		t.Errorf("arguments %#v, want %#v", c.BuildArgs, wantArgs)
	}
	text, err := c.ConfigYAML()
	want := "COUNT:\n  \"0.5\": 4\n  \"3\": three\n  None: 2\n  \"true\": 1\nDEFAULT:\n  k: 5\nLIST:\n  - null\n  - true\n  - false\n  - \"9223372036854775808\"\nSET:\n  - a\n" +
		"SHAPE:\n  - 2\n  - 3\nSIZE:\n  - 256\n  - 1\nTENSOR: tensor of shape [1]\n"
	if err != nil || string(text) != want {
		t.Errorf("YAML %v\n%s", err, text)
	}
	if text, err := (&Checkpoint{}).ConfigYAML(); text != nil || err != nil {
		t.Errorf("YAML of no configuration: %q, %v", text, err)
	}
}

func TestReadPTHFindsTheWeights(t *testing.T) {
	for _, key := range []string{"model", "model_state_dict", "state_dict"} {
		p := &pkl{}
		p.raw("}(").str("x").int(1).str(key).raw("}").str("w").vector("0", 1).raw("su")
		c, err := parsePTH(pth(t, p.program(), le([]float32{5})))
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		wantTensor(t, c.Weights, "w", []int{1}, 5)
		if !slices.Equal(c.Other, []string{"x"}) {
			t.Errorf("%s: unread %q, want x", key, c.Other)
		}
	}
}

// What Python does with a key set twice: the last value counts.
func TestReadPTHKeyTwice(t *testing.T) {
	p := &pkl{}
	p.raw("}(").str("w").vector("0", 1).str("w").vector("1", 1).raw("u")
	c, err := parsePTH(pth(t, p.program(), le([]float32{5}), le([]float32{6})))
	if err != nil {
		t.Fatal(err)
	}
	wantTensor(t, c.Weights, "w", []int{1}, 6)
}

func TestReadPTHRefuses(t *testing.T) {
	five := le([]float32{5})
	good := bare(func(p *pkl) { p.vector("0", 1) })
	file := func(fill func(*pkl)) []byte { return pth(t, bare(fill), five) }
	view := func(length, offset int, shape, stride []int) []byte {
		return file(func(p *pkl) { p.tensor("FloatStorage", "0", length, offset, shape, stride) })
	}
	top := func(build func(*pkl)) []byte {
		p := &pkl{}
		build(p)
		return pth(t, p.program(), five)
	}
	entries := []zipEntry{{"a/data.pkl", good}, {"a/data/0", five}}
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty file", nil, "zip"},
		{"cut archive", pth(t, good, five)[:100], "zip"},
		{"before 1.6", []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."), "before 1.6"},
		{"TorchScript", archiveOf(t, zip.Store, append(entries, zipEntry{"a/constants.pkl", nil})...), "TorchScript"},
		{"compressed", archiveOf(t, zip.Deflate, entries...), "compressed"},
		{"no pickle", archiveOf(t, zip.Store, entries[1:]...), "no data.pkl"},
		{"no folder", archiveOf(t, zip.Store, zipEntry{"data.pkl", good}), "one folder"},
		{"two folders", archiveOf(t, zip.Store, append(entries, zipEntry{"b/x", nil})...), "one folder"},
		{"entry twice", archiveOf(t, zip.Store, append(entries, entries[1])...), "twice"},
		{"big-endian", archiveOf(t, zip.Store, append(entries, zipEntry{"a/byteorder", []byte("big")})...), `"big"`},
		{"checksum", bytes.Replace(pth(t, good, five), five, le([]float32{6}), 1), "checksum"},
		{"storage missing", pth(t, good), "no data/0"},
		{"storage short", pth(t, good, five[:3]), "holds 3 bytes, want 1 values of 4"},
		{"storage longer by a byte", pth(t, good, append(five, 0)), "holds 5 bytes"},
		{"storage said to have a gigabyte", lie(t, pth(t, good, five), "checkpoint/data/0", 1<<30), "1073741824 bytes in a file of"},
		{"large pickle", pth(t, make([]byte, maxPickle+1)), "want at most"},
		{"storage long", pth(t, good, append(five, five...)), "holds 8 bytes"},

		{"not a dictionary", top(func(p *pkl) { p.raw("]") }), "want a dictionary"},
		{"no weights", top(func(p *pkl) { p.raw("}").str("epoch").int(1).raw("s") }), "the file has epoch"},
		{"empty dictionary", top(func(p *pkl) { p.raw("}") }), "no entries"},
		{"empty state dictionary", top(func(p *pkl) { p.raw("}").str("model").raw("}s") }), `"model": no tensors`},
		{"weight not a tensor", top(func(p *pkl) { p.raw("}").str("model").raw("}").str("w").int(1).raw("ss") }), `"w" is not a tensor`},
		{"weight not named by text", top(func(p *pkl) { p.raw("}").str("model").raw("}").int(7).vector("0", 1).raw("ss") }), "named 7"},

		{"beyond the storage", view(1, 0, []int{2}, []int{1}), "does not fit"},
		{"offset beyond the storage", view(1, 1, []int{1}, []int{1}), "does not fit"},
		{"offset beyond the storage, empty", view(1, 2, []int{0}, []int{1}), "does not fit"},
		{"offset beyond the storage, scalar", view(1, 1, nil, nil), "does not fit"},
		{"negative offset", view(1, -1, []int{1}, []int{1}), "does not fit"},
		{"negative offset made up for by a stride", view(4, -1, []int{2}, []int{2}), "does not fit"},
		{"negative stride", view(1, 0, []int{2}, []int{-1}), "does not fit"},
		{"stride times length beyond 64 bits", view(1, 0, []int{3}, []int{math.MaxInt}), "does not fit"},
		{"stride times length of 2^64", view(1, 0, []int{5}, []int{1 << 62}), "does not fit"},
		{"strides that add up beyond 64 bits", view(math.MaxInt, 0, []int{2, 2, 2, 2, 2}, slices.Repeat([]int{1 << 62}, 5)), "does not fit"},
		{"length beyond the file", view(1<<40, 0, []int{1}, []int{1}), "memory"},
		{"expanded to a terabyte", view(1, 0, []int{1 << 38}, []int{0}), "memory"},
		{"expanded beyond 64 bits", view(1, 0, []int{1 << 40, 1 << 40}, []int{0, 0}), "more values"},
		{"negative axis", view(1, 0, []int{-1}, []int{1}), "negative axis"},
		{"negative storage", view(-1, 0, []int{0}, []int{1}), "length -1"},
		{"stride for another shape", view(1, 0, []int{1}, []int{1, 1}), "size and stride"},
		{"tensor of no storage", file(func(p *pkl) { p.global("torch._utils", "_rebuild_tensor_v2").raw("(NNNNNNtR") }), "without storage"},
		{"tensor with one argument", file(func(p *pkl) { p.global("torch._utils", "_rebuild_tensor_v2").raw("N\x85R") }), "1 arguments"},
		{"parameter of no tensor", file(func(p *pkl) { p.global("torch._utils", "_rebuild_parameter").raw("NNN\x87R") }), "not a tensor"},
		{"parameter with one argument", file(func(p *pkl) { p.global("torch._utils", "_rebuild_parameter").raw("N\x85R") }), "1 arguments"},
		{"persistent id of another kind", file(func(p *pkl) {
			p.raw("(").str("module").global("torch", "FloatStorage").str("0").str("cpu").int(1).raw("tQ")
		}), "not a storage"},
		{"storage without a type", file(func(p *pkl) { p.raw("(").str("storage").raw("NNNNtQ") }), "number type"},
		{"storage without a name", file(func(p *pkl) { p.raw("(").str("storage").global("torch", "FloatStorage").raw("NNNtQ") }), "want a name"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := parsePTH(test.file)
			runtime.ReadMemStats(&after)
			wantError(t, err, test.want)
			if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
				t.Errorf("%d bytes allocated for a file of %d", used, len(test.file))
			}
		})
	}
}

// One storage under many names: each name costs its own memory.
func TestReadPTHMemoryIsBounded(t *testing.T) {
	const n = 1 << 18 // 1 MiB, 64 times in 64 MiB, the floor of the budget
	build := func(names int) []byte {
		return pth(t, stateDict(func(p *pkl) {
			for i := range names {
				p.str("w"+string(rune('0'+i))).vector("0", n)
			}
		}).program(), make([]byte, 4*n))
	}
	if _, err := parsePTH(build(63)); err != nil { // and once for the storage
		t.Errorf("63 names: %v", err)
	}
	_, err := parsePTH(build(64))
	wantError(t, err, "16 times the memory")
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	s := setOf(t, map[string]Tensor{"w": {[]int{1}, []float32{5}}})
	s.Metadata = map[string]string{"k": "v"}
	// Names that say the opposite of the content.
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, path := range []string{
		write("x.pth", writeBytes(t, s)),
		write("x.safetensors", pth(t, bare(func(p *pkl) { p.vector("0", 1) }), le([]float32{5}))),
	} {
		got, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if Hash(got) != Hash(s) {
			t.Errorf("%s: %q", path, got.Names())
		}
	}
	if c, err := ReadCheckpoint(filepath.Join(dir, "x.pth")); err != nil || c.Weights.Metadata["k"] != "v" {
		t.Errorf("metadata of safetensors is lost: %v", err)
	}
	_, err := ReadPTH(filepath.Join(dir, "x.pth"))
	wantError(t, err, "x.pth", "zip")
	for name, want := range map[string]string{"empty": "neither", "text": "neither", "hdf5": "neither", "legacy": "before 1.6", "cut": "safetensors header"} {
		data := map[string]string{"text": "hello, world", "hdf5": "\x89HDF\r\n\x1a\n\x00\x00", "legacy": "\x80\x02\x8a\x0al\xfc\x9cF", "cut": "\x10\x00\x00\x00\x00\x00\x00\x00{"}
		path := write(name, []byte(data[name]))
		_, err := Read(path)
		wantError(t, err, path, want)
	}
	if _, err := Read(filepath.Join(dir, "missing")); !os.IsNotExist(err) {
		t.Errorf("missing file: %v", err)
	}
}
