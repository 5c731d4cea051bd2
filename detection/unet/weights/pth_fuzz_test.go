package weights

import (
	"bytes"
	"testing"

	"github.com/puncta-bio/puncta/internal/fuzzkit"
)

// Whatever the file, reading ends without a panic; what is read can be written
// as safetensors and comes back equal, and its configuration can be shown.
// An input is an archive or, since a checksum guards what is in one, the pickle
// of an archive with a storage of six numbers.
func FuzzReadPTH(f *testing.F) {
	storage := le([]float32{0, 1, 2, 3, 4, 5})
	vector := bare(func(p *pkl) { p.vector("0", 6) })
	full := &pkl{}
	full.raw("}(").str("model").raw(stateDict(func(p *pkl) { p.str("w").tensor("FloatStorage", "0", 6, 1, []int{2, 2}, []int{1, 2}) }).String())
	full.str("epoch").int(12).str("cfg").global("yacs.config", "CfgNode").raw(")\x81(").str("SIZE").ints(256, 1).raw("u}b").raw("u")
	f.Add(vector)
	f.Add(full.program())
	f.Add(pth(f, vector, storage))
	f.Add(lie(f, pth(f, vector, storage), "checkpoint/data/0", 1<<31))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzkit.Bounded(t, data, 3*minBudget, func() { checkPTH(t, data, storage) })
	})
}

func checkPTH(t *testing.T, data, storage []byte) {
	if !bytes.HasPrefix(data, []byte("PK")) {
		data = pth(t, data, storage)
	}
	c, err := parsePTH(data)
	if err != nil {
		return
	}
	_, _ = c.ConfigYAML() // its error is no fault: YAML lacks some texts
	for _, name := range c.Weights.Names() {
		if w, _ := c.Weights.Get(name); len(w.Data) > 1<<16 {
			return // it may be up to 64 MiB, and writing that finds nothing new
		}
	}
	again, err := parseSafetensors(writeBytes(t, c.Weights))
	if err != nil || Hash(again) != Hash(c.Weights) {
		t.Fatalf("%q as safetensors: %v", c.Weights.Names(), err)
	}
}
