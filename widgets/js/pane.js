// Pane is a window on an image: what part of it is seen, how large, and the
// mouse, touch and keys that change it. It draws nothing itself: who extends it
// has drawPicture, called whenever the part or the plane changes.
//
// Places on the image are in voxels, centres at whole numbers, so that the first
// voxel reaches from -0.5 to 0.5; places on the screen are CSS pixels from the
// corner of the box.
class Pane {
  // dims is [z, y, x] of the image. layers names the canvases, from below; moved
  // is called after a change of zoom or place, as is what watch is given.
  constructor(dims, box, { layers, moved }) {
    [this.depth, this.height, this.width] = dims;
    this.box = box;
    this.watchers = moved ? [moved] : [];
    this.layers = layers.map(name => box.appendChild(element("canvas", { "aria-hidden": "true", "data-layer": name })));
    this.z = 0;
    this.mostScale = 40; // CSS pixels a voxel
    this.scale = 0; // 0 until the size is known
    this.viewWidth = this.viewHeight = 0;
    this.listen();
  }

  watch(moved) { this.watchers.push(moved); }

  // drawPicture draws the image; see Pane.
  drawPicture() {}

  // resize follows the size of the box; false where that is as before, or nothing.
  resize() {
    const width = this.box.clientWidth, height = this.box.clientHeight;
    if (!width || !height || width === this.viewWidth && height === this.viewHeight) return false;
    const whole = this.scale === 0 || Math.abs(this.scale - this.fitScale()) < 1e-9;
    this.viewWidth = width;
    this.viewHeight = height;
    this.dpr = Math.min(window.devicePixelRatio || 1, 2);
    for (const c of this.layers) {
      c.width = Math.round(width * this.dpr);
      c.height = Math.round(height * this.dpr);
      c.style.width = width + "px"; // the box may be a fraction larger
      c.style.height = height + "px";
    }
    if (whole) this.fit(); else this.place();
    return true;
  }

  fitScale() { return Math.min(this.viewWidth / this.width, this.viewHeight / this.height); }

  // fit shows the whole image.
  fit() {
    this.scale = this.fitScale();
    this.left = this.top = 0;
    this.place();
  }

  // look puts the voxel (y, x) into the middle, at so many CSS pixels a voxel.
  look(y, x, scale) {
    this.scale = Math.min(Math.max(scale, this.fitScale()), Math.max(this.mostScale, this.fitScale()));
    this.left = this.viewWidth / 2 - (x + 0.5) * this.scale;
    this.top = this.viewHeight / 2 - (y + 0.5) * this.scale;
    this.place();
  }

  // place keeps the image in sight and draws the picture. left and top are the
  // place of its corner, in CSS pixels.
  place() {
    const clamp = (corner, size, view) => size <= view ? (view - size) / 2 : Math.min(0, Math.max(view - size, corner));
    this.left = clamp(this.left, this.width * this.scale, this.viewWidth);
    this.top = clamp(this.top, this.height * this.scale, this.viewHeight);
    const now = [this.left, this.top, this.scale, this.viewWidth, this.viewHeight, this.dpr].join();
    if (now === this.placed) return; // at an edge, or as close as can be
    this.placed = now;
    this.drawPicture();
    for (const f of this.watchers) f(this);
  }

  zoom(factor, x = this.viewWidth / 2, y = this.viewHeight / 2) {
    const fit = this.fitScale(), to = Math.min(Math.max(this.scale * factor, fit), Math.max(this.mostScale, fit)), by = to / this.scale;
    this.left = x - (x - this.left) * by;
    this.top = y - (y - this.top) * by;
    this.scale = to;
    this.place();
  }

  pan(x, y) {
    this.left += x;
    this.top += y;
    this.place();
  }

  // at is the place on the image, [y, x], of a place on the screen; screen is
  // the way back.
  at(x, y) { return [(y - this.top) / this.scale - 0.5, (x - this.left) / this.scale - 0.5]; }

  screen(y, x) { return [this.left + (x + 0.5) * this.scale, this.top + (y + 0.5) * this.scale]; }

  // where is the place on the screen of an event.
  where(e) {
    const r = this.box.getBoundingClientRect();
    return [e.clientX - r.left, e.clientY - r.top];
  }

  listen() {
    const { box } = this;
    box.addEventListener("wheel", e => {
      e.preventDefault();
      const lines = e.deltaMode === 1 ? 16 : 1;
      this.zoom(Math.exp(-e.deltaY * lines * (e.ctrlKey ? 0.01 : 0.0016)), ...this.where(e));
    }, { passive: false });
    const held = new Map(); // pointers that are down: one drags, two zoom
    const spread = () => { const [a, b] = [...held.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
    box.addEventListener("pointerdown", e => {
      if (e.button !== 0 || e.defaultPrevented) return; // something else is dragged
      box.setPointerCapture(e.pointerId);
      held.set(e.pointerId, { x: e.clientX, y: e.clientY });
    });
    box.addEventListener("pointermove", e => {
      const last = held.get(e.pointerId);
      if (!last) return;
      const before = held.size === 2 ? spread() : 0;
      held.set(e.pointerId, { x: e.clientX, y: e.clientY });
      if (held.size === 1) this.pan(e.clientX - last.x, e.clientY - last.y);
      else if (held.size === 2 && before > 0) {
        const r = box.getBoundingClientRect(), [a, b] = [...held.values()];
        this.zoom(spread() / before, (a.x + b.x) / 2 - r.left, (a.y + b.y) / 2 - r.top);
      }
    });
    for (const name of ["pointerup", "pointercancel"]) box.addEventListener(name, e => held.delete(e.pointerId));
    box.addEventListener("dblclick", e => { if (!e.defaultPrevented) this.zoom(2, ...this.where(e)); });
    box.addEventListener("keydown", e => {
      const step = 40, act = {
        "+": () => this.zoom(1.5), "=": () => this.zoom(1.5), "-": () => this.zoom(1 / 1.5), "0": () => this.fit(),
        ArrowLeft: () => this.pan(step, 0), ArrowRight: () => this.pan(-step, 0), ArrowUp: () => this.pan(0, step), ArrowDown: () => this.pan(0, -step),
      }[e.key];
      if (act && !e.defaultPrevented && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); act(); }
    });
  }
}

// linkPanes has panes of images of one size show the same part. follow brings one
// to it that was not seen.
function linkPanes(panes) {
  let view = null, moving = false;
  const follow = pane => {
    if (!view || !pane.scale || !pane.box.clientWidth) return;
    const before = moving;
    moving = true;
    pane.look(view.y, view.x, view.zoom * pane.fitScale());
    moving = before;
  };
  for (const pane of panes) {
    pane.watch(() => {
      if (moving || !pane.scale) return;
      const [y, x] = pane.at(pane.viewWidth / 2, pane.viewHeight / 2);
      view = { y, x, zoom: pane.scale / pane.fitScale() };
      for (const other of panes) if (other !== pane) follow(other);
    });
  }
  return { follow };
}

// zoomButtons are those of panes that move together.
function zoomButtons(...panes) {
  const button = (text, label, f) => element("button", { type: "button", "aria-label": label, title: label, on: { click: () => panes.forEach(f) } }, text);
  return element("span", { class: "zoom", role: "group", "aria-label": "Zoom" },
    button("−", "Zoom out", p => p.zoom(1 / 1.5)), button("Fit", "Show all", p => p.fit()), button("+", "Zoom in", p => p.zoom(1.5)));
}
