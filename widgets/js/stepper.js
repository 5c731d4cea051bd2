// The stage stepper: what each stage of the detection does to one image.

class Stepper extends Widget {
  build() {
    const { data } = this, { dims } = data;
    this.image = new Raster(data.image);
    this.map = new Raster(data.prob);
    this.peaks = new Points(data.peaks, "point", { mated: "gone", unmated: "found", alone: "found" });
    this.peaks.name = "peak";
    this.points = new Points(data.points, "point", { mated: "tp", unmated: "fp", alone: "found" });
    this.truth = data.truth ? new Points(data.truth, "true point", { mated: "tp", unmated: "fn", alone: "truth" }) : null;
    this.removed = this.peaks.lists.gone.map(i => [i, this.peaks.mates[i]]);
    this.place = new Int32Array(this.peaks.count).fill(-1); // of the point that a peak becomes
    data.kept.forEach((i, k) => { this.place[i] = k; });
    const items = data.stages.map(stage => this.item(stage));
    this.panes = items.map(i => i.pane);
    const inputs = items.filter(i => i.pane.raster === this.image);
    for (const { pane } of inputs.slice(1)) pane.image.shareContrast(inputs[0].pane.image);
    this.gallery = new Gallery(items, { noun: "Stage", changed: () => this.schedule() });
    this.planes = new Planes(dims[0], this.panes, plane => this.show(plane), { z: data.z });
    this.cursor = new Cursor(this.panes, () => this.schedule());
    this.readout = new Readout({ dims, spacing: data.spacing, unit: data.unit, values: (z, y, x) => this.values(z, y, x) });
    this.channels = new Channels(inputs[0].pane.image, () => { for (const { pane } of inputs) pane.drawPicture(); this.schedule(); });
    const tools = element("div", { class: "tools" }, zoomButtons(this.panes[0]), crossButton(this.cursor), this.gallery.toggle, ...this.planes.elements);
    const hint = "Wheel or + and − zoom, drag or arrow keys move all pictures. C: crosshair, moved by arrow keys, with Shift by ten." + (dims[0] > 1 ? " Page Up and Page Down: plane." : "");
    this.root.append(this.header(sizeOf(dims), data.stages.length + " stages"), tools, this.readout.element, ...this.gallery.elements,
      element("details", {}, element("summary", {}, "Contrast"), element("div", { class: "contrasts" }, ...this.channels.elements)), element("p", { class: "hint" }, hint));
    const { lists } = this.points;
    this.publish({ peaks: this.peaks.count, kept: data.kept.length, removed: this.removed.length, points: this.points.count,
      ...(this.truth ? { tp: lists.tp.length, fp: lists.fp.length, fn: this.truth.lists.fn.length } : {}) });
  }

  // item is the pane of a stage with its words.
  item({ name, does, numbers, key }) {
    const { data } = this, raster = key === "map" || key === "peaks" || key === "pruned" ? this.map : this.image;
    const box = paneBox(data.dims, name + ". C shows a crosshair, which the arrow keys move" + (data.dims[0] > 1 ? "; Page Up and Page Down change the plane" : ""));
    const pane = new RasterPane(raster, box, { layers: ["lines", "marks"], moved: () => this.schedule() });
    pane.z = data.z;
    new ScaleBar(pane, data.spacing, data.unit);
    return { name, key, pane, stamps: new Stamps(), drawings: this.drawings(key), below: [element("p", { class: "numbers" }, numbers), element("p", { class: "does" }, does), ...this.key(key)] };
  }

  // key explains the marks of a stage.
  key(stage) {
    const names = { peaks: { found: "peak" }, pruned: { found: "kept", gone: "removed" }, refined: { found: "point" }, scored: { tp: "found", fp: "false", fn: "missed" } }[stage];
    return names ? [element("p", { class: "key" }, ...Object.entries(names).map(([kind, name]) => element("span", {}, markSample(kind), name)))] : [];
  }

  // drawings are lines and marks of a stage.
  drawings(key) {
    const { peaks, points, truth, data } = this, all = n => Array.from({ length: n }, (_, i) => i);
    switch (key) {
      case "peaks": return { lists: [["found", peaks.pos, all(peaks.count)]] };
      case "pruned": return { lines: [peaks.pos, peaks.pos, this.removed], lists: [["gone", peaks.pos, peaks.lists.gone], ["found", peaks.pos, peaks.lists.found]] };
      case "refined": return { lines: [peaks.pos, points.pos, data.kept.map((i, k) => [i, k])], lists: [["found", points.pos, all(points.count)]] };
      case "scored": return { lists: [["tp", points.pos, points.lists.tp], ["fn", truth.pos, truth.lists.fn], ["fp", points.pos, points.lists.fp]] };
    }
    return { lists: [] };
  }

  async show(plane) {
    const done = await Promise.all(this.panes.map(p => p.show(plane)));
    if (done[0]) this.channels.follow(plane);
    this.schedule();
    if (done[0]) this.say("Plane " + plane + ".");
  }

  // values are those of a voxel: the channels of the image, the map, and what
  // becomes of the peak there.
  values(z, y, x) {
    const { data } = this, image = this.image, several = image.bands.length > 1, list = [];
    image.bands.forEach((b, c) => { if (this.channels.layer.visible[c]) list.push({ name: b.name, text: image.text(z, y, x, c), colour: several ? this.channels.layer.colours[c] : undefined }); });
    this.map.bands.forEach((_, c) => list.push({ name: this.map.bands.length > 1 ? "probability of class " + (c + 1) : "probability", text: this.map.text(z, y, x, c) }));
    const reach = Math.max(8 / this.seen.scale, 0.75), flat = data.dims[0] === 1, none = new Set();
    const i = this.peaks.nearest(z, flat, y, x, reach, none), t = this.truth ? this.truth.nearest(z, flat, y, x, reach, none) : -1;
    if (i >= 0) list.push({ name: "", text: this.fate(i) });
    if (t >= 0) list.push({ name: "", text: this.truth.words(t) + (this.truth.mates[t] < 0 ? " (missed)" : " (found)") });
    return list;
  }

  // fate says what becomes of a peak.
  fate(i) {
    const { peaks, points, truth, data } = this, away = (d, unit) => Number(d.toPrecision(4)) + (unit ? " " + unit : "") + " away";
    const start = "peak " + peaks.ids[i] + (peaks.classes ? ", class " + peaks.classes[i] : "") + ", probability " + Number(peaks.prob[i].toPrecision(7)), by = peaks.mates[i];
    if (by >= 0) return start + ": removed by peak " + peaks.ids[by] + ", " + away(distance(peaks.pos, i, peaks.pos, by, data.close), data.closeUnit);
    const k = this.place[i], t = points.mates ? points.mates[k] : -1;
    const end = !truth ? "" : t < 0 ? ", false" : ", found: true point " + truth.ids[t] + ", " + away(distance(points.pos, k, truth.pos, t, data.match), data.matchUnit);
    return start + ": point " + points.ids[k] + end;
  }

  // seen is a pane in sight.
  get seen() { return this.gallery.seen[0].pane; }

  update() {
    const { cursor } = this, at = cursor.at, plane = this.seen.z;
    for (const { drawings: { lines, lists }, pane, stamps } of this.gallery.seen) {
      if (lines) drawLines(pane, pane.layers[1], ...lines);
      stamps.draw(pane, pane.layers[2], lists);
    }
    const words = this.readout.show(at, plane);
    if (cursor.byKey) {
      cursor.byKey = false;
      this.say(words);
    }
    for (const name of ["y", "x", "probability", ...this.image.bands.map((_, c) => "value-" + c)]) this.root.removeAttribute("data-" + name);
    if (at) {
      this.publish({ y: at[0], x: at[1], probability: this.map.value(plane, ...at, 0) });
      this.image.bands.forEach((_, c) => this.publish({ ["value-" + c]: this.image.value(plane, ...at, c) }));
    }
    this.publish({ z: plane, zoom: this.seen.scale, stage: this.gallery.single ? this.gallery.current : -1, ...this.channels.numbers() });
  }

  resize() {
    this.gallery.resize(this.root.clientWidth);
    this.schedule();
  }

  async load() {
    await Promise.all(this.panes.map(p => p.load(this.data.z)));
    this.channels.follow(this.data.z);
  }
}
