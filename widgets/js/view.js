// The picture: image, map and marks on three canvases, so that a step of the
// threshold draws marks only and the opacity of the map draws nothing.

// Kinds of marks, as in package plots: shape and colour say the same, and the
// colours are told apart by people who do not tell red from green.
const KINDS = {
  tp: { colour: "#00c48f", shape: "circle" },
  fp: { colour: "#ff7a1a", shape: "cross" },
  fn: { colour: "#f0e442", shape: "square" },
  found: { colour: "#56b4e9", shape: "circle" },
  gone: { colour: "#d6dbe1", shape: "dot" },
};

// tracePath draws the outline of a mark of radius r around (x, y).
function tracePath(c, shape, x, y, r) {
  c.beginPath();
  switch (shape) {
    case "circle": c.arc(x, y, r, 0, 2 * Math.PI); break;
    case "square": c.rect(x - 0.92 * r, y - 0.92 * r, 1.84 * r, 1.84 * r); break;
    case "dot": c.arc(x, y, 0.3 * r, 0, 2 * Math.PI); break;
    case "cross":
      c.moveTo(x - 0.85 * r, y - 0.85 * r); c.lineTo(x + 0.85 * r, y + 0.85 * r);
      c.moveTo(x + 0.85 * r, y - 0.85 * r); c.lineTo(x - 0.85 * r, y + 0.85 * r);
  }
}

// sprite is a mark with a dark rim on a canvas.
function sprite(kind, r, scale) {
  const canvas = document.createElement("canvas"), half = Math.ceil((r + 3) * scale);
  canvas.width = canvas.height = 2 * half;
  const c = canvas.getContext("2d", { willReadFrequently: true });
  c.translate(half, half);
  c.scale(scale, scale);
  c.lineCap = "round";
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
    const size = canvas.width, d = canvas.getContext("2d").getImageData(0, 0, size, size).data;
    this.x = [];
    this.y = [];
    this.rgba = [];
    for (let i = 0; i < size * size; i++) {
      if (d[4 * i + 3] === 0) continue;
      this.x.push(i % size - size / 2);
      this.y.push(Math.floor(i / size) - size / 2);
      this.rgba.push(d[4 * i], d[4 * i + 1], d[4 * i + 2], d[4 * i + 3]);
    }
  }

  // put draws the sprite around the pixel (x, y), over what is there.
  put(buffer, x, y) {
    const { width, height, data } = buffer, { rgba } = this;
    for (let k = 0; k < this.x.length; k++) {
      const px = x + this.x[k], py = y + this.y[k];
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const i = 4 * (py * width + px), j = 4 * k, below = data[i + 3], above = rgba[j + 3];
      if (below === 0 || above === 255) {
        data[i] = rgba[j]; data[i + 1] = rgba[j + 1]; data[i + 2] = rgba[j + 2]; data[i + 3] = above;
        continue;
      }
      const rest = below * (255 - above) / 255, sum = above + rest;
      for (let c = 0; c < 3; c++) data[i + c] = (rgba[j + c] * above + data[i + c] * rest) / sum;
      data[i + 3] = sum;
    }
  }
}

// sliceOf is the plane of a coordinate: rounded half away from zero.
function sliceOf(z) { return z < 0 ? -Math.round(-z) : Math.round(z); }

class View {
  // data.picture holds a data address for each plane of image and map, at
  // 1/factor of the size of the volume. moved is called after a change of
  // zoom or place.
  constructor(data, box, moved) {
    [this.depth, this.height, this.width] = data.dims;
    this.picture = data.picture;
    this.box = box;
    this.moved = moved;
    this.layers = ["image", "map", "marks"].map(() => box.appendChild(element("canvas", { "aria-hidden": "true" })));
    this.z = data.initial.z;
    this.planes = new Map();
    this.stamps = new Map();
    this.scale = 0; // CSS pixels a voxel; 0 until the size is known
    this.listen();
  }

  // load decodes a plane; it is kept, as are few others.
  async load(z) {
    if (this.planes.has(z)) return;
    const decode = async address => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return image;
    };
    const [image, map] = await Promise.all([decode(this.picture.image[z]), decode(this.picture.map[z])]);
    if (this.planes.size > 24) this.planes.delete(this.planes.keys().next().value);
    this.planes.set(z, { image: opaque(image), map: coloured(map) });
  }

  async show(z) {
    this.z = z;
    await this.load(z);
    if (this.z === z) this.drawPicture();
  }

  resize() {
    const width = this.box.clientWidth, height = this.box.clientHeight;
    if (!width || !height) return false;
    const whole = this.scale === 0 || Math.abs(this.scale - this.fitScale()) < 1e-9;
    this.viewWidth = width;
    this.viewHeight = height;
    this.dpr = Math.min(window.devicePixelRatio || 1, 2);
    for (const c of this.layers) {
      c.width = Math.round(width * this.dpr);
      c.height = Math.round(height * this.dpr);
    }
    if (whole) this.fit(); else this.place();
    return true;
  }

  fitScale() { return Math.min(this.viewWidth / this.width, this.viewHeight / this.height); }

  // fit shows the whole image.
  fit() {
    this.scale = this.fitScale();
    this.left = this.top = 0;
    this.place();
  }

  // place keeps the image in sight and draws the picture. left and top are the
  // place of its corner, in CSS pixels.
  place() {
    const clamp = (corner, size, view) => size <= view ? (view - size) / 2 : Math.min(0, Math.max(view - size, corner));
    this.left = clamp(this.left, this.width * this.scale, this.viewWidth);
    this.top = clamp(this.top, this.height * this.scale, this.viewHeight);
    this.drawPicture();
    this.moved();
  }

  zoom(factor, x = this.viewWidth / 2, y = this.viewHeight / 2) {
    const to = Math.min(Math.max(this.scale * factor, this.fitScale()), 40), by = to / this.scale;
    this.left = x - (x - this.left) * by;
    this.top = y - (y - this.top) * by;
    this.scale = to;
    this.place();
  }

  pan(x, y) {
    this.left += x;
    this.top += y;
    this.place();
  }

  drawPicture() {
    const plane = this.planes.get(this.z);
    if (!plane || !this.scale) return;
    for (const [k, source] of [[0, plane.image], [1, plane.map]]) {
      const c = this.layers[k].getContext("2d");
      c.setTransform(1, 0, 0, 1, 0, 0);
      c.clearRect(0, 0, this.layers[k].width, this.layers[k].height);
      const f = this.scale * this.dpr * this.picture.factor;
      c.imageSmoothingEnabled = f < 2.5; // single pixels are worth seeing
      c.drawImage(source, this.left * this.dpr, this.top * this.dpr, source.width * f, source.height * f);
    }
  }

  // drawMarks stamps marks, in the order of the lists: [kind, positions,
  // indices]. Only those of the plane in sight are drawn.
  drawMarks(lists) {
    if (!this.scale) return;
    const canvas = this.layers[2], c = canvas.getContext("2d"), { dpr } = this;
    if (this.buffer?.width !== canvas.width || this.buffer.height !== canvas.height) this.buffer = c.createImageData(canvas.width, canvas.height);
    this.buffer.data.fill(0);
    const margin = 12 * dpr, at = [];
    let seen = 0;
    for (const [, pos, indices] of lists) {
      const xy = [];
      for (const i of indices) {
        if (this.depth > 1 && sliceOf(pos[3 * i]) !== this.z) continue;
        const x = (this.left + (pos[3 * i + 2] + 0.5) * this.scale) * dpr, y = (this.top + (pos[3 * i + 1] + 0.5) * this.scale) * dpr;
        if (x < -margin || y < -margin || x > canvas.width + margin || y > canvas.height + margin) continue;
        xy.push(x, y);
      }
      seen += xy.length / 2;
      at.push(xy);
    }
    // A third of the side of the square that each mark has on average.
    const r = Math.min(Math.max(Math.round(Math.sqrt(this.viewWidth * this.viewHeight / Math.max(seen, 1)) / 3 * 2) / 2, 2.5), 8);
    lists.forEach(([kind], k) => {
      const stamp = this.stamp(kind, r), xy = at[k];
      for (let i = 0; i < xy.length; i += 2) stamp.put(this.buffer, Math.round(xy[i]), Math.round(xy[i + 1]));
    });
    c.putImageData(this.buffer, 0, 0);
  }

  stamp(kind, r) {
    const key = kind + r + "/" + this.dpr;
    if (!this.stamps.has(key)) this.stamps.set(key, new Stamp(sprite(kind, r, this.dpr)));
    return this.stamps.get(key);
  }

  listen() {
    const { box } = this;
    box.addEventListener("wheel", e => {
      e.preventDefault();
      const r = box.getBoundingClientRect(), lines = e.deltaMode === 1 ? 16 : 1;
      this.zoom(Math.exp(-e.deltaY * lines * (e.ctrlKey ? 0.01 : 0.0016)), e.clientX - r.left, e.clientY - r.top);
    }, { passive: false });
    const held = new Map(); // pointers that are down: one drags, two zoom
    const spread = () => { const [a, b] = [...held.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
    box.addEventListener("pointerdown", e => {
      if (e.button !== 0) return;
      box.setPointerCapture(e.pointerId);
      held.set(e.pointerId, { x: e.clientX, y: e.clientY });
    });
    box.addEventListener("pointermove", e => {
      const last = held.get(e.pointerId);
      if (!last) return;
      const before = held.size === 2 ? spread() : 0;
      held.set(e.pointerId, { x: e.clientX, y: e.clientY });
      if (held.size === 1) this.pan(e.clientX - last.x, e.clientY - last.y);
      else if (held.size === 2 && before > 0) {
        const r = box.getBoundingClientRect(), [a, b] = [...held.values()];
        this.zoom(spread() / before, (a.x + b.x) / 2 - r.left, (a.y + b.y) / 2 - r.top);
      }
    });
    for (const name of ["pointerup", "pointercancel"]) box.addEventListener(name, e => held.delete(e.pointerId));
    box.addEventListener("dblclick", e => {
      const r = box.getBoundingClientRect();
      this.zoom(2, e.clientX - r.left, e.clientY - r.top);
    });
    box.addEventListener("keydown", e => {
      const step = 40, act = {
        "+": () => this.zoom(1.5), "=": () => this.zoom(1.5), "-": () => this.zoom(1 / 1.5), "0": () => this.fit(),
        ArrowLeft: () => this.pan(step, 0), ArrowRight: () => this.pan(-step, 0), ArrowUp: () => this.pan(0, step), ArrowDown: () => this.pan(0, -step),
      }[e.key];
      if (act && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); act(); }
    });
  }
}

// opaque draws an image once, so that it is not decoded again.
function opaque(image) {
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas;
}

// coloured turns the grey values of the map into one hue of that opacity.
function coloured(image) {
  const canvas = opaque(image), c = canvas.getContext("2d"), pixels = c.getImageData(0, 0, canvas.width, canvas.height), d = pixels.data;
  for (let i = 0; i < d.length; i += 4) {
    const v = d[i];
    d[i] = 255; d[i + 1] = 60; d[i + 2] = 200;
    d[i + 3] = v;
  }
  c.putImageData(pixels, 0, 0);
  return canvas;
}
