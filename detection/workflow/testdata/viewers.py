"""Opens the files of a job as their users do and prints what they find.

Argument: the folder of the job. Standard output: one JSON object with, by the
path of a file from that folder,
    tiff    shape, type, smallest, largest value and sum, read by tifffile
    napari  the layers that napari makes of it: type, shape, features, colour
    scalars what TensorBoard reads of an event file: (step, value) by tag
"""

import json
import pathlib
import sys

import numpy
import tifffile
from napari.layers import Layer
from napari_builtins.io import napari_get_reader
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

root = pathlib.Path(sys.argv[1])
seen = {"tiff": {}, "napari": {}, "scalars": {}}
for path in sorted(p for p in root.rglob("*") if p.is_file()):
    name = path.relative_to(root).as_posix()
    if path.suffix == ".tif":
        image = tifffile.imread(path)
        values = image.astype(numpy.float64)
        seen["tiff"][name] = {
            "shape": list(image.shape), "type": str(image.dtype),
            "min": values.min(), "max": values.max(), "sum": values.sum(),
        }
    points = path.suffix == ".csv" and path.parent.name in ("per_image_local_max_check", "point_associations")
    if path.suffix == ".tif" or points and len(path.read_text().splitlines()) > 1:
        layers = [Layer.create(*data) for data in napari_get_reader(str(path))(str(path))]
        seen["napari"][name] = [
            {
                "type": type(layer).__name__, "shape": list(layer.data.shape), "rgb": getattr(layer, "rgb", False),
                "data": layer.data.tolist() if points else [],
                "features": sorted(getattr(layer, "properties", {})),
            }
            for layer in layers
        ]
    if "tfevents" in path.name:
        events = EventAccumulator(str(path.parent), size_guidance={"scalars": 0})
        events.Reload()
        seen["scalars"][name] = {
            tag: [[s.step, s.value] for s in events.Scalars(tag)] for tag in events.Tags()["scalars"]
        }
json.dump(seen, sys.stdout)
