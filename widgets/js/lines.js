// drawLines draws a line for each [i, j] from place i of one list to place j of
// another one, where either lies on the plane in sight. Those shorter than two
// pixels are not seen below a mark, and not drawn.
function drawLines(pane, canvas, from, to, pairs) {
  const c = canvas.getContext("2d"), { dpr, z } = pane;
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.clearRect(0, 0, canvas.width, canvas.height);
  if (!pane.scale || pairs.length === 0) return;
  c.setTransform(dpr, 0, 0, dpr, 0, 0);
  c.beginPath();
  const on = (pos, i) => pane.depth === 1 || z === "max" || sliceOf(pos[3 * i]) === z;
  for (const [i, j] of pairs) {
    if (!on(from, i) && !on(to, j)) continue;
    const [x0, y0] = pane.screen(from[3 * i + 1], from[3 * i + 2]), [x1, y1] = pane.screen(to[3 * j + 1], to[3 * j + 2]);
    if (Math.max(x0, x1) < 0 || Math.max(y0, y1) < 0 || Math.min(x0, x1) > pane.viewWidth || Math.min(y0, y1) > pane.viewHeight) continue;
    if (Math.abs(x1 - x0) + Math.abs(y1 - y0) < 2) continue;
    c.moveTo(x0, y0);
    c.lineTo(x1, y1);
  }
  c.lineCap = "round";
  for (const [width, colour] of [[3.5, "rgba(0,0,0,0.6)"], [1.6, "#fff"]]) {
    c.lineWidth = width;
    c.strokeStyle = colour;
    c.stroke();
  }
}
