"""scikit-image and scipy on the stages after the network, one stage per order.

Usage: peer_stages.py DIR. Needs numpy, scipy and scikit-image. Reads DIR/prob.npy (float32 map), DIR/gt.csv and
DIR/pred.csv (columns index, axis-0, axis-1). Orders, one per line on standard input, each answered by a line of JSON:

  run STAGE        does the work, answers {"seconds"}
  save STAGE FILE  writes the last result of the stage as raw little-endian numbers, answers {"count"}

What a stage takes from an earlier one is computed once, at its first run, outside the time.
"""
import functools
import json
import sys
import time

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist
from skimage.feature import peak_local_max
from skimage.segmentation import watershed

folder = sys.argv[1]
prob = np.load(folder + "/prob.npy")
truth, pred = (np.loadtxt(f"{folder}/{name}.csv", delimiter=",", skiprows=1, ndmin=2)[:, 1:3] for name in ("gt", "pred"))


def peaks(distance):
    return peak_local_max(prob, min_distance=distance, threshold_abs=0.2, exclude_border=False)


@functools.cache
def found():
    """The peaks that the later stages start from, and their values."""
    points = peaks(1)
    return points, prob[points[:, 0], points[:, 1]]


@functools.cache
def basins():
    """The image to flood, the markers and the mask."""
    points, _ = found()
    markers = np.zeros(prob.shape, np.int32)
    markers[points[:, 0], points[:, 1]] = np.arange(1, len(points) + 1)
    return -prob, markers, prob > np.float32(0.05)


def remove_close(points, values, radius):
    """Indices of the points that are left, the highest value first."""
    tree = cKDTree(points)
    gone = np.zeros(len(points), bool)
    kept = []
    for i in np.argsort(-values, kind="stable"):
        if not gone[i]:
            kept.append(i)
            gone[tree.query_ball_point(points[i], radius)] = True
    return np.array(kept, float)


def match(n, tolerance):
    """Distances of the pairs of a dense assignment, as many pairs as possible first."""
    distance = cdist(truth[:n], pred[:n])
    cost = np.minimum(distance, tolerance)
    cost /= 2 * tolerance * min(cost.shape)
    cost += distance > tolerance
    paired = distance[linear_sum_assignment(cost)]
    return paired[paired <= tolerance]


def prepare(stage):
    """The work of a stage, as a function without arguments."""
    name, _, number = stage.partition("_d")
    if name == "peaks":
        return lambda: peaks(int(number)).astype(float)
    if stage == "remove_close":
        points, values = found()
        points = points.astype(float)
        return lambda: remove_close(points, values, 6.0)
    if stage == "watershed":
        image, markers, mask = basins()
        return lambda: watershed(image, markers, mask=mask)
    name, _, number = stage.partition("_")
    if name == "match":
        return lambda: match(int(number), 10.0)
    raise ValueError(f"no stage {stage!r}")


results = {}
for line in sys.stdin:
    try:
        order, stage, *file = line.rstrip("\n").split(" ", 2)
        if order == "run":
            work = prepare(stage)
            start = time.perf_counter()
            results[stage] = work()
            answer = {"seconds": time.perf_counter() - start}
        else:
            result = results[stage]
            result.astype("<i4" if stage == "watershed" else "<f8").tofile(file[0])
            answer = {"count": result.size}
    except Exception as err:
        answer = {"error": f"{type(err).__name__}: {err}"}
    print(json.dumps(answer), flush=True)
