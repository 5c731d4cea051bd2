//go:build peer

package workflow

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/peer"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// A checkpoint that BiaPy writes says itself which network it is for: it is
// opened without a configuration and gives BiaPy's logits.
func TestPeerCheckpointOfResidualNetwork(t *testing.T) {
	const script = `
import sys
import torch
import biapy
from biapy.config.config import Config
from biapy.models import build_model
from biapy.utils.misc import save_model
from safetensors.torch import save_file
torch.manual_seed(1)
cfg = Config(sys.argv[1], "job")._C
cfg.merge_from_list([
    "PROBLEM.TYPE", "DETECTION", "PROBLEM.NDIM", "2D", "DATA.PATCH_SIZE", (64, 64, 1), "MODEL.ARCHITECTURE", "resunet",
    "MODEL.FEATURE_MAPS", [16, 32, 48], "MODEL.DROPOUT_VALUES", [0.0, 0.0, 0.0], "MODEL.CONV_LAYERS", [2, 2, 2],
    "MODEL.YX_DOWN", [2, 2], "MODEL.Z_DOWN", [2, 2], "MODEL.ISOTROPY", [True, True, True]])
built = build_model(cfg, [1], ["F"], ["ce_sigmoid"], torch.device("cpu"))
net = built[0]
path = save_model(sys.argv[1], cfg, biapy.__version__, "job", "best", net, [torch.optim.AdamW(net.parameters())],
                  {"feature_maps": [16, 32, 48]})
path.rename(sys.argv[1] + "/checkpoint.pth")
x = torch.randn(1, 1, 64, 64)
net.eval()
with torch.no_grad():
    y = net(x)
save_file({"input": x, "output": (y["pred"] if isinstance(y, dict) else y).contiguous()}, sys.argv[1] + "/maps")
`
	dir := t.TempDir()
	peer.Run(t, peer.BiaPy, script, dir)
	f, err := OpenModel(filepath.Join(dir, "checkpoint.pth"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c := f.Settings.Network; c.Architecture != unet.ArchResUNet || !slices.Equal(c.FeatureMaps, []int{16, 32, 48}) {
		t.Errorf("network %+v", c)
	}
	maps, err := weights.Read(filepath.Join(dir, "maps"))
	if err != nil {
		t.Fatal(err)
	}
	x, _ := maps.Get("input")
	want, _ := maps.Get("output")
	m, err := f.Model()
	if err != nil {
		t.Fatal(err)
	}
	exec, err := model.NewExec(testkit.Backend(t), m.Store(), m.Logits)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(x.Data, 1, 64, 64, 1)) // one channel: the same order
	if err != nil {
		t.Fatal(err)
	}
	got := tensors.MustCopyFlatData[float32](out[0])
	worst := 0.0
	for i, v := range want.Data {
		worst = max(worst, math.Abs(float64(v-got[i])))
	}
	t.Logf("largest difference %.2g", worst)
	if !(worst <= 2e-5) {
		t.Errorf("logits differ by %g", worst)
	}
}
