// The comparison of two versions of an image, or of two sets of points.

class Compare extends Widget {
  build() {
    const { data } = this, { dims, versions } = data;
    this.names = versions.map(v => v.name);
    const first = new Raster(versions[0].image);
    this.rasters = [first, versions[1].image ? new Raster(versions[1].image) : first];
    this.sets = versions.map((v, k) => v.points ? new Points(v.points, "point", { mated: "both", unmated: k ? "onlyB" : "onlyA", alone: "found" }) : null);
    this.truth = data.truth ? new Points(data.truth, "true point", { mated: "truth", unmated: "truth", alone: "truth" }) : null;
    this.errors = versions.map((v, k) => this.errorsOf(v, this.sets[k]));
    this.mode = "swipe";
    this.marking = this.sets[0] && this.sets[1] ? "agreement" : this.truth ? "errors" : "points";
    this.flipped = false;
    const hint = ". C shows a crosshair, which the arrow keys move" + (dims[0] > 1 ? "; Page Up and Page Down change the plane" : "");
    this.panes = versions.map((v, k) => {
      const pane = new RasterPane(this.rasters[k], paneBox(dims, v.name + hint), { layers: ["marks"], moved: () => this.schedule() });
      pane.z = data.z;
      pane.box.append(element("span", { class: "tag" }, v.name));
      new ScaleBar(pane, data.spacing, data.unit);
      return pane;
    });
    if (this.rasters[1] === first) this.panes[1].image.shareContrast(this.panes[0].image);
    this.stamps = [new Stamps(), new Stamps()];
    this.link = linkPanes(this.panes);
    this.cursor = new Cursor(this.panes, () => this.schedule());
    this.readout = new Readout({ dims, spacing: data.spacing, unit: data.unit, values: (z, y, x) => this.values(z, y, x) });
    this.planes = new Planes(dims[0], this.panes, plane => this.show(plane), { z: data.z, projection: true });
    this.channels = this.panes.filter((_, k) => k === 0 || this.rasters[1] !== first).map(pane => new Channels(pane.image, () => { for (const p of this.panes) p.drawPicture(); this.schedule(); }));
    this.divider = new Divider("Divider between " + this.names.join(" and "), percent => percent + " % " + this.names[0] + ", " + (100 - percent) + " % " + this.names[1], at => this.cut(at));
    this.stage = element("div", { class: "versions" }, ...this.panes.map(p => p.box), this.divider.element);
    const tools = element("div", { class: "tools" }, this.modes(), zoomButtons(this.panes[0]), crossButton(this.cursor), ...this.planes.elements, this.blinking());
    const [marking, table] = this.pointsBox();
    const contrast = element("details", {}, element("summary", {}, "Contrast"), element("div", { class: "contrasts" }, ...this.channels.flatMap((c, k) => this.channels.length > 1 ? [element("div", {}, element("h3", {}, this.names[k]), ...c.elements)] : c.elements)));
    const hints = element("p", { class: "hint" }, "Wheel or + and − zoom, drag or arrow keys move both. C: crosshair. F: the other one, in Blink. Divider: drag it, or arrow keys." + (dims[0] > 1 ? " Page Up and Page Down: plane." : ""));
    this.body = element("div", { class: "body" }, element("div", {}, this.stage, ...marking), element("div", { class: "side" }, this.readout.element, ...table, contrast, hints));
    this.root.append(this.header(sizeOf(dims), this.names.join(" and ")), tools, this.body);
    this.root.addEventListener("keydown", e => {
      if ((e.key === "f" || e.key === "F") && this.mode === "blink" && !e.ctrlKey && !e.metaKey && !e.altKey && e.target.type !== "number") { e.preventDefault(); this.flip(); }
    });
    this.setMode("swipe");
  }

  // errorsOf are the marks of a version against the true points; null where these
  // are not known.
  errorsOf({ mates, missed, score }, points) {
    if (!score) return null;
    const all = Array.from({ length: points.count }, (_, i) => i), mate = mates || [];
    return { tp: all.filter(i => mate[i] >= 0), fp: all.filter(i => !(mate[i] >= 0)), fn: missed || [] };
  }

  modes() { return radios("Comparison", { swipe: "Divider", side: "Side by side", blink: "Blink" }, this.mode, key => this.setMode(key)).element; }

  // blinking are the controls of that mode. Nothing blinks by itself for those who
  // ask for less motion, or more than twice a second.
  blinking() {
    this.auto = element("input", { type: "checkbox", class: "auto", on: { change: () => this.tick() } });
    this.auto.checked = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.pause = 1;
    const pace = slider("Every", { class: "pace", min: 0.5, max: 3, step: 0.1, value: this.pause }, v => Number(v).toFixed(1) + " s", v => { this.pause = v; this.tick(); });
    return this.blinkBox = element("span", { class: "blinking" }, element("button", { type: "button", class: "flip", on: { click: () => this.flip() } }, "The other one"), element("label", { class: "switch" }, this.auto, "by itself"), pace);
  }

  setMode(mode) {
    this.mode = mode;
    for (const name of ["swipe", "side", "blink"]) this.stage.classList.toggle(name, name === mode);
    this.body.classList.toggle("pair", mode === "side");
    this.blinkBox.hidden = mode !== "blink";
    this.divider.element.hidden = mode !== "swipe";
    this.flipped = false;
    this.cut(this.divider.at);
    this.tick();
    if (this.shown) this.resize();
    this.schedule();
  }

  // tick starts or stops the change of versions.
  tick() {
    clearInterval(this.timer);
    if (this.mode === "blink" && this.auto.checked) this.timer = setInterval(() => { if (this.root.isConnected) this.flip(true); else clearInterval(this.timer); }, 1000 * this.pause);
  }

  flip(byItself = false) {
    this.flipped = !this.flipped;
    this.cut(this.divider.at);
    this.publish({ front: this.flipped ? 1 : 0 });
    if (!byItself) this.say(this.names[this.flipped ? 1 : 0] + ".");
  }

  // cut shows as much of the versions as the mode and the divider say.
  cut(at) {
    if (!this.stage) return;
    const [a, b] = this.panes.map(p => p.box), swipe = this.mode === "swipe", blink = this.mode === "blink";
    a.style.clipPath = swipe ? `inset(0 ${100 - 100 * at}% 0 0)` : "";
    b.style.clipPath = swipe ? `inset(0 0 0 ${100 * at}%)` : "";
    a.classList.toggle("behind", blink && this.flipped); // still has the focus
    b.classList.toggle("behind", blink && !this.flipped);
    this.publish({ divider: at });
  }

  // pointsBox is what says which marks there are, and the table of counts and
  // scores.
  pointsBox() {
    if (!this.sets[0] && !this.sets[1]) return [[], []];
    const ways = {};
    if (this.sets[0] && this.sets[1]) ways.agreement = "against each other";
    if (this.truth) ways.errors = "against the true points";
    this.legends = {
      agreement: ways.agreement && new Legend({ both: "found by both", onlyA: "only by " + this.names[0], onlyB: "only by " + this.names[1] }, () => this.schedule()),
      errors: ways.errors && new Legend({ tp: "found (TP)", fp: "false (FP)", fn: "missed (FN)" }, () => this.schedule()),
      points: new Legend({ found: "points" }, () => this.schedule()),
    };
    if (ways.agreement) {
      const [a, b] = this.sets, n = { both: a.lists.both.length, onlyA: a.lists.onlyA.length, onlyB: b.lists.onlyB.length };
      for (const [kind, v] of Object.entries(n)) this.legends.agreement.count(kind, v);
      this.publish({ both: n.both, "only-a": n.onlyA, "only-b": n.onlyB });
    }
    if (ways.errors) for (const kind of ["tp", "fp", "fn"]) this.legends.errors.counts[kind].textContent = this.errors.filter(e => e).map(e => e[kind].length.toLocaleString("en")).join(" / ");
    this.legends.points.count("found", this.sets.reduce((sum, s) => sum + (s ? s.count : 0), 0));
    const choice = Object.keys(ways).length > 1 ? [element("div", { class: "steps marking" }, "Marks:", radios("Marks", ways, this.marking, key => { this.marking = key; this.showLegend(); this.schedule(); }).element)] : [];
    this.showLegend();
    return [[...choice, ...Object.values(this.legends).filter(l => l).map(l => l.element)], [this.table()]];
  }

  showLegend() {
    for (const [way, legend] of Object.entries(this.legends)) if (legend) legend.element.hidden = way !== this.marking;
  }

  table() {
    const { data } = this;
    const body = [["points", ...this.sets.map(s => s ? s.count.toLocaleString("en") : "–")]];
    if (this.truth) {
      const names = { tp: "found (TP)", fp: "false (FP)", fn: "missed (FN)", f1: "F1", precision: "precision", recall: "recall" };
      for (const [key, name] of Object.entries(names)) body.push([name, ...data.versions.map(({ score }) => !score ? "–" : key === "f1" || key === "precision" || key === "recall" ? score[key].toFixed(3) : score[key].toLocaleString("en"))]);
      data.versions.forEach(({ score }, k) => { if (score) for (const key of ["tp", "fp", "fn", "f1", "precision", "recall"]) this.publish({ [key + "-" + "ab"[k]]: score[key] }); });
    }
    const table = element("table", {}, element("caption", {}, "Points " + data.within), element("thead", {}, element("tr", {}, element("td"), ...this.names.map(n => element("th", { scope: "col" }, n)))),
      element("tbody", {}, ...body.map(([name, ...texts]) => element("tr", {}, element("th", { scope: "row" }, name), ...texts.map(t => element("td", {}, t))))));
    const found = data.found ? [element("p", {}, `Of ${count(data.truth.count, "true point")} both find ${data.found[0]}, only ${this.names[0]} ${data.found[1]}, only ${this.names[1]} ${data.found[2]}, none ${data.found[3]}.`)] : [];
    return element("div", { class: "scores-of" }, table, ...found);
  }

  async show(plane) {
    const done = await Promise.all(this.panes.map(p => p.show(plane)));
    if (done[0]) for (const c of this.channels) c.follow(plane);
    this.schedule();
    if (done[0]) this.say(plane === "max" ? "Largest values over z." : "Plane " + plane + ".");
  }

  // values are those of a voxel in both versions, and the points there.
  values(z, y, x) {
    const list = [], one = this.rasters[0] === this.rasters[1];
    this.rasters.forEach((raster, k) => {
      if (one && k === 1) return;
      const { image } = this.panes[k], several = raster.bands.length > 1;
      raster.bands.forEach((b, c) => { if (image.visible[c]) list.push({ name: (one ? "" : this.names[k] + (several ? " " : "")) + (several || one ? b.name : ""), text: raster.text(z, y, x, c), colour: several ? image.colours[c] : undefined }); });
    });
    const reach = Math.max(8 / this.panes[0].scale, 0.75), flat = this.data.dims[0] === 1, none = new Set();
    this.sets.forEach((set, k) => {
      const i = set ? set.nearest(z, flat, y, x, reach, none) : -1;
      if (i < 0) return;
      const other = this.sets[1 - k], mate = set.mates ? set.mates[i] : -1;
      list.push({ name: this.names[k], text: set.words(i) + (!other ? "" : mate >= 0 ? ", as " + this.names[1 - k] + "'s " + other.ids[mate] : ", alone") + this.verdict(k, i) });
    });
    const t = this.truth ? this.truth.nearest(z, flat, y, x, reach, none) : -1;
    if (t >= 0) list.push({ name: "", text: this.truth.words(t) });
    return list;
  }

  // verdict says whether point i of version k is one of the true points.
  verdict(k, i) {
    if (!this.errors[k]) return "";
    const mate = (this.data.versions[k].mates || [])[i];
    return mate >= 0 ? " (true point " + this.truth.ids[mate] + ")" : " (false)";
  }

  // listsOf are the marks of version k.
  listsOf(k) {
    const set = this.sets[k], { hidden } = this.legends[this.marking];
    let lists;
    if (this.marking === "errors") {
      const e = this.errors[k];
      lists = e ? [["tp", set.pos, e.tp], ["fn", this.truth.pos, e.fn], ["fp", set.pos, e.fp]] : [];
    } else lists = set ? Object.entries(set.lists).map(([kind, indices]) => [kind, set.pos, indices]) : [];
    return lists.filter(([kind, , indices]) => indices.length && !hidden.has(kind));
  }

  update() {
    const { cursor } = this, at = cursor.at, plane = this.panes[0].z;
    if (this.legends) this.panes.forEach((pane, k) => this.stamps[k].draw(pane, pane.layers[1], this.listsOf(k)));
    const words = this.readout.show(at, plane);
    if (cursor.byKey) {
      cursor.byKey = false;
      this.say(words);
    }
    const names = this.rasters.flatMap((r, k) => r.bands.map((_, c) => ["value-" + "ab"[k] + c, k, c]));
    for (const name of ["y", "x", ...names.map(n => n[0])]) this.root.removeAttribute("data-" + name);
    if (at) {
      this.publish({ y: at[0], x: at[1] });
      for (const [name, k, c] of names) this.publish({ [name]: this.rasters[k].value(plane, ...at, c) });
    }
    this.publish({ z: plane === "max" ? -1 : plane, zoom: this.panes[0].scale, ...this.channels[0].numbers() });
  }

  resize() {
    for (const pane of this.panes) if (pane.resize()) this.schedule();
    this.link.follow(this.panes[1]);
  }

  async load() {
    await Promise.all(this.panes.map(p => p.load(this.data.z)));
    for (const c of this.channels) c.follow(this.data.z);
  }
}
