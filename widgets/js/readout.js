// The voxel that a reader asks about, and what is there.

// Cursor is the voxel under the mouse or, while the mouse is elsewhere, the one
// of the crosshair: a press puts it there, C shows and hides it, and while it is
// shown the arrow keys move it by one voxel, with Shift by ten. Panes of images of
// one size share it.
class Cursor {
  // changed is called with this after a change; press says whether a press puts
  // the crosshair.
  constructor(panes, changed, { press = true } = {}) {
    this.panes = panes;
    this.changed = changed;
    this.under = null; // [y, x] under the mouse, in this.over
    this.cross = null; // [y, x] of the crosshair
    this.byKey = false; // the last change was one of a key
    this.hairs = panes.map(pane => {
      const parts = ["across", "down", "pixel"].map(name => element("i", { class: "hair " + name, "aria-hidden": "true" }));
      pane.box.append(...parts);
      pane.watch(() => this.draw());
      this.listen(pane, press);
      return parts;
    });
  }

  // at is [y, x] of the voxel, null for none.
  get at() { return this.under || this.cross; }

  // set puts the crosshair on a voxel, null to hide it.
  set(place, byKey = false) {
    const { height, width } = this.panes[0];
    this.cross = place && [Math.min(Math.max(place[0], 0), height - 1), Math.min(Math.max(place[1], 0), width - 1)];
    if (byKey) this.under = null;
    this.note(byKey);
  }

  note(byKey = false) {
    this.byKey = byKey;
    this.draw();
    this.changed(this);
  }

  // toggle shows the crosshair, in the middle of what is seen, or hides it.
  toggle(pane = this.panes[0]) {
    this.set(this.cross ? null : pane.at(pane.viewWidth / 2, pane.viewHeight / 2).map(Math.round), true);
  }

  // step moves the crosshair and keeps it in sight.
  step(pane, y, x) {
    this.set([this.cross[0] + y, this.cross[1] + x], true);
    const [left, top] = pane.screen(...this.cross), margin = Math.min(30, pane.viewWidth / 4, pane.viewHeight / 4);
    const by = (place, size) => place < margin ? margin - place : place > size - margin ? size - margin - place : 0;
    const dx = by(left, pane.viewWidth), dy = by(top, pane.viewHeight);
    if (dx || dy) pane.pan(dx, dy);
  }

  listen(pane, press) {
    const { box } = pane;
    const over = e => {
      const [y, x] = pane.at(...pane.where(e)).map(Math.round), inside = y >= 0 && x >= 0 && y < pane.height && x < pane.width;
      const under = inside && e.pointerType !== "touch" ? [y, x] : null;
      if (this.over === pane && String(under) === String(this.under)) return;
      this.under = under;
      this.over = pane;
      this.note();
    };
    box.addEventListener("pointermove", over);
    box.addEventListener("wheel", over, { passive: true });
    box.addEventListener("pointerleave", () => { this.under = null; this.note(); });
    let from = null;
    box.addEventListener("pointerdown", e => { from = press && e.button === 0 && !e.defaultPrevented ? [e.clientX, e.clientY] : null; });
    box.addEventListener("pointerup", e => {
      if (!from || Math.hypot(e.clientX - from[0], e.clientY - from[1]) > 3) return; // a drag
      const [y, x] = pane.at(...pane.where(e)).map(Math.round);
      if (y >= 0 && x >= 0 && y < pane.height && x < pane.width) this.set([y, x]);
    });
    box.addEventListener("keydown", e => { // before the pane, which moves the image
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const n = e.shiftKey ? 10 : 1, steps = { ArrowUp: [-n, 0], ArrowDown: [n, 0], ArrowLeft: [0, -n], ArrowRight: [0, n] };
      let act;
      if (e.key === "c" || e.key === "C") act = () => this.toggle(pane);
      else if (this.cross && e.key === "Escape") act = () => this.set(null, true);
      else if (this.cross && steps[e.key]) act = () => this.step(pane, ...steps[e.key]);
      if (!act) return;
      e.preventDefault();
      act();
    }, true);
  }

  // draw puts the crosshair where it is, and where the mouse is in another pane.
  draw() {
    this.panes.forEach((pane, i) => {
      const place = this.under ? (pane === this.over ? this.cross : this.under) : this.cross, [across, down, pixel] = this.hairs[i];
      for (const part of this.hairs[i]) part.hidden = !place || !pane.scale;
      if (!place || !pane.scale) return;
      const [x, y] = pane.screen(...place), side = Math.max(pane.scale, 9);
      across.style.transform = `translateY(${y}px)`;
      down.style.transform = `translateX(${x}px)`;
      pixel.style.transform = `translate(${x - side / 2}px, ${y - side / 2}px)`;
      pixel.style.width = pixel.style.height = side + "px";
    });
  }
}

// crossButton shows and hides the crosshair.
function crossButton(cursor) {
  const button = element("button", { type: "button", class: "cross", title: "Show or hide the crosshair (C); arrow keys move it", on: { click: () => cursor.toggle() } }, "Crosshair");
  const { changed } = cursor;
  const mark = () => button.setAttribute("aria-pressed", String(!!cursor.cross));
  cursor.changed = c => { mark(); changed(c); };
  mark();
  return button;
}

// Readout says where the cursor is, in voxels and in physical units, and what is
// there.
class Readout {
  // values gives, for (z, y, x), a list of { name, text, colour }; colour, which
  // may lack, is [r, g, b].
  constructor({ dims, spacing, unit, values }) {
    Object.assign(this, { dims, spacing, unit: unitName(unit), values });
    this.place = element("span", { class: "place" });
    this.list = element("span", { class: "values" });
    this.element = element("div", { class: "readout", role: "group", "aria-label": "Under the cursor" }, this.place, this.list);
    this.show(null);
  }

  // show shows the voxel [y, x] of plane z, a number or "max", and returns it in
  // words.
  show(at, z = 0) {
    if (!at) {
      this.place.textContent = "Point at a voxel, or press C in the picture";
      this.list.replaceChildren();
      return "No crosshair.";
    }
    const values = this.values(z, ...at), where = this.where(z, ...at);
    this.place.textContent = where;
    this.list.replaceChildren(...values.map(({ name, text, colour }) => {
      const sign = colour ? [element("i", { class: "dot", style: `background: rgb(${colour})` })] : [];
      return element("span", {}, ...sign, ...(name ? [name + " "] : []), element("b", {}, text));
    }));
    return where + ": " + values.map(({ name, text }) => (name ? name + " " : "") + text).join(", ") + ".";
  }

  where(z, y, x) {
    const flat = this.dims[0] === 1, voxel = (flat ? "" : z === "max" ? "largest over z, " : "z " + z + ", ") + "y " + y + ", x " + x;
    if (!this.unit) return voxel;
    const length = (v, a) => String(Number((v * this.spacing[a]).toPrecision(6)));
    const physical = [...(flat || z === "max" ? [] : [length(z, 0)]), length(y, 1), length(x, 2)];
    return voxel + " (" + physical.join(", ") + " " + this.unit + ")";
  }
}

// unitName is a unit as people write it; "" where there is none.
function unitName(unit) { return { um: "µm", micron: "µm", micrometer: "µm", pixel: "", px: "" }[unit] ?? unit; }
