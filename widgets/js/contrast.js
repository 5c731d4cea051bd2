// Contrast is the control of one channel: its switch and colour, a histogram with
// two handles for the values that are black and full colour, a box for each, and
// buttons for the contrast to begin with and for all values.
class Contrast {
  // layer is a Layer (layer.js) and c its channel; changed is called after a
  // change. With one channel there is no switch.
  constructor(layer, c, name, changed) {
    Object.assign(this, { layer, c, name, changed });
    const band = this.band = layer.raster.bands[c];
    this.histogram = element("canvas", { "aria-hidden": "true" });
    const input = (type, end, more) => element("input", { type, class: (end ? "high" : "low") + " channel-" + c, "aria-label": name + ", " + (end ? "full colour" : "black") + (type === "number" ? ", number" : ""), step: "any", ...more });
    this.ranges = [0, 1].map(end => input("range", end));
    this.boxes = [0, 1].map(end => input("number", end));
    [0, 1].forEach(end => {
      const set = (v, typing) => this.set(...(end ? [Math.min(this.values[0], v), v] : [v, Math.max(this.values[1], v)]), typing);
      this.ranges[end].addEventListener("input", () => set(this.snap(Number(this.ranges[end].value))));
      this.boxes[end].addEventListener("input", () => {
        const v = Number(this.boxes[end].value), good = this.boxes[end].value !== "" && Number.isFinite(v) && (end ? v > this.values[0] : v < this.values[1]);
        this.boxes[end].setAttribute("aria-invalid", String(!good));
        if (good) set(v, this.boxes[end]);
      });
      this.boxes[end].addEventListener("change", () => this.show());
      this.boxes[end].addEventListener("keydown", e => { // "any" steps by 1
        const by = { ArrowUp: 1, ArrowDown: -1 }[e.key];
        if (!by) return;
        e.preventDefault();
        const step = roundLength((this.domain[1] - this.domain[0]) / 100, this.band.type === "float32" || this.band.step < 1 ? 0 : 1), v = this.snap(this.values[end] + by * step);
        if (end ? v > this.values[0] : v < this.values[1]) set(v);
      });
    });
    const button = (text, title, f) => element("button", { type: "button", title, "aria-label": name + ": " + title, on: { click: f } }, text);
    this.head = element("div", { class: "channel" });
    this.element = element("div", { class: "contrast", role: "group", "aria-label": "Contrast of " + name }, this.head,
      element("div", { class: "handles" }, this.histogram, ...this.ranges),
      element("div", { class: "ends" }, this.boxes[0], button("Auto", "contrast without the darkest and brightest 0.5 %", () => this.auto()), button("Full", "contrast over all values", () => this.full()), this.boxes[1]));
    this.auto();
  }

  get values() { return this.layer.contrast[this.c]; }

  auto() {
    const [lo, hi] = this.band.contrast, [least, most] = this.band.range, span = hi - lo;
    this.domain = [Math.max(Math.min(least, lo), lo - span), Math.min(Math.max(most, hi), hi + 2 * span)];
    this.set(lo, hi);
  }

  full() {
    const [lo, hi] = this.band.range;
    this.domain = [lo, hi > lo ? hi : lo + 1];
    this.set(...this.domain);
  }

  // snap rounds a value of a handle to what can be told apart.
  snap(v) {
    const [lo, hi] = this.domain, digits = decimals((hi - lo) / 500);
    return this.band.type === "float32" || this.band.step < 1 ? Number(v.toFixed(Math.min(digits, 20))) : Math.round(v);
  }

  // set gives the two values; a box in which somebody types keeps its text.
  set(lo, hi, typing) {
    this.layer.setContrast(this.c, lo, hi);
    const old = String(this.domain);
    this.domain = [Math.min(this.domain[0], lo), Math.max(this.domain[1], hi)];
    if (String(this.domain) !== old || !this.shownDomain) this.drawHistogram();
    this.show(typing);
    this.changed(this);
  }

  show(typing) {
    this.shownDomain = String(this.domain);
    this.values.forEach((v, end) => {
      const range = this.ranges[end];
      range.min = this.domain[0];
      range.max = this.domain[1];
      range.value = v;
      const shown = Number(v.toPrecision(5)); // more would not fit
      range.setAttribute("aria-valuetext", String(shown));
      if (this.boxes[end] === typing) return;
      this.boxes[end].value = shown;
      this.boxes[end].setAttribute("aria-invalid", "false");
    });
    const [from, to] = this.domain, at = v => (100 * (v - from) / (to - from || 1)).toFixed(2) + "%";
    this.histogram.style.setProperty("--low", at(this.values[0]));
    this.histogram.style.setProperty("--high", at(this.values[1]));
  }

  // follow draws the histogram of another plane.
  follow(plane) {
    this.plane = plane;
    this.drawHistogram();
  }

  // drawHistogram draws how many pixels have which values between the ends of the
  // handles, as square roots, of a level of the pyramid of at most a quarter of a
  // million.
  drawHistogram() {
    const { raster } = this.layer, bins = 100, counts = new Float64Array(bins);
    if (!raster.loaded.has(this.plane)) return;
    let k = 0;
    while (raster.level(this.plane, this.c, k).numbers.length > 250_000) k++;
    const { numbers } = raster.level(this.plane, this.c, k), { offset, step, gap } = this.band, [from, to] = this.domain, by = bins / (to - from || 1);
    for (let i = 0; i < numbers.length; i++) {
      const n = numbers[i], bin = (offset + step * n - from) * by;
      if (bin >= 0 && bin <= bins && !(gap && n === 0)) counts[Math.min(bin | 0, bins - 1)]++;
    }
    const most = Math.sqrt(Math.max(...counts)) || 1, canvas = this.histogram, c = canvas.getContext("2d");
    canvas.width = 2 * bins;
    canvas.height = 56;
    c.fillStyle = this.colour || "#888";
    counts.forEach((n, i) => { const h = Math.sqrt(n) / most * 52; c.fillRect(2 * i, 56 - h, 2, h); });
  }
}
