// Marks: what is found, false, missed, removed, as signs on a canvas.

// Kinds of marks, as in package plots: shape and colour say the same, and the
// colours are told apart by people who do not tell red from green.
const KINDS = {
  tp: { colour: "#00c48f", shape: "circle" },
  fp: { colour: "#ff7a1a", shape: "cross" },
  fn: { colour: "#f0e442", shape: "square" },
  truth: { colour: "#f0e442", shape: "square" },
  found: { colour: "#56b4e9", shape: "circle" },
  merged: { colour: "#ff7a1a", shape: "square" },
  outside: { colour: "#f0e442", shape: "cross" },
  both: { colour: "#00c48f", shape: "circle" },
  onlyA: { colour: "#56b4e9", shape: "square" },
  onlyB: { colour: "#ff7a1a", shape: "cross" },
  gone: { colour: "#d6dbe1", shape: "dot" },
  suggested: { colour: "#ffffff", shape: "dashed" },
};

// tracePath draws the outline of a mark of radius r around (x, y).
function tracePath(c, shape, x, y, r) {
  c.beginPath();
  switch (shape) {
    case "circle": c.arc(x, y, r, 0, 2 * Math.PI); break;
    case "square": c.rect(x - 0.92 * r, y - 0.92 * r, 1.84 * r, 1.84 * r); break;
    case "dashed": c.arc(x, y, r, 0, 2 * Math.PI); break;
    case "triangle": traceSides(c, [[0, -1.1], [0.95, 0.75], [-0.95, 0.75]].map(([a, b]) => [x + a * r, y + b * r])); break;
    case "diamond": traceSides(c, [[0, -1.15], [1.15, 0], [0, 1.15], [-1.15, 0]].map(([a, b]) => [x + a * r, y + b * r])); break;
    case "dot": c.arc(x, y, 0.3 * r, 0, 2 * Math.PI); break;
    case "cross":
      c.moveTo(x - 0.85 * r, y - 0.85 * r); c.lineTo(x + 0.85 * r, y + 0.85 * r);
      c.moveTo(x + 0.85 * r, y - 0.85 * r); c.lineTo(x - 0.85 * r, y + 0.85 * r);
  }
}

function traceSides(c, corners) {
  corners.forEach(([x, y], i) => { if (i) c.lineTo(x, y); else c.moveTo(x, y); });
  c.closePath();
}

// sprite is a mark with a dark rim on a canvas.
function sprite(kind, r, scale) {
  const canvas = document.createElement("canvas"), half = Math.ceil((r + 3) * scale);
  canvas.width = canvas.height = 2 * half;
  const c = canvas.getContext("2d", { willReadFrequently: true });
  c.translate(half, half);
  c.scale(scale, scale);
  c.lineCap = c.lineJoin = "round";
  if (KINDS[kind].shape === "dashed") {
    c.lineCap = "butt";
    c.setLineDash([0.55, 0.45].map(part => part * 2 * Math.PI * r / 8));
  }
  tracePath(c, KINDS[kind].shape, 0, 0, r);
  c.strokeStyle = "rgba(0,0,0,0.65)";
  c.lineWidth = r / 2.2 + 1.2;
  c.stroke();
  c.strokeStyle = KINDS[kind].colour;
  c.lineWidth = r / 3.6 + 0.4;
  c.stroke();
  return canvas;
}

// Stamp is a sprite as a list of its pixels. Ten thousand marks are put into
// one buffer and that on the canvas: a call of drawImage for each takes a
// quarter of a second where a browser draws without a GPU.
class Stamp {
  constructor(canvas) {
    const size = this.size = canvas.width, d = canvas.getContext("2d").getImageData(0, 0, size, size).data;
    const seen = Array.from({ length: size * size }, (_, i) => i).filter(i => d[4 * i + 3] > 0);
    this.x = Int16Array.from(seen, i => i % size - size / 2);
    this.y = Int16Array.from(seen, i => Math.floor(i / size) - size / 2);
    this.rgba = Uint8Array.from(seen.flatMap(i => [d[4 * i], d[4 * i + 1], d[4 * i + 2], d[4 * i + 3]]));
    this.words = new Uint32Array(this.rgba.buffer);
  }

  // put draws the sprite around the pixel (x, y), over what is there. words are
  // the pixels of the buffer as whole numbers.
  put(buffer, words, x, y) {
    const { width, height, data } = buffer, { rgba } = this, half = this.size / 2;
    const inside = x >= half && y >= half && x + half <= width && y + half <= height;
    for (let k = 0; k < this.x.length; k++) {
      const px = x + this.x[k], py = y + this.y[k];
      if (!inside && (px < 0 || py < 0 || px >= width || py >= height)) continue;
      const at = py * width + px, i = 4 * at, j = 4 * k, below = data[i + 3], above = rgba[j + 3];
      if (below === 0 || above === 255) { words[at] = this.words[k]; continue; }
      const rest = below * (255 - above) / 255, sum = above + rest;
      for (let c = 0; c < 3; c++) data[i + c] = (rgba[j + c] * above + data[i + c] * rest) / sum;
      data[i + 3] = sum;
    }
  }
}

// sliceOf is the plane of a coordinate: rounded half away from zero.
function sliceOf(z) { return z < 0 ? -Math.round(-z) : Math.round(z); }

// Stamps draws marks on the canvas of a pane.
class Stamps {
  constructor() { this.stamps = new Map(); }

  // draw stamps marks, in the order of the lists: [kind, positions,
  // indices]. Only those of the plane in sight are drawn; all where that is "max".
  draw(pane, canvas, lists) {
    if (!pane.scale) return;
    const c = canvas.getContext("2d"), { dpr } = pane;
    if (this.buffer?.width !== canvas.width || this.buffer.height !== canvas.height) this.buffer = c.createImageData(canvas.width, canvas.height);
    const words = new Uint32Array(this.buffer.data.buffer).fill(0);
    const margin = 12 * dpr, at = [];
    let seen = 0;
    for (const [, pos, indices] of lists) {
      const xy = [];
      for (const i of indices) {
        if (pane.depth > 1 && pane.z !== "max" && sliceOf(pos[3 * i]) !== pane.z) continue;
        const x = (pane.left + (pos[3 * i + 2] + 0.5) * pane.scale) * dpr, y = (pane.top + (pos[3 * i + 1] + 0.5) * pane.scale) * dpr;
        if (x < -margin || y < -margin || x > canvas.width + margin || y > canvas.height + margin) continue;
        xy.push(x, y);
      }
      seen += xy.length / 2;
      at.push(xy);
    }
    // A third of the side of the square that each mark has on average.
    const r = Math.min(Math.max(Math.round(Math.sqrt(pane.viewWidth * pane.viewHeight / Math.max(seen, 1)) / 3 * 2) / 2, 2.5), 8);
    lists.forEach(([kind], k) => {
      const stamp = this.stamp(kind, r, dpr), xy = at[k];
      for (let i = 0; i < xy.length; i += 2) stamp.put(this.buffer, words, Math.round(xy[i]), Math.round(xy[i + 1]));
    });
    c.putImageData(this.buffer, 0, 0);
  }

  stamp(kind, r, dpr) {
    const key = kind + r + "/" + dpr;
    if (!this.stamps.has(key)) this.stamps.set(key, new Stamp(sprite(kind, r, dpr)));
    return this.stamps.get(key);
  }
}

// markSample is the sign of a kind, for a legend.
function markSample(kind) {
  const stamp = sprite(kind, 5, 2), sample = element("canvas", { width: 40, height: 40, "aria-hidden": "true" });
  sample.getContext("2d").drawImage(stamp, 20 - stamp.width / 2, 20 - stamp.height / 2);
  return sample;
}
