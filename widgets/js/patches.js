// The augmentation preview: pages of patches as training sees them, and the one
// that is chosen, large.

class Patches extends Widget {
  build() {
    const { data } = this;
    for (const p of data.patches) Object.assign(p, { pos: doubles(p.points), originalPos: doubles(p.originalPoints) });
    this.raster = new Raster(data.raster);
    this.stamps = new Stamps();
    this.state = { page: 0, chosen: 0, z: data.z, target: true, points: true, originals: data.patches.some(p => p.original >= 0), grid: false };
    this.pages = Math.ceil(data.patches.length / data.perPage);
    const [, height, width] = data.size;
    this.box = paneBox(data.size, "The chosen patch");
    this.view = new PatchPane(this, this.box);
    this.grid = element("div", { class: "cards", role: "listbox", "aria-label": "Patches. Arrow keys choose one, Enter goes to it.", on: { keydown: e => this.key(e) } });
    this.about = element("p", { class: "about" });
    this.root.append(this.header(count(data.patches.length, "patch").replace("patchs", "patches"), sizeOf([data.size[0], height, width])), this.tools(),
      element("div", { class: "body" }, element("div", {}, this.grid, ...(this.state.originals ? [element("p", { class: "note" }, "Left as training sees it, right the original.")] : [])), element("div", {}, this.box, element("div", { class: "tools" }, zoomButtons(this.view)), this.about, this.counts())));
    this.fill();
  }

  // tools are the pages and what is shown.
  tools() {
    const { data, state } = this;
    const turn = (text, by) => element("button", { type: "button", class: by < 0 ? "previous" : "next", on: { click: () => this.turn(state.page + by) } }, text);
    const check = (key, name, there = true) => {
      const box = element("input", { type: "checkbox", class: key, on: { change: () => { state[key] = box.checked; this.redraw(); } } });
      box.checked = state[key];
      return there ? [element("label", { class: "switch" }, box, name)] : [];
    };
    this.pageName = element("span", { class: "page" });
    const depth = data.size[0];
    return element("div", { class: "tools" },
      ...(this.pages > 1 ? [turn("Previous page", -1), turn("Next page", 1), this.pageName] : []),
      ...check("target", "Target"), ...check("points", "Points"), ...check("originals", "Originals", data.patches.some(p => p.original >= 0)), ...check("grid", "Lines", data.patches.some(p => p.grid >= 0)),
      ...(depth > 1 ? [slider("Plane z", { class: "plane", min: 0, max: depth - 1, step: 1, value: state.z }, v => v + " of 0–" + (depth - 1), v => { state.z = v; this.redraw(); })] : []));
  }

  counts() {
    const { counts, patches } = this.data;
    if (!counts.length) return "";
    return element("div", { class: "done" }, element("h3", {}, "What was done, and to how many patches"),
      element("ul", {}, ...counts.map(c => element("li", {}, c.kind + " ", element("b", {}, c.count + " of " + patches.length)))));
  }

  // firstOf is the plane of the raster with which a patch begins.
  firstOf(patch, original) { return original ? patch.original : this.state.grid && patch.grid >= 0 ? patch.grid : patch.image; }

  // layerOn draws image or target on a canvas.
  layerOn(canvas, blend) {
    const { raster, data } = this, layer = new Layer(raster, canvas, blend);
    for (let c = data.colours; c < raster.channels; c++) layer.setContrast(c, 0, 1);
    layer.visible = layer.visible.map((_, c) => (c < data.colours) === (blend === "light"));
    return layer;
  }

  // turn shows another page.
  turn(page) {
    const { state, data } = this, to = Math.min(Math.max(page, 0), this.pages - 1);
    if (to === state.page) return;
    state.page = to;
    state.chosen = to * data.perPage;
    this.fill();
  }

  // fill makes the cards of the page.
  fill() {
    const { data, state } = this, first = state.page * data.perPage;
    this.cards = data.patches.slice(first, first + data.perPage).map(p => new PatchCard(this, p));
    this.cards.forEach((card, k) => card.element.addEventListener("click", () => { card.element.focus({ preventScroll: true }); this.choose(first + k); }));
    this.grid.replaceChildren(...this.cards.map(c => c.element));
    this.redraw();
  }

  // redraw draws the page and the chosen patch; busy is published while it does.
  async redraw() {
    const turn = this.turns = (this.turns || 0) + 1;
    this.publish({ busy: 1 });
    this.grid.classList.toggle("alone", !this.state.originals);
    this.schedule();
    for (const card of this.cards) await card.draw(this.state.z);
    await this.view.show();
    if (turn === this.turns) this.publish({ busy: 0 });
  }

  choose(i) {
    this.state.chosen = Math.min(Math.max(i, 0), this.data.patches.length - 1);
    const page = Math.floor(this.state.chosen / this.data.perPage);
    if (page !== this.state.page) {
      this.state.page = page;
      this.fill();
    }
    this.view.show();
    this.schedule();
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const { state, data } = this, cards = this.cards.map(c => c.element.offsetTop), columns = cards.filter(top => top === cards[0]).length;
    if (e.key === "Enter") { e.preventDefault(); this.box.focus(); return; }
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, PageDown: data.perPage, PageUp: -data.perPage, Home: -data.patches.length, End: data.patches.length }[e.key];
    if (!by) return;
    e.preventDefault();
    this.choose(state.chosen + by);
    this.cards[state.chosen - state.page * data.perPage].element.focus({ preventScroll: true });
  }

  update() {
    const { data, state } = this, p = data.patches[state.chosen], first = state.page * data.perPage;
    this.cards.forEach(({ element: e }, k) => {
      e.setAttribute("aria-selected", String(first + k === state.chosen));
      e.tabIndex = first + k === state.chosen ? 0 : -1;
    });
    this.pageName.textContent = `page ${state.page + 1} of ${this.pages}`;
    const n = p.pos.length / 3, was = p.original >= 0 ? `, ${p.originalPos.length / 3} in the original` : "";
    this.about.replaceChildren(element("b", {}, p.name), ` · epoch ${p.epoch}, patch ${p.position} · ${count(n, "point")}${was} · `, p.applied.join(", ") || "nothing changed");
    this.publish({ page: state.page, pages: this.pages, patches: data.patches.length, chosen: state.chosen, points: n, z: state.z });
    this.say(this.about.textContent);
  }

  resize() { this.view.resize(); }

  async load() {
    await this.raster.load(this.firstOf(this.data.patches[0], false) + this.state.z);
  }
}

// PatchPane shows the chosen patch, large.
class PatchPane extends Pane {
  constructor(preview, box) {
    super(preview.data.size, box, { layers: ["image", "target", "marks"] });
    this.preview = preview;
    this.parts = [preview.layerOn(this.layers[0], "light"), preview.layerOn(this.layers[1], "tint")];
    this.layers[1].style.opacity = 0.6;
  }

  async show() {
    const { state, data, raster } = this.preview, patch = data.patches[state.chosen];
    const plane = this.preview.firstOf(patch, false) + state.z;
    await raster.load(plane);
    Object.assign(this, { patch, plane });
    this.z = state.z;
    this.layers[1].hidden = !state.target;
    this.layers[2].hidden = !state.points;
    this.drawPicture();
  }

  drawPicture() {
    if (!this.patch || !this.scale) return;
    for (const p of this.parts) p.draw(this, this.plane);
    const { pos } = this.patch;
    this.preview.stamps.draw(this, this.layers[2], [["found", pos, Array.from({ length: pos.length / 3 }, (_, i) => i)]]);
  }
}
