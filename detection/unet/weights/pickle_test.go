package weights

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/internal/fuzzkit"
)

// Programs that run code in Python's unpickler. Each is refused with the name
// of what it asks for, and leaves no trace.
func TestMaliciousPickles(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace")
	command := "touch " + trace
	tests := []struct {
		name  string
		build func(*pkl)
		want  string
	}{
		{"system by REDUCE", func(p *pkl) { p.global("posix", "system").str(command).raw("\x85R") }, "posix.system"},
		{"system by its other name", func(p *pkl) { p.global("os", "system").str(command).raw("\x85R") }, "os.system"},
		{"named but not called", func(p *pkl) { p.global("posix", "system") }, "posix.system"},
		{"by NEWOBJ", func(p *pkl) { p.global("subprocess", "Popen").str(command).raw("\x85\x81") }, "subprocess.Popen"},
		{"eval", func(p *pkl) { p.global("__builtin__", "eval").str("1").raw("\x85R") }, "__builtin__.eval"},
		{"attribute walk", func(p *pkl) { p.global("__builtin__", "getattr") }, "__builtin__.getattr"},
		{"dotted name below an allowed class", func(p *pkl) { p.global("collections", "OrderedDict.__init__") }, "collections.OrderedDict.__init__"},
		{"dots moved", func(p *pkl) { p.global("torch.nn.modules", "normalization.LayerNorm") }, "normalization.LayerNorm"},
		{"whole module", func(p *pkl) { p.global("torch.nn.modules.conv", "Conv2d").raw(")\x81") }, "torch.nn.modules.conv.Conv2d"},
		// Two that the interpreter resolves without asking findClass.
		{"array", func(p *pkl) { p.global("array", "_array_reconstructor") }, "array._array_reconstructor"},
		{"object", func(p *pkl) { p.global("copy_reg", "_reconstructor") }, "copy_reg._reconstructor"},
		{"by STACK_GLOBAL", func(p *pkl) { p.str("posix").str("system").raw("\x93").str(command).raw("\x85R") }, `'\u0093'`},
		{"by INST", func(p *pkl) { p.raw("(").str(command).raw("iposix\nsystem\n") }, "'i'"},
		{"by OBJ", func(p *pkl) { p.raw("o") }, "'o'"},
		{"by extension registry", func(p *pkl) { p.raw("\x82\x01") }, `'\u0082'`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := &pkl{}
			test.build(p)
			data := pth(t, p.program())
			_, err := parsePTH(data)
			wantError(t, err, test.want)
			if _, err := os.Stat(trace); !os.IsNotExist(err) {
				t.Fatalf("the command was run: %v", err)
			}
		})
	}
}

// The second gate, for a name that got past the first.
func TestFindClassRefuses(t *testing.T) {
	for _, name := range [][2]string{{"posix", "system"}, {"torch", "load"}, {"", ""}, {"functools", "reduce"}} {
		_, err := findClass(name[0], name[1])
		wantError(t, err, name[0]+"."+name[1])
	}
}

func TestDamagedPickles(t *testing.T) {
	tests := []struct {
		name    string
		program string
		want    string
	}{
		{"empty", "", "no end"},
		{"no STOP", "\x80\x02N", "no end"},
		{"no value", "\x80\x02.", "cannot be read"},
		{"after STOP", "\x80\x02N.N", "1 bytes after"},
		{"protocol 4", "\x80\x04N.", "protocol 4, want 2"},
		{"unknown instruction", "\x80\x02\xff.", "byte 2"},
		{"decimal integer", "I1\n.", "'I' at byte 0"},
		{"cut operand", "J\x01\x02", "cut"},
		{"cut count", "X\x01\x00", "cut"},
		{"text of 4 GB", "X\xff\xff\xff\xffab.", "4294967295 bytes where 3 are left"},
		{"cut integer", "\x8a\x08ab", "cut"},
		{"integer of no bytes", "\x8a\x00.", "no bytes"},
		{"cut class", "cposix\nsys", "cut"},
		{"pop of nothing", "0.", "cannot be read"},
		{"mark without end", "(.", "cannot be read"},
		{"end without mark", "t.", "cannot be read"},
		{"odd entries", "}(Nu.", "damaged"},
		{"entries into a number", "K\x01NNs.", "cannot be read"},
		{"items into nothing", "Na.", "cannot be read"},
		{"call of a number", "K\x01)R.", "cannot be read"},
		{"call without a tuple", "K\x01K\x01R.", "cannot be read"},
		{"state for a number", "K\x01}b.", "cannot be read"},
		{"too deep", strings.Repeat("(", 1001), "1000 levels"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := unpickle([]byte(test.program))
			wantError(t, err, test.want)
		})
	}
	_, err := unpickle(bytes.Repeat([]byte("N"), maxPickle+1))
	wantError(t, err, "16777217 bytes, want at most 16777216")
	if v, err := unpickle([]byte(strings.Repeat("(t0", 2000) + "N.")); v != nil || err != nil {
		t.Errorf("marks one after the other: %v, %v", v, err)
	}
}

// A small file that stands for 2^40 values, and one that contains itself.
func TestConfigurationIsBounded(t *testing.T) {
	wrap := func(cfg string) []byte {
		p := &pkl{}
		p.raw("}(").str("model").raw("}").str("w").vector("0", 1).raw("s").str("cfg").raw("}").str("k").raw(cfg + "su")
		return pth(t, p.program(), le([]float32{5}))
	}
	laughs := &pkl{}
	laughs.raw("]q\x00")
	for i := range 40 { // each list holds the one before twice
		laughs.raw("0](h" + string(rune(i)) + "h" + string(rune(i)) + "eq" + string(rune(i+1)))
	}
	_, err := parsePTH(wrap(laughs.String()))
	wantError(t, err, "cfg", "values")
	_, err = parsePTH(wrap("]q\x00h\x00a"))
	wantError(t, err, "cfg", "levels deep")
}

// Whatever the bytes, the interpreter ends, nothing panics, and a tensor that
// comes out lies within its storage.
func FuzzUnpickle(f *testing.F) {
	f.Add([]byte("\x80\x02}."))
	f.Add(bare(func(p *pkl) { p.tensor("FloatStorage", "0", 6, 0, []int{2, 3}, []int{3, 1}) }))
	alone := &pkl{}
	f.Add(alone.tensor("LongStorage", "0", 6, 1, []int{2, 2}, []int{1, 2}).program())
	f.Add([]byte("cyacs.config\nCfgNode\n)\x81(X\x01\x00\x00\x00aK\x01u}b."))
	f.Add([]byte("](h\x00h\x00eq\x01."))
	f.Fuzz(func(t *testing.T, program []byte) {
		fuzzkit.Bounded(t, program, 256<<20, func() {
			v, err := unpickle(program)
			if err != nil {
				return
			}
			var p plainer
			_, _ = p.value(v, 0)
			if ref, ok := v.(*tensorRef); ok && ref.values < 1<<16 && ref.storage.length < 1<<16 {
				ref.read(make([]byte, ref.storage.length*ref.storage.dtype.size()))
			}
		})
	})
}
