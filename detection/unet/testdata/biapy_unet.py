"""Build BiaPy's network for each case of a JSON file and store weights, input and output.

Usage: biapy_unet.py CASES.json OUTDIR. For case i: OUTDIR/i.safetensors (weights, "input" and "output", channels
first, and where the case says so "gradient.NAME" of the sum of squared outputs by the parameter NAME); prints the number
of parameters of each.
"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")
import torch
from safetensors.torch import save_file

import biapy.models.blocks as blocks
from biapy.models.attention_unet import Attention_U_Net
from biapy.models.resunet import ResUNet
from biapy.models.resunet_se import ResUNet_SE
from biapy.models.seunet import SE_U_Net
from biapy.models.unet import U_Net

NETWORKS = {"": U_Net, "resunet": ResUNet, "seunet": SE_U_Net, "attention_unet": Attention_U_Net, "resunet_se": ResUNet_SE}


def with_groups(get_norm, groups):
    """BiaPy 3.7.1 cannot build group norm: it hands the channels over as the groups. This is what it means."""
    return lambda norm, channels, *rest: torch.nn.GroupNorm(groups, channels) if norm == "gn" else get_norm(norm, channels, *rest)


blocks.get_norm_2d = with_groups(blocks.get_norm_2d, 16)
blocks.get_norm_3d = with_groups(blocks.get_norm_3d, 8)
torch.set_num_threads(2)
for i, c in enumerate(json.load(open(sys.argv[1]))):
    torch.manual_seed(i)
    n = c["config"]
    net = NETWORKS[n.get("architecture", "")](
        image_shape=tuple(c["shape"]) + (n["in_channels"],), activation=n["activation"], feature_maps=n["feature_maps"],
        drop_values=n["dropout"], normalization=n["norm"], k_size=n["kernel_size"], upsample_layer=n["upsample"],
        yx_down=n["yx_down"], z_down=n["z_down"], output_channels=[n["out_channels"]],
        output_channel_info=["F"] * n["out_channels"], explicit_activations=False, isotropy=n["isotropy"],
        larger_io=n["larger_io"], conv_layers=n["conv_layers"], conv_block_order=n["block_order"],
    )
    with torch.no_grad():  # norms that do something, and biases that are not zero
        for p in net.parameters():
            p.add_(0.1 * torch.randn_like(p))
    x = torch.randn((2, n["in_channels"]) + tuple(c["shape"]))

    def logits():
        y = net(x.clone())  # some layers work in place
        y = y["pred"] if isinstance(y, dict) else y
        return y[0] if isinstance(y, (list, tuple)) else y

    out = {}
    if n["norm"] == "bn":  # two training passes so that running statistics are not those of the start
        net.train()
        logits()
        logits()
    net.eval()
    state = {k: v.clone().float() for k, v in net.state_dict().items()}
    with torch.no_grad():
        out["output"] = logits().contiguous()
    out["input"] = x
    if c["gradient"]:
        logits().square().sum().backward()
        out.update({"gradient." + k: p.grad.contiguous() for k, p in net.named_parameters()})
    out.update(state)
    save_file(out, f"{sys.argv[2]}/{i}.safetensors")
    print(sum(p.numel() for p in net.parameters()), flush=True)
