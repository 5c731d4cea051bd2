"""Reads each *.tif and *.npy of the folder argv[1] with tifffile and numpy,
compares it with the *.raw beside it (float32 in the order and shape that *.json
tells), and prints what it saw as a JSON list."""

import glob
import json
import os
import sys

import numpy as np
import tifffile

seen = []
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.tif")) + glob.glob(os.path.join(sys.argv[1], "*.npy"))):
    with open(path + ".json") as f:
        want = json.load(f)
    values = np.fromfile(path + ".raw", "<f4").reshape(want["shape"])
    facts = {"file": os.path.basename(path)}
    if path.endswith(".npy"):
        data = np.load(path)
        facts["equal"] = data.dtype == np.float32 and np.array_equal(data.reshape(want["shape"]), values)
    else:
        with tifffile.TiffFile(path) as t:
            page, series = t.pages[0], t.series[0]
            data = series.asarray()
            ij = t.imagej_metadata or {}
            res = [page.tags[k].value for k in ("XResolution", "YResolution")]
            facts |= {
                "axes": series.axes,
                "imagej": t.is_imagej,
                "unit": ij.get("unit", ""),
                "spacing": [ij.get("spacing", 0)] + [d / n for n, d in reversed(res)],
                "kind": str(series.dtype),
                "order": t.byteorder,
                "big": t.is_bigtiff,
                "compression": int(page.compression),
                "predictor": int(page.predictor),
                "photometric": page.photometric.name,
            }
        back = "".join(a for a in "ZYXCS" if a in facts["axes"])
        data = data.transpose([facts["axes"].index(a) for a in back])
        facts["equal"] = data.size == values.size and np.array_equal(data.reshape(want["shape"]).astype("<f4"), values)
    facts["equal"] = bool(facts["equal"])
    seen.append(facts)
print(json.dumps(seen))
