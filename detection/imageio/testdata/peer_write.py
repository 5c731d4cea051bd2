"""Writes images with tifffile and numpy into the folder argv[1], each with the
values that are expected of it as (z, y, x, c) float32, and a manifest."""

import itertools
import json
import os
import sys

import numpy as np
import tifffile

folder = sys.argv[1]
manifest = []
rng = np.random.default_rng(1)


def array(dtype, shape):
    dtype = np.dtype(dtype)
    if dtype == bool:
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.kind == "f":
        return rng.normal(0, 100, shape).astype(dtype)
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)


def expect(name, data, axes, **facts):
    """Notes data, whose axes are among TZCYXS, as expected of the file."""
    for letter in "ZYXCS":
        if letter not in axes:
            data, axes = data[..., None], axes + letter
    data = data.transpose([axes.index(letter) for letter in "ZYXCS"])
    data = data.reshape(data.shape[:3] + (-1,)).astype("<f4")
    np.save(os.path.join(folder, name + ".want.npy"), data)
    manifest.append({"file": name, "spacing": [1, 1, 1], "unit": "", "set_axes": "", **facts})


def tif(data, axes, kept=None, facts=None, **how):
    name = f"{len(manifest):03d}.tif"
    with open(os.path.join(folder, name), "wb") as f:
        tifffile.imwrite(f, data, **how)
    kind = str(data.dtype)
    expect(name, data if kept is None else kept, axes, kind=kind, about=f"{data.shape} {kind} {how}", **(facts or {}))


def predictors(dtype, compression):
    # tifffile writes none for 64-bit integers
    return [False, True] if compression in ("lzw", "zlib", "deflate") and dtype not in ("u8", "i8") else [False]


orders = itertools.cycle("<><")
shapes = itertools.cycle(["YX", "ZYX", "YXS", "SYX", "ZYXS", "ZSYX", "YXS4"])
layouts = [{}, {"rowsperstrip": 5}, {"tile": (16, 32)}]
for dtype in "u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8".split():
    for compression in [None, "lzw", "zlib", "deflate", "packbits"]:
        for predictor in predictors(dtype, compression):
            for layout in layouts:
                axes = next(shapes)
                alpha = axes == "YXS4"
                axes = axes[:3] if alpha else axes
                size = {"Z": 3, "Y": 37, "X": 41, "S": 4 if alpha else 3}
                data = array(dtype, [size[a] for a in axes])
                how = dict(layout, compression=compression, predictor=predictor, byteorder=next(orders),
                           bigtiff=len(manifest) % 5 == 0)
                if "S" in axes:
                    how["photometric"] = "rgb"
                    how["planarconfig"] = "separate" if axes.index("S") < axes.index("Y") else "contig"
                    if alpha:
                        how["extrasamples"] = ["unassalpha"]
                else:
                    how["photometric"] = "minisblack"
                tif(data, axes, kept=data[..., :3] if alpha else None, **how)

# Every combination of what is met most often.
packings = [(None, False), ("packbits", False), ("lzw", False), ("lzw", True), ("zlib", False), ("zlib", True)]
for dtype, order, layout, (compression, predictor), axes, form in itertools.product(
    ["u1", "u2", "f4"], "<>", layouts, packings, ["YX", "ZYX"], ["plain", "imagej", "ome"]
):
    data = array(dtype, [{"Z": 2, "Y": 21, "X": 35}[a] for a in axes])
    tif(data, axes, byteorder=order, compression=compression, predictor=predictor, photometric="minisblack",
        metadata={"axes": axes}, **layout, **({} if form == "plain" else {form: True}))

# ImageJ
for order, dtype in itertools.product("<>", ["u1", "u2", "f4"]):
    for axes, compression in itertools.product(["YX", "ZYX", "CYX", "ZCYX", "YXS", "ZYXS"], [None, "zlib"]):
        if "S" in axes and dtype != "u1":
            continue
        size = {"Z": 4, "C": 2, "Y": 20, "X": 30, "S": 3}
        tif(array(dtype, [size[a] for a in axes]), axes, imagej=True, byteorder=order, compression=compression,
            resolution=(1 / 0.127, 1 / 0.25), metadata={"axes": axes, "spacing": 0.2837, "unit": "\\u00B5m"},
            facts={"spacing": [0.2837, 0.25, 0.127], "unit": "um"})
stack = array("u2", (4, 2, 20, 30))  # one directory for all planes
tif(stack, "ZCYX", imagej=True, truncate=True, metadata={"axes": "ZCYX", "unit": "nm", "spacing": 3},
    facts={"spacing": [3, 1, 1], "unit": "nm"})
tif(stack, "ZCYX", truncate=True, photometric="minisblack", metadata={"axes": "ZCYX"})
tif(stack, "ZCYX", photometric="minisblack", metadata={"axes": "ZCYX"})
tif(stack, "ZCYX", photometric="minisblack", metadata={"axes": "QQYX"}, facts={"set_axes": "ZCYX"})
tif(stack[0], "CYX", photometric="minisblack", metadata={"axes": "CYX"})
tif(stack[:, 0], "CYX", photometric="minisblack", metadata=None, facts={"set_axes": "CYX"})
frames = np.ascontiguousarray(stack[:, 0])
tif(frames, "ZYX", imagej=True, metadata={"axes": "TYX"}, facts={"set_axes": "ZYX"})

# OME
physical = {"PhysicalSizeX": 127, "PhysicalSizeXUnit": "nm", "PhysicalSizeY": 0.25, "PhysicalSizeYUnit": "µm",
            "PhysicalSizeZ": 0.001, "PhysicalSizeZUnit": "mm"}
for axes, big in itertools.product(["YX", "ZYX", "CYX", "ZCYX", "CZYX", "TZCYX", "YXS", "ZYXS"], [False, True]):
    size = {"T": 1, "Z": 4, "C": 2, "Y": 20, "X": 30, "S": 3}
    data = array("u2", [size[a] for a in axes])
    how = {"photometric": "rgb"} if "S" in axes else {"photometric": "minisblack"}
    kept = data[0] if axes[0] == "T" else None
    tif(data, axes.lstrip("T"), kept=kept, ome=True, bigtiff=big, metadata={"axes": axes, **physical},
        facts={"spacing": [1000, 250, 127], "unit": "nm"}, **how)

# Odds and ends
tif(array(bool, (13, 21)), "YX", photometric="minisblack")
tif(array(bool, (13, 21)), "YX", photometric="miniswhite", compression="packbits", facts={"white": True})
tif(array("u1", (13, 21)), "YX", photometric="miniswhite", facts={"white": True})
tif(array("u1", (13, 21)), "YX", photometric="palette", colormap=array("u2", (3, 256)))
tif(array("u1", (1, 1)), "YX", photometric="minisblack")
tif(array("f4", (300, 400)), "YX", photometric="minisblack", tile=(64, 64), compression="lzw", predictor=3)
tif(np.arange(300 * 400, dtype="u2").reshape(300, 400), "YX", photometric="minisblack", compression="lzw")
tif(np.zeros((700, 900), "u1"), "YX", photometric="minisblack", compression="lzw", rowsperstrip=700)
name = f"{len(manifest):03d}.tif"
planes = array("u2", (2, 64, 64))
with tifffile.TiffWriter(os.path.join(folder, name)) as w:  # a coarse level between the pages
    w.write(planes[0], photometric="minisblack", metadata=None)
    w.write(planes[0, ::2, ::2], photometric="minisblack", metadata=None, subfiletype=1)
    w.write(planes[1], photometric="minisblack", metadata=None)
expect(name, planes, "ZYX", kind="uint16", about="a coarse level between the pages")

# NPY
for dtype in "?,u1,<u2,>u2,<u4,<u8,i1,<i2,>i4,<i8,<f2,<f4,>f4,<f8,>f8".split(","):
    for axes, order in itertools.product(["YX", "ZYX", "YXC", "ZYXC", "XYZ"], "CF"):
        size = {"Z": 7, "C": 3, "Y": 6, "X": 5}
        data = np.asarray(array(np.dtype(dtype).newbyteorder("="), [size[a] for a in axes]).astype(dtype), order=order)
        name = f"{len(manifest):03d}.npy"
        np.save(os.path.join(folder, name), data)
        expect(name, data, axes, kind=data.dtype.name, about=f"{axes} {dtype} {order}", set_axes=axes if axes == "XYZ" else "")

with open(os.path.join(folder, "manifest.json"), "w") as f:
    json.dump(manifest, f)
