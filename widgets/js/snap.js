// snapped is the centre, along y and x, of the brightest voxel around a place in its
// plane, or of the darkest one: no farther than radius from the voxel of the place; among equals
// the nearest, then the first one. The brightness is the sum of the channels; a
// voxel of which one is not finite takes no part. Editor.Snap in Go does the same.
function snapped(raster, [z, y, x], radius, dark) {
  const cy = sliceOf(y), cx = sliceOf(x), reach = Math.floor(radius);
  let best = null, most = 0, nearest = 0;
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const d = dy * dy + dx * dx, light = d <= radius * radius ? brightness(raster, sliceOf(z), cy + dy, cx + dx) : NaN;
      if (!Number.isFinite(light)) continue;
      const v = dark ? -light : light;
      if (best && (v < most || v === most && d >= nearest)) continue;
      best = [z, cy + dy, cx + dx];
      most = v;
      nearest = d;
    }
  }
  return best || [z, y, x];
}

// brightness is the sum of the channels of a voxel, NaN where there is none.
function brightness(raster, z, y, x) {
  let sum = 0;
  raster.bands.forEach(({ offset, step, gap }, c) => {
    const n = raster.number(z, y, x, c);
    sum += n === undefined || gap && n === 0 ? NaN : offset + step * n;
  });
  return sum;
}
