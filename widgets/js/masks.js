// The mask preview: an image with what training would paint for its points, at one
// size after the other, and what goes wrong.

class Masks extends Widget {
  build() {
    const { data } = this;
    this.pos = doubles(data.points);
    this.n = this.pos.length / 3;
    this.places = this.pos.slice(); // points outside are marked at the nearest border
    for (const i of data.outside) for (let a = 0; a < 3; a++) this.places[3 * i + a] = Math.min(Math.max(this.pos[3 * i + a], 0), data.dims[a] - 1);
    this.state = { target: data.initial };
    this.stamps = new Stamps();
    this.box = paneBox(data.dims, "Image with targets");
    this.rasters = data.targets.map(t => new Raster(t.raster));
    this.view = new RasterPane(new Raster(data.image), this.box, { over: [["target", this.rasters[data.initial], "tint"]], layers: ["marks"], moved: () => this.drawMarks() });
    const over = this.view.layers[1];
    this.targets = this.rasters.map(r => {
      const layer = new Layer(r, over, "tint");
      layer.contrast.forEach((_, c) => layer.setContrast(c, 0, 1));
      return layer;
    });
    over.style.opacity = 0.6;
    this.view.pictures[1] = this.targets[data.initial];
    this.planes = new Planes(data.dims[0], [this.view], z => this.show(z), { z: data.z });
    this.view.z = data.z;
    this.readout = new Readout({ dims: data.dims, spacing: data.spacing, unit: data.unit, values: (z, y, x) => this.values(z, y, x) });
    this.cursor = new Cursor([this.view], c => {
      const text = this.readout.show(c.at, this.planes.plane);
      if (c.byKey) this.say(text);
    }, { press: false });
    this.legend = new Legend({ found: "an object of its own", merged: "share an object", outside: "outside" }, () => this.drawMarks());
    this.root.append(this.header(sizeOf(data.dims), count(this.n, "point")),
      element("div", { class: "body" },
        element("div", {}, this.box, this.readout.element, this.tools(over), this.legend.element),
        element("div", {}, this.picker(), this.numbers(), this.table(), this.findings())));
  }

  // values are those of a voxel, of image and target.
  values(z, y, x) {
    const of = (raster, name) => raster.bands.map((_, c) => ({ name: name + (raster.bands.length > 1 ? " " + (c + 1) : ""), text: raster.text(z, y, x, c) }));
    return [...of(this.view.raster, "image"), ...of(this.rasters[this.state.target], "target")];
  }

  tools(over) {
    return element("div", { class: "tools" }, zoomButtons(this.view), crossButton(this.cursor),
      slider("Target", { class: "opacity", min: 0, max: 1, step: 0.05, value: 0.6 }, v => Math.round(100 * v) + " %", v => { over.style.opacity = v; }),
      ...this.planes.elements);
  }

  // picker goes through the targets.
  picker() {
    const { targets } = this.data;
    this.range = element("input", { type: "range", class: "target", min: 0, max: targets.length - 1, step: 1, value: this.state.target, "aria-label": "What is painted", on: { input: () => this.set(Number(this.range.value)) } });
    this.name = element("output", {});
    return element("label", { class: "target" }, element("span", {}, "Painted: "), this.name, this.range);
  }

  numbers() {
    this.cells = {};
    const names = { points: "points", objects: "objects painted", merged: "points share one", faults: "faults of points", foreground: "% foreground" };
    return element("div", { class: "numbers" }, ...Object.entries(names).map(([key, name]) => element("div", key === "objects" ? { class: "main" } : {}, this.cells[key] = element("b"), name)));
  }

  // table has a row for each target, which chooses it.
  table() {
    this.rows = this.data.targets.map((t, k) => element("tr", {},
      element("td", {}, element("button", { type: "button", class: "link", on: { click: () => this.set(k) } }, t.name)),
      ...[t.objects, t.merged.length, (100 * t.foreground).toPrecision(3) + " %"].map(v => element("td", {}, String(v)))));
    const head = ["painted", "objects", "points that share one", "foreground"].map(text => element("th", { scope: "col" }, text));
    return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "All targets" }, element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...this.rows)));
  }

  findings() {
    this.list = element("ol", {});
    this.heading = element("h3", {});
    return element("div", { class: "findings" }, this.heading, this.list);
  }

  // set chooses a target.
  async set(k) {
    if (k === this.state.target) return;
    this.state.target = k;
    this.range.value = k;
    this.view.pictures[1] = this.targets[k];
    await this.show(this.planes.plane);
    this.schedule();
  }

  async show(z) {
    if (await this.view.show(z)) {
      this.drawMarks();
      this.readout.show(this.cursor.at, z);
      this.schedule();
    }
  }

  // go looks at a point.
  go(i) {
    const [z, y, x] = this.places.subarray(3 * i, 3 * i + 3);
    this.planes.set(Math.min(Math.max(sliceOf(z), 0), this.data.dims[0] - 1), false);
    this.view.look(y, x, Math.max(this.view.scale, Math.min(this.view.viewWidth, this.view.viewHeight) / 64));
  }

  // sorted are the points by their mark.
  sorted() {
    const merged = new Set(this.data.targets[this.state.target].merged), outside = new Set(this.data.outside), kinds = { found: [], merged: [], outside: [] };
    for (let i = 0; i < this.n; i++) kinds[outside.has(i) ? "outside" : merged.has(i) ? "merged" : "found"].push(i);
    return kinds;
  }

  drawMarks() {
    if (!this.legend) return;
    const kinds = this.sorted();
    this.stamps.draw(this.view, this.view.layers[2], Object.keys(kinds).filter(k => !this.legend.hidden.has(k)).map(k => [k, this.places, kinds[k]]));
  }

  update() {
    const { data, state } = this, t = data.targets[state.target], kinds = this.sorted();
    for (const [kind, list] of Object.entries(kinds)) this.legend.count(kind, list.length);
    this.name.textContent = t.name;
    this.range.setAttribute("aria-valuetext", t.name);
    const percent = (100 * t.foreground).toPrecision(3);
    const numbers = { points: this.n, objects: t.objects, merged: t.merged.length, faults: data.faults, foreground: percent };
    for (const [key, v] of Object.entries(numbers)) this.cells[key].textContent = v.toLocaleString("en");
    this.rows.forEach((row, k) => row.setAttribute("aria-current", String(k === state.target)));
    if (this.listed !== t) {
      this.listed = t;
      this.heading.textContent = t.faults.length ? count(t.faults.length, "finding") : "No two points touch, and none is faulty.";
      this.list.replaceChildren(...t.faults.map(f => element("li", {}, element("button", { type: "button", class: "link", on: { click: () => this.go(f.point) } }, f.text))));
    }
    this.publish({ ...numbers, foreground: t.foreground, outside: data.outside.length, target: state.target, z: this.planes.z });
    this.say(t.name + ": " + count(t.objects, "object") + " for " + count(this.n, "point") + ", " + t.merged.length + " share one, foreground " + percent);
    this.drawMarks();
  }

  resize() { this.view.resize(); }

  async load() { await this.view.load(this.data.z); }
}
