//go:build peer

package weights

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/puncta-bio/puncta/internal/peer"
)

// torch.save and the safetensors package write the same tensors, of every
// type, contiguous and not; what is read from both is the same as PyTorch's
// own conversion to float32, and what is written is what the safetensors
// package writes.
func TestPyTorchAgrees(t *testing.T) {
	const script = `
import sys, torch
from collections import OrderedDict
from functools import partial
from safetensors.torch import save_file
from yacs.config import CfgNode
torch.manual_seed(1)
state = OrderedDict()
for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16,
              torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool):
    x = (torch.randn(4, 5, 6) * 50).abs().to(dtype)
    name = str(dtype)
    state[name] = x
    state[name + ".transposed"] = x.transpose(0, 2)
    state[name + ".part"] = x[1:3, ::2, 3:]
    state[name + ".expanded"] = x[0, 0, 0].expand(3, 2)
    state[name + ".scalar"] = x[2, 1, 3]
    state[name + ".empty"] = x[:0]
layer = torch.nn.Conv2d(2, 3, 3)
state["parameter"] = layer.weight
state["tied"] = layer.weight
state["special"] = torch.tensor([float("nan"), float("inf"), -0.0, 1e-45])
cfg = CfgNode({"A": {"B": [1, (2, 3.5)], "C": None}, "D": "text"})
torch.save({"model": state, "epoch": 3, "cfg": cfg, "model_build_kwargs": {
    "norm": partial(torch.nn.LayerNorm, eps=1e-6), "names": {"a"}, "size": torch.Size([1, 2]),
    "dtype": torch.float32, "device": torch.device("cpu")}}, sys.argv[1])
copies = {k: v.detach().contiguous().clone() for k, v in state.items()}
save_file(copies, sys.argv[2])
save_file({k: v.to(torch.float32) for k, v in copies.items()}, sys.argv[3])
`
	dir := t.TempDir()
	pthPath, mixed, floats := filepath.Join(dir, "a.pth"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
	peer.Run(t, peer.BiaPy, script, pthPath, mixed, floats)

	c, err := ReadPTH(pthPath)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(floats)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(writeBytes(t, c.Weights), want) {
		t.Error("the .pth, written as safetensors, differs from what the safetensors package writes")
	}
	set, err := Read(mixed)
	if err != nil {
		t.Fatal(err)
	}
	if Hash(set) != Hash(c.Weights) {
		t.Error("safetensors of mixed types differs from .pth")
	}
	wantConfig := map[string]any{"A": map[string]any{"B": []any{1, []any{2, 3.5}}, "C": nil}, "D": "text"}
	if c.Epoch != "3" || !reflect.DeepEqual(c.Config, wantConfig) {
		t.Errorf("epoch %q, configuration %v, want 3 and %v", c.Epoch, c.Config, wantConfig)
	}
	if got := c.BuildArgs["dtype"]; got != "torch.float32" {
		t.Errorf("arguments %v", c.BuildArgs)
	}
}

// A whole module names classes that are not on the list; files of the old
// format and of another protocol are refused by name.
func TestPyTorchFilesRefused(t *testing.T) {
	const script = `
import sys, os, torch
class Evil:
    def __reduce__(self):
        return os.system, ("touch " + sys.argv[1] + "/trace",)
d = sys.argv[1] + "/"
torch.save(torch.nn.Conv2d(1, 1, 1), d + "module")
torch.save({"model": {}, "x": Evil()}, d + "evil")
torch.save({"w": torch.zeros(1)}, d + "old", _use_new_zipfile_serialization=False)
torch.save({"w": torch.zeros(1)}, d + "protocol", pickle_protocol=4)
torch.jit.save(torch.jit.script(torch.nn.ReLU()), d + "script")
`
	dir := t.TempDir()
	peer.Run(t, peer.BiaPy, script, dir)
	for name, want := range map[string]string{
		"module":   "torch.nn.modules.conv.Conv2d",
		"evil":     "posix.system",
		"old":      "before 1.6",
		"protocol": "protocol 4, want 2",
		"script":   "TorchScript",
	} {
		_, err := Read(filepath.Join(dir, name))
		wantError(t, err, name, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "trace")); !os.IsNotExist(err) {
		t.Error("the command was run")
	}
}
