// Raster is an image with its values: numbers, which package widgets has packed
// (raster.go).
class Raster {
  constructor(data) {
    Object.assign(this, data);
    [this.depth, this.height, this.width] = data.dims; // voxels
    this.channels = this.bands.length;
    this.loaded = new Map(); // plane: for each channel the levels of its pyramid
    this.loading = new Map();
  }

  // load unpacks a plane, z or "max" for the largest values over z; it is kept, as
  // are few others. Numbers take about 256 MB at most.
  load(plane) {
    if (this.loaded.has(plane)) return Promise.resolve();
    if (!this.loading.has(plane)) {
      const unpacked = plane === "max" ? this.largest() : Promise.all(this.planes[plane].map((text, c) => this.unpack(text, c)));
      this.loading.set(plane, unpacked.then(channels => {
        this.makeRoom();
        this.loaded.set(plane, channels);
      }).finally(() => this.loading.delete(plane)));
    }
    return this.loading.get(plane);
  }

  makeRoom() {
    const each = this.bands.reduce((sum, b) => sum + { uint8: 1, uint16: 2, float32: 4 }[b.type], 0) * this.width * this.height / this.factor ** 2 * 4 / 3;
    const most = Math.max(Math.floor(2 ** 28 / each), 3);
    for (const plane of this.loaded.keys()) if (this.loaded.size >= most && plane !== "max") this.loaded.delete(plane);
  }

  async unpack(text, c) {
    const width = Math.ceil(this.width / this.factor), height = Math.ceil(this.height / this.factor);
    return pyramid({ width, height, numbers: numbersOf(await inflate(text), this.bands[c].type) }, this.pool, this.bands[c].gap);
  }

  // largest is the largest value over z, of what is a number.
  async largest() {
    let out = null;
    for (let z = 0; z < this.depth; z++) {
      await this.load(z);
      const channels = this.loaded.get(z).map(levels => levels[0]);
      out ??= channels.map(({ width, height, numbers }) => ({ width, height, numbers: numbers.slice() }));
      channels.forEach(({ numbers }, c) => {
        const to = out[c].numbers;
        for (let i = 0; i < to.length; i++) if (numbers[i] > to[i] || to[i] !== to[i]) to[i] = numbers[i];
      });
    }
    return out.map((level, c) => pyramid(level, this.pool, this.bands[c].gap));
  }

  // level is the k-th of the pyramid, or the last one: each halves the one before.
  level(plane, c, k) {
    const levels = this.loaded.get(plane)[c];
    return levels[Math.min(k, levels.length - 1)];
  }

  // number is that of the pixel that shows a voxel; undefined outside and for
  // planes that are not loaded.
  number(plane, y, x, c) {
    if (!this.loaded.has(plane) || y < 0 || x < 0 || y >= this.height || x >= this.width) return undefined;
    const { width, numbers } = this.level(plane, c, 0);
    return numbers[Math.floor(y / this.factor) * width + Math.floor(x / this.factor)];
  }

  // value is that of a voxel, NaN where there is none.
  value(plane, y, x, c) {
    const { offset, step, gap } = this.bands[c], n = this.number(plane, y, x, c);
    if (n === undefined || gap && n === 0) return NaN;
    return step === 1 ? offset + n : Number((offset + step * n).toFixed(decimals(step)));
  }

  // text is a value with the digits that it has.
  text(plane, y, x, c) {
    const v = this.value(plane, y, x, c), { type, step } = this.bands[c];
    if (!Number.isFinite(v)) return String(v);
    if (type === "float32") return shortest(v);
    return step < 1 ? v.toFixed(decimals(step)) : String(v);
  }
}

// inflate unpacks base64 of raw DEFLATE.
async function inflate(text) {
  return new Uint8Array(await new Response(new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer());
}

// numbersOf puts the bytes of each number together again.
function numbersOf(bytes, type) {
  if (type === "uint8") return bytes;
  const each = type === "uint16" ? 2 : 4, n = bytes.length / each;
  const whole = each === 2 ? new Uint16Array(n) : new Uint32Array(n);
  for (let b = 0; b < each; b++) for (let i = 0, at = b * n; i < n; i++) whole[i] |= bytes[at + i] << (8 * b);
  return each === 2 ? whole : new Float32Array(whole.buffer);
}

// pyramid is a level with those that halve it, down to one of a few pixels.
function pyramid(level, pool, gap) {
  const levels = [level];
  while (Math.max(level.width, level.height) > 64) levels.push(level = halved(level, pool, gap));
  return levels;
}

// halved makes one pixel of up to four. What is no number takes no part.
function halved({ width, height, numbers }, pool, gap) {
  const w = Math.ceil(width / 2), h = Math.ceil(height / 2), out = new numbers.constructor(w * h), whole = !(numbers instanceof Float32Array);
  for (let y = 0; y < h; y++) {
    const a = 2 * y * width, b = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0, at = y * w; x < w; x++, at++) {
      const l = 2 * x, r = Math.min(l + 1, width - 1), p = numbers[a + l], q = numbers[a + r], s = numbers[b + l], t = numbers[b + r], sum = p + q + s + t;
      if (pool === "first") out[at] = p;
      else if (sum !== sum || gap && (p === 0 || q === 0 || s === 0 || t === 0)) out[at] = pooledOf([p, q, s, t].filter(v => whole ? v !== 0 : v === v), pool, whole);
      else if (pool === "largest") { const m = p > q ? p : q, n = s > t ? s : t; out[at] = m > n ? m : n; }
      else out[at] = whole ? (sum + 2) >> 2 : sum / 4;
    }
  }
  return { width: w, height: h, numbers: out };
}

// pooledOf is the value of a few numbers, and of none what says that there is none.
function pooledOf(values, pool, whole) {
  if (values.length === 0) return whole ? 0 : NaN;
  if (pool === "largest") return Math.max(...values);
  const mean = values.reduce((a, b) => a + b) / values.length;
  return whole ? Math.round(mean) : mean;
}
