// Raster is an image with its values: numbers, which package widgets has packed
// (raster.go).
class Raster {
  constructor(data) {
    Object.assign(this, data);
    [this.depth, this.height, this.width] = data.dims;
    this.loaded = new Map(); // z: for each channel the levels of its pyramid
  }

  // load unpacks a plane; it is kept, as are few others. Numbers take
  // 256 MB at most.
  load(z) {
    if (!this.loading) this.loading = new Map();
    if (this.loaded.has(z)) return Promise.resolve();
    if (!this.loading.has(z)) {
      this.loading.set(z, Promise.all(this.planes[z].map(text => inflate(text))).then(channels => {
        const each = this.width * this.height * this.channels * 4, most = Math.max(Math.floor(2 ** 28 / each), 2);
        while (this.loaded.size >= most) this.loaded.delete(this.loaded.keys().next().value);
        this.loaded.set(z, channels.map(bytes => [{ width: this.width, height: this.height, numbers: this.numbers(bytes) }]));
        this.loading.delete(z);
      }));
    }
    return this.loading.get(z);
  }

  // numbers puts the bytes of each number together again.
  numbers(bytes) {
    if (this.type === "uint8") return bytes;
    const each = this.type === "uint16" ? 2 : 4, n = bytes.length / each, out = new Uint8Array(bytes.length);
    for (let b = 0; b < each; b++) for (let i = 0, at = b * n; i < n; i++) out[each * i + b] = bytes[at + i];
    return each === 2 ? new Uint16Array(out.buffer) : new Float32Array(out.buffer);
  }

  // level is the k-th of the pyramid: each halves the one before, a pixel is the
  // mean of up to four. It is made when it is asked for.
  level(z, c, k) {
    const levels = this.loaded.get(z)[c];
    while (levels.length <= k) levels.push(halved(levels[levels.length - 1]));
    return levels[k];
  }

  // value is that of a pixel of channel c, NaN outside and for planes that are
  // not loaded.
  value(z, y, x, c) {
    if (!this.loaded.has(z) || y < 0 || x < 0 || y >= this.height || x >= this.width) return NaN;
    return this.offset + this.step * this.level(z, c, 0).numbers[y * this.width + x];
  }
}

// inflate unpacks base64 of raw DEFLATE.
async function inflate(text) {
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer());
}

function halved({ width, height, numbers }) {
  const w = Math.ceil(width / 2), h = Math.ceil(height / 2), out = new numbers.constructor(w * h), whole = !(numbers instanceof Float32Array);
  for (let y = 0; y < h; y++) {
    const a = 2 * y * width, b = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < w; x++) {
      const l = 2 * x, r = Math.min(l + 1, width - 1), sum = numbers[a + l] + numbers[a + r] + numbers[b + l] + numbers[b + r];
      out[y * w + x] = whole ? (sum + 2) >> 2 : sum / 4;
    }
  }
  return { width: w, height: h, numbers: out };
}

// CHANNEL_COLOURS are those of the channels to begin with: grey alone, red,
// green and blue for three, and colours told apart by most people otherwise.
function channelColours(n) {
  if (n === 1) return [[255, 255, 255]];
  if (n === 3) return [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
  const some = [[0, 200, 255], [255, 60, 200], [255, 220, 0], [0, 220, 130], [255, 120, 0], [150, 130, 255]];
  return Array.from({ length: n }, (_, c) => some[c % some.length]);
}

// RasterPane shows a raster: channels are added as light of their colours, each
// stretched between the two values of its contrast. One pixel of the screen
// takes one number, of the level of the pyramid that is about as fine.
class RasterPane extends Pane {
  // layers are the canvases above the image.
  constructor(raster, box, { layers = [], moved } = {}) {
    super([raster.depth, raster.height, raster.width], box, { layers: ["image", ...layers], moved });
    this.raster = raster;
    this.contrast = raster.contrast.map(c => [...c]);
    this.colours = channelColours(raster.channels);
    this.visible = this.colours.map(() => true);
    this.tables = [];
  }

  async load(z) {
    await this.raster.load(z);
  }

  // show shows a plane once it is unpacked.
  async show(z) {
    this.z = z;
    await this.raster.load(z);
    if (this.z === z) this.drawPicture();
  }

  // setContrast gives the values of channel c that are black and full colour.
  setContrast(c, lo, hi) {
    this.contrast[c] = [lo, hi];
    this.tables[c] = null;
    this.drawPicture();
  }

  // table is the light, 0 to 255, of every whole number of channel c.
  table(c) {
    const { type, offset, step } = this.raster, [lo, hi] = this.contrast[c];
    if (!this.tables[c] && type !== "float32") {
      const t = this.tables[c] = new Uint8ClampedArray(type === "uint8" ? 256 : 65536), span = hi - lo || 1e-30;
      for (let n = 0; n < t.length; n++) t[n] = 255 * (offset + step * n - lo) / span;
    }
    return this.tables[c];
  }

  drawPicture() {
    const { raster, z, dpr } = this;
    if (!this.scale || !raster.loaded.has(z)) return;
    const canvas = this.layers[0], c = canvas.getContext("2d"), { width, height } = canvas;
    if (this.frame?.width !== width || this.frame.height !== height) this.frame = c.createImageData(width, height);
    const pixels = new Uint32Array(this.frame.data.buffer).fill(0);
    const k = Math.max(0, Math.min(Math.round(Math.log2(1 / (this.scale * dpr))), 12));
    const x0 = Math.max(0, Math.ceil(this.left * dpr - 0.5)), x1 = Math.min(width, Math.ceil((this.left + this.width * this.scale) * dpr - 0.5));
    const y0 = Math.max(0, Math.ceil(this.top * dpr - 0.5)), y1 = Math.min(height, Math.ceil((this.top + this.height * this.scale) * dpr - 0.5));
    const shown = this.colours.map((_, i) => i).filter(i => this.visible[i]);
    const first = raster.level(z, 0, k), columns = new Int32Array(Math.max(x1 - x0, 0));
    for (let x = x0; x < x1; x++) columns[x - x0] = Math.min(Math.floor(((x + 0.5) / dpr - this.left) / this.scale) >> k, first.width - 1);
    const grey = shown.length === 1 && this.colours[shown[0]].every(v => v === 255);
    for (const ch of shown) {
      const { numbers, width: w, height: h } = raster.level(z, ch, k), table = this.table(ch), [r, g, b] = this.colours[ch];
      const [lo, hi] = this.contrast[ch], by = 255 / (hi - lo || 1e-30), { offset, step } = raster;
      for (let y = y0; y < y1; y++) {
        const row = Math.min(Math.floor(((y + 0.5) / dpr - this.top) / this.scale) >> k, h - 1) * w;
        for (let x = x0, at = y * width + x0; x < x1; x++, at++) {
          const n = numbers[row + columns[x - x0]];
          const v = table ? table[n] : Math.max(0, Math.min(255, Math.round((offset + step * n - lo) * by))) | 0; // NaN is black
          if (grey) { pixels[at] = 0xff000000 | v << 16 | v << 8 | v; continue; }
          const p = pixels[at];
          const R = Math.min((p & 255) + (r * v >> 8) + (r * v >> 15), 255), G = Math.min((p >> 8 & 255) + (g * v >> 8) + (g * v >> 15), 255), B = Math.min((p >> 16 & 255) + (b * v >> 8) + (b * v >> 15), 255);
          pixels[at] = 0xff000000 | B << 16 | G << 8 | R;
        }
      }
    }
    if (shown.length === 0) for (let y = y0; y < y1; y++) pixels.fill(0xff000000, y * width + x0, y * width + x1);
    c.putImageData(this.frame, 0, 0);
  }
}
