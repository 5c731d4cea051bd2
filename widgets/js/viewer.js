// The viewer: an image with its values, and what lies over it.

class Viewer extends Widget {
  build() {
    const { data } = this, { dims } = data;
    this.raster = new Raster(data.image);
    const over = [];
    if (data.labels) over.push(["labels", new Raster(data.labels), "labels"]);
    if (data.prob) over.push(["map", new Raster(data.prob), "tint"]);
    this.box = paneBox(dims, "Picture. C shows a crosshair, which the arrow keys move" + (dims[0] > 1 ? "; Page Up and Page Down change the plane" : ""));
    this.pane = new RasterPane(this.raster, this.box, { over, layers: ["marks"], moved: () => this.remark() });
    this.pane.z = data.z;
    this.marks = this.pane.layers.at(-1);
    this.stamps = new Stamps();
    this.over = over.map(([name, raster]) => ({ name, raster }));
    this.planes = new Planes(dims[0], [this.pane], plane => this.show(plane), { z: data.z, projection: true });
    this.channels = new Channels(this.pane.image, () => { this.pane.drawPicture(); this.schedule(); });
    this.cursor = new Cursor([this.pane], () => this.schedule());
    this.readout = new Readout({ dims, spacing: data.spacing, unit: data.unit, values: (z, y, x) => this.values(z, y, x) });
    this.points = [];
    if (data.found) this.points.push(new Points(data.found, "point", { mated: "tp", unmated: "fp", alone: "found" }));
    if (data.truth) this.points.push(new Points(data.truth, "true point", { mated: "tp", unmated: "fn", alone: "truth" }));
    new ScaleBar(this.pane, data.spacing, data.unit);
    const left = element("div", {}, this.box, this.tools(), ...this.legendBox());
    this.root.append(this.header(sizeOf(dims), data.image.bands.length > 1 ? data.image.bands.length + " channels" : "", this.voxel()),
      element("div", { class: "body" }, left, element("div", { class: "side" }, this.readout.element, ...this.channels.elements, this.opacities(), this.hint())));
  }

  // voxel is the size of a voxel in words.
  voxel() {
    const { spacing, dims } = this.data, unit = unitName(this.data.unit);
    return unit ? spacing.slice(dims[0] > 1 ? 0 : 1).map(v => Number(v.toPrecision(6))).join(" × ") + " " + unit + " a " + (dims[0] > 1 ? "voxel" : "pixel") : "";
  }

  tools() { return element("div", { class: "tools" }, zoomButtons(this.pane), crossButton(this.cursor), ...this.planes.elements); }

  opacities() {
    const names = { labels: "Labels", map: "Probability map" };
    return element("div", { class: "tools" }, ...this.over.map(({ name }) => {
      const canvas = this.pane.layers.find(c => c.getAttribute("data-layer") === name);
      canvas.style.opacity = this.data.opacity;
      return slider(names[name], { class: "opacity " + name, min: 0, max: 1, step: 0.05, value: this.data.opacity }, v => Math.round(100 * v) + " %", v => { canvas.style.opacity = v; });
    }));
  }

  hint() {
    return element("p", { class: "hint" }, "Wheel or + and − zoom, 0 shows all; drag or arrow keys move. C: crosshair, moved by arrow keys, with Shift by ten; Esc hides it." + (this.data.dims[0] > 1 ? " Page Up and Page Down: plane." : ""));
  }

  legendBox() {
    if (this.points.length === 0) return [];
    const { data } = this;
    const names = data.found && data.truth ? { tp: "found (TP)", fp: "false (FP)", fn: "missed (FN)" } : data.found ? { found: "points" } : { truth: "true points" };
    this.legend = new Legend(names, () => this.remark());
    this.numbers = {};
    for (const kind of Object.keys(names)) {
      this.numbers[kind] = this.points.find(p => p.lists[kind]).lists[kind].length;
      this.legend.count(kind, this.numbers[kind]);
    }
    this.publish(this.numbers);
    return [this.legend.element];
  }

  async show(plane) {
    const done = await this.pane.show(plane);
    if (done) this.channels.follow(plane);
    this.remark();
    if (done) this.say(plane === "max" ? "Largest values over z." : "Plane " + plane + ".");
  }

  // values are those of a voxel: channels that are shown, map, label and point.
  values(z, y, x) {
    const { image } = this.pane, list = [];
    this.raster.bands.forEach((band, c) => {
      if (image.visible[c]) list.push({ name: band.name, text: this.raster.text(z, y, x, c), colour: this.raster.bands.length > 1 ? image.colours[c] : undefined });
    });
    for (const { name, raster } of this.over) {
      raster.bands.forEach((band, c) => list.push({ name: name === "map" ? (raster.bands.length > 1 ? "probability of class " + (c + 1) : "probability") : "label", text: raster.text(z, y, x, c) }));
    }
    const point = this.pointAt(z, y, x);
    if (point) list.push({ name: "", text: point.words });
    return list;
  }

  // pointAt is the point whose mark is under the cursor.
  pointAt(z, y, x) {
    let best = null;
    for (const points of this.points) {
      const hidden = points === this.points[1] ? new Set([...this.legend.hidden, "tp"]) : this.legend.hidden; // a pair has one mark
      const i = points.nearest(z, this.data.dims[0] === 1, y, x, Math.max(8 / this.pane.scale, 0.75), hidden);
      if (i < 0) continue;
      const d = Math.hypot(points.pos[3 * i + 1] - y, points.pos[3 * i + 2] - x);
      if (!best || d < best.d) best = { d, points, i };
    }
    if (!best) return null;
    const { points, i } = best, other = this.points.find(p => p !== points);
    let words = { tp: "found", fp: "false", fn: "missed" }[points.kinds[i]];
    words = points.words(i) + (words ? " (" + words + ")" : "");
    if (other && points.mates?.[i] >= 0) {
      const mate = points.mates[i], unit = unitName(this.data.unit) && String(this.data.match) === String(this.data.spacing) ? unitName(this.data.unit) : String(this.data.match) === "1,1,1" ? "px" : "";
      words += " of " + other.words(mate) + ", " + Number(distance(points.pos, i, other.pos, mate, this.data.match).toPrecision(4)) + (unit ? " " + unit : "") + " away";
    }
    return { ...best, words };
  }

  // remark has the marks drawn anew with what else has changed.
  remark() {
    this.stale = true;
    this.schedule();
  }

  drawMarks() {
    this.stale = false;
    const lists = [], hidden = this.legend?.hidden, [a, b] = this.points; // mistakes lie on top
    for (const kind of ["truth", "found", "tp", "fn", "fp"]) {
      if (!this.points.length || hidden.has(kind)) continue;
      const of = kind === "fn" || kind === "truth" ? b || a : a;
      if (of.lists[kind]?.length) lists.push([kind, of.pos, of.lists[kind]]);
    }
    this.stamps.draw(this.pane, this.marks, lists);
  }

  update() {
    const { cursor, pane } = this, at = cursor.at, plane = pane.z;
    if (this.points.length && this.stale) this.drawMarks();
    const words = this.readout.show(at, plane);
    if (cursor.byKey) {
      cursor.byKey = false;
      this.say(words);
    }
    for (const name of ["y", "x", ...this.raster.bands.map((_, c) => "value-" + c), "probability", "label", "point"]) this.root.removeAttribute("data-" + name);
    if (at) this.publish({ y: at[0], x: at[1], ...this.published(plane, ...at) });
    this.publish({ zoom: pane.scale, z: plane === "max" ? -1 : plane, ...this.channels.numbers() });
  }

  published(plane, y, x) {
    const out = {};
    this.raster.bands.forEach((_, c) => { out["value-" + c] = this.raster.value(plane, y, x, c); });
    for (const { name, raster } of this.over) out[name === "map" ? "probability" : "label"] = raster.value(plane, y, x, 0);
    const point = this.pointAt(plane, y, x);
    if (point) out.point = point.points.ids[point.i];
    return out;
  }

  resize() { this.pane.resize(); }

  async load() {
    await this.pane.load(this.pane.z);
    this.channels.follow(this.pane.z);
  }
}
