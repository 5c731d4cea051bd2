"""Points of every probability map in a folder: peaks above 0.5, then greedy removal within 6 pixels. Prints JSON."""
import glob
import json
import os
import sys

import numpy as np
import tifffile
from skimage.feature import peak_local_max

out = {}
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.tif"))):
    prob = np.squeeze(tifffile.imread(path))
    peaks = peak_local_max(prob, threshold_abs=0.5, min_distance=1, exclude_border=False)
    # by descending probability, ties in raster order
    order = sorted(range(len(peaks)), key=lambda i: (-float(prob[tuple(peaks[i])]), peaks[i][0], peaks[i][1]))
    peaks = peaks[order].astype(float)
    gone = np.zeros(len(peaks), bool)
    kept = []
    for i, p in enumerate(peaks):
        if gone[i]:
            continue
        kept.append([int(v) for v in p])
        gone |= ((peaks - p) ** 2).sum(1) <= 36
    out[os.path.basename(path)] = kept
print(json.dumps(out))
