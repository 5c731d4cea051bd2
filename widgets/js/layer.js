// TINT is the colour of a probability map.
const TINT = [255, 60, 200];

// Layer draws a raster on a canvas of a pane. One pixel of the screen takes one
// number, of the level of the pyramid that is about as fine. What it draws is
//
//   "light"   channels, added as light of their colours
//   "tint"    the largest channel, in its colour, clear where it is low
//   "labels"  a colour for each label, clear where it is 0
//
// each stretched between the two values of its contrast.
class Layer {
  constructor(raster, canvas, blend = "light", colours = blend === "tint" && raster.channels === 1 ? [TINT] : raster.bands.map(b => b.colour)) {
    Object.assign(this, { raster, canvas, blend, colours });
    this.contrast = raster.bands.map(b => [...b.contrast]);
    this.visible = colours.map(() => true);
    this.tables = [];
  }

  // shareContrast has this layer follow the contrast, the colours and the switches
  // of another one of the same image.
  shareContrast({ contrast, colours, visible, tables }) { Object.assign(this, { contrast, colours, visible, tables }); }

  // setContrast gives the values of channel c that are black and full colour.
  setContrast(c, lo, hi) {
    this.contrast[c] = [lo, hi];
    this.tables[c] = null;
  }

  // table is the light, 0 to 255, of every whole number of channel c; none for
  // other numbers.
  table(c) {
    const { type, offset, step, gap } = this.raster.bands[c], [lo, hi] = this.contrast[c];
    if (!this.tables[c] && type !== "float32") {
      const t = this.tables[c] = new Uint8ClampedArray(type === "uint8" ? 256 : 65536), by = 255 / (hi - lo || 1e-30);
      for (let n = 0; n < t.length; n++) t[n] = (offset + step * n - lo) * by;
      if (gap) t[0] = 0;
    }
    return this.tables[c];
  }

  // draw draws a plane, z or "max", in the place and size of the pane.
  draw(pane, plane) {
    const { raster, canvas } = this, { dpr, scale } = pane, { width, height } = canvas;
    if (!scale || !raster.loaded.has(plane)) return;
    const c = canvas.getContext("2d");
    if (this.frame?.width !== width || this.frame.height !== height) this.frame = c.createImageData(width, height);
    const pixels = new Uint32Array(this.frame.data.buffer).fill(0);
    const k = Math.max(0, Math.min(Math.round(Math.log2(1 / (scale * dpr * raster.factor))), raster.loaded.get(plane)[0].length - 1));
    const first = raster.level(plane, 0, k);
    // of are the pixels of the level for those of the screen along an axis.
    const of = (corner, voxels, size, most) => {
      const from = Math.max(0, Math.ceil(corner * dpr - 0.5)), to = Math.min(size, Math.ceil((corner + voxels * scale) * dpr - 0.5));
      const at = new Int32Array(Math.max(to - from, 0));
      for (let i = 0; i < at.length; i++) {
        const voxel = Math.floor(((from + i + 0.5) / dpr - corner) / scale);
        at[i] = Math.min(Math.max(Math.floor(voxel / raster.factor) >> k, 0), most - 1);
      }
      return { from, at };
    };
    const columns = of(pane.left, raster.width, width, first.width), rows = of(pane.top, raster.height, height, first.height);
    const shown = this.colours.map((_, i) => i).filter(i => this.visible[i]);
    const part = { pixels, width, columns, rows };
    if (this.blend === "labels") this.drawLabels(part, first);
    else if (this.blend === "tint") this.drawTint(part, shown, plane, k);
    else this.drawLight(part, shown, plane, k);
    c.putImageData(this.frame, 0, 0);
  }

  // drawLight adds the light of channels in whole numbers of three times ten bits,
  // which hold the sum of four: after every third channel it is cut at 255.
  drawLight({ pixels, width, columns, rows }, shown, plane, k) {
    const across = columns.at.length, n = across * rows.at.length, one = shown.length === 1;
    if (!(this.sums?.length >= n)) this.sums = new Uint32Array(n);
    const sums = this.sums.fill(0, 0, n);
    shown.forEach((ch, turn) => {
      const { numbers, width: w } = this.raster.level(plane, ch, k), light = this.light(ch), table = this.table(ch), shades = this.shades(ch);
      for (let y = 0, at = 0; y < rows.at.length; y++) {
        const row = rows.at[y] * w;
        if (table) for (let x = 0; x < across; x++, at++) sums[at] += shades[table[numbers[row + columns.at[x]]]];
        else for (let x = 0; x < across; x++, at++) sums[at] += shades[light(numbers[row + columns.at[x]])];
      }
      if (turn % 3 === 2 && turn < shown.length - 1) for (let at = 0; at < n; at++) {
        const s = sums[at];
        sums[at] = Math.min(s & 1023, 255) | Math.min(s >> 10 & 1023, 255) << 10 | Math.min(s >> 20 & 1023, 255) << 20;
      }
    });
    for (let y = 0, from = 0; y < rows.at.length; y++) {
      for (let x = 0, at = (rows.from + y) * width + columns.from; x < across; x++, at++, from++) {
        const s = sums[from];
        if (one) { pixels[at] = 0xff000000 | s & 255 | s >> 2 & 0xff00 | s >> 4 & 0xff0000; continue; }
        pixels[at] = 0xff000000 | Math.min(s & 1023, 255) | Math.min(s >> 10 & 1023, 255) << 8 | Math.min(s >> 20 & 1023, 255) << 16;
      }
    }
  }

  // shades are the lights 0 to 255 in the colour of channel c, as drawLight adds
  // them.
  shades(c) {
    const [r, g, b] = this.colours[c], out = new Uint32Array(256);
    for (let v = 0; v < 256; v++) out[v] = (r * v / 255 + 0.5 | 0) | (g * v / 255 + 0.5 | 0) << 10 | (b * v / 255 + 0.5 | 0) << 20;
    return out;
  }

  // light is what a number of channel c becomes, without a table: 0 to 255, 0 for
  // NaN.
  light(c) {
    const { offset, step } = this.raster.bands[c], [lo, hi] = this.contrast[c], by = 255 / (hi - lo || 1e-30);
    return n => Math.max(0, Math.min(255, Math.round((offset + step * n - lo) * by))) | 0;
  }

  drawTint({ pixels, width, columns, rows }, shown, plane, k) {
    for (const ch of shown) {
      const { numbers, width: w } = this.raster.level(plane, ch, k), light = this.light(ch), table = this.table(ch), [r, g, b] = this.colours[ch];
      const hue = b << 16 | g << 8 | r;
      for (let y = 0; y < rows.at.length; y++) {
        const row = rows.at[y] * w;
        for (let x = 0, at = (rows.from + y) * width + columns.from; x < columns.at.length; x++, at++) {
          const n = numbers[row + columns.at[x]], v = table ? table[n] : light(n);
          if (v > pixels[at] >>> 24) pixels[at] = v << 24 | hue;
        }
      }
    }
  }

  drawLabels({ pixels, width, columns, rows }, { numbers, width: w }) {
    this.hues ??= new Map();
    for (let y = 0; y < rows.at.length; y++) {
      const row = rows.at[y] * w;
      let last = 0, colour = 0; // labels come in runs
      for (let x = 0, at = (rows.from + y) * width + columns.from; x < columns.at.length; x++, at++) {
        const n = numbers[row + columns.at[x]];
        if (n !== last) {
          last = n;
          if (!this.hues.has(n)) this.hues.set(n, labelColour(n));
          colour = this.hues.get(n);
        }
        pixels[at] = colour;
      }
    }
  }
}

// labelColour is a colour for a label, as a pixel: neighbours in number differ
// by the golden angle, so that they are told apart.
function labelColour(n) {
  if (!(n > 0)) return 0;
  const hue = n * 0.618033988749895 % 1 * 6, x = Math.round(255 * (1 - Math.abs(hue % 2 - 1)));
  const [r, g, b] = [[255, x, 0], [x, 255, 0], [0, 255, x], [0, x, 255], [x, 0, 255], [255, 0, x]][Math.floor(hue)];
  return 0xff000000 | b << 16 | g << 8 | r;
}

// RasterPane shows a raster and, above it, more of the same size.
class RasterPane extends Pane {
  // over are those above the image: [name, raster, blend], from below; layers
  // name the canvases above them.
  constructor(raster, box, { over = [], layers = [], moved, colours } = {}) {
    super([raster.depth, raster.height, raster.width], box, { layers: ["image", ...over.map(o => o[0]), ...layers], moved });
    this.raster = raster;
    this.pictures = [new Layer(raster, this.layers[0], "light", colours), ...over.map(([, r, blend], i) => new Layer(r, this.layers[i + 1], blend))];
    this.image = this.pictures[0];
  }

  async load(plane) {
    await Promise.all(this.pictures.map(p => p.raster.load(plane)));
  }

  // show shows a plane, z or "max", once it is unpacked, unless a later one is
  // seen by then, and has the planes beside it unpacked. It says whether it did.
  async show(plane) {
    const turn = this.turns = (this.turns || 0) + 1;
    await this.load(plane);
    if (turn < this.shownTurn) return false;
    this.shownTurn = turn;
    this.z = plane;
    this.drawPicture();
    setTimeout(async () => {
      for (const z of [plane + 1, plane - 1]) if (this.z === plane && z >= 0 && z < this.depth) await this.load(z);
    }, 30);
    return true;
  }

  // setContrast gives the values of a channel of the image that are black and full
  // colour.
  setContrast(c, lo, hi) {
    this.image.setContrast(c, lo, hi);
    this.drawPicture();
  }

  // drawPicture draws before the next frame.
  drawPicture() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      if (!this.box.clientWidth) return; // nobody sees it
      for (const p of this.pictures) p.draw(this, this.z);
    });
  }
}
