// Thumbnails is the list of mistakes: a list box, in groups by image or in one, with
// one chosen. A thumbnail is drawn when it comes into sight.
class Thumbnails {
  // choose is called with a mistake when the reader chooses one, and enter when it
  // is to be looked at.
  constructor(data, choose, enter) {
    Object.assign(this, { data, choose });
    this.stamps = new Stamps();
    this.scratch = document.createElement("canvas");
    this.marks = true;
    this.list = [];
    this.options = new Map(); // mistake: option
    this.box = element("div", { class: "gallery", role: "listbox", "aria-label": "Mistakes. Arrow keys choose one, Enter goes to its image.", on: {
      keydown: e => {
        if (e.ctrlKey || e.metaKey || e.altKey) return;
        if (e.key === "Enter") { e.preventDefault(); enter(); return; }
        const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns(), ArrowUp: -this.columns(), Home: -this.list.length, End: this.list.length }[e.key];
        if (!by || !this.list.length) return;
        e.preventDefault();
        this.step(by, true);
      },
    } });
    this.seen = new IntersectionObserver(entries => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) this.draw(target.mistake);
    }, { root: this.box, rootMargin: "200px" });
  }

  // load decodes the atlases.
  async load() {
    await Promise.all(this.data.images.filter(i => i.seen).map(async ({ seen }) => {
      const image = new Image();
      image.src = seen.atlas;
      await image.decode();
      seen.decoded = image;
    }));
  }

  // fill shows mistakes in an order, with a heading for each image unless they are
  // all together.
  fill(list, together) {
    this.list = list;
    this.seen.disconnect();
    this.options.clear();
    const groups = [];
    for (const m of list) {
      if (!groups.length || !together && groups.at(-1).rank !== m.rank) groups.push({ rank: m.rank, image: m.image, options: [] });
      const option = element("div", { role: "option", tabindex: "-1", class: "thumb", on: { click: () => { option.focus({ preventScroll: true }); this.choose(m); } } },
        element("canvas", { "aria-hidden": "true" }), element("span", { class: "under" }, element("b", {}, m.kind.toUpperCase()), " " + (m.value === null ? "" : short(Number(m.value.toFixed(3))))), element("span", { class: "tag" }));
      option.mistake = m;
      option.drawn = false;
      this.options.set(m, option);
      groups.at(-1).options.push(option);
      this.name(m);
      this.seen.observe(option);
    }
    const shown = ({ image, options }) => {
      if (together) return element("div", { class: "thumbs", role: "none" }, ...options);
      const text = image.name + " · F1 " + image.f1.toFixed(3) + " · " + image.fp + " false, " + image.fn + " missed";
      return element("div", { role: "group", "aria-label": text }, element("p", { class: "group", "aria-hidden": "true" }, text), element("div", { class: "thumbs", role: "none" }, ...options));
    };
    this.box.replaceChildren(...groups.map(shown));
    if (!list.length) this.box.append(element("p", { class: "none" }, "No mistake passes the filters."));
    this.mark(this.chosen);
  }

  // name tells a screen reader what a thumbnail is, and shows its verdict.
  name(m) {
    const option = this.options.get(m);
    if (!option) return;
    const text = [m.kind === "fp" ? "False" : "Missed", "at " + placeText(m), "in " + m.image.name, valueText(m), m.verdict ? "verdict: " + m.verdict : ""];
    option.setAttribute("aria-label", text.filter(t => t).join(", "));
    option.title = text.filter(t => t).join(", ");
    option.querySelector(".tag").textContent = m.verdict;
  }

  // mark marks the one that is chosen; null for none.
  mark(m) {
    this.chosen = m;
    for (const [mistake, option] of this.options) option.setAttribute("aria-selected", String(mistake === m));
    const first = this.options.get(m) || this.options.get(this.list[0]);
    for (const option of this.options.values()) option.tabIndex = option === first ? 0 : -1;
  }

  // step goes on by so many in the list, or to the first, and returns what is
  // there.
  step(by, focus = false) {
    const at = this.list.indexOf(this.chosen), to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), this.list.length - 1), m = this.list[to];
    if (!m) return;
    this.choose(m);
    if (focus) this.options.get(m).focus({ preventScroll: true });
  }

  // reveal scrolls to the one that is chosen, within the box alone.
  reveal() {
    const option = this.options.get(this.chosen);
    if (!option) return;
    const box = this.box.getBoundingClientRect(), r = option.getBoundingClientRect(), head = 34;
    if (r.top < box.top + head) this.box.scrollTop -= box.top + head - r.top; else if (r.bottom > box.bottom) this.box.scrollTop += r.bottom - box.bottom + 4;
  }

  // columns is how many thumbnails lie side by side.
  columns() {
    const options = [...this.options.values()], at = options.findIndex(o => o.mistake === this.chosen), top = options[Math.max(at, 0)]?.offsetTop;
    return Math.max(options.filter(o => o.offsetTop === top).length, 1);
  }

  // draw draws a thumbnail: its voxels, each of so many whole pixels, and marks.
  draw(m) {
    const option = this.options.get(m), { crop, columns } = this.data, { seen } = m.image;
    if (!option || option.drawn) return;
    option.drawn = true;
    const canvas = option.querySelector("canvas"), [, height, width] = seen.dims, each = Math.max(Math.round(128 / crop), 1), side = canvas.width = canvas.height = crop * each;
    const c = canvas.getContext("2d"), across = Math.min(columns, seen.mistakes.length), left = cornerOf(m.x, crop), top = cornerOf(m.y, crop);
    c.imageSmoothingEnabled = false;
    c.drawImage(seen.decoded, m.cell % across * crop, Math.floor(m.cell / across) * crop, crop, crop, 0, 0, side, side);
    c.fillStyle = "#4a5058"; // beyond the image
    for (const [x, y, w, h] of [[0, 0, -left, crop], [width - left, 0, crop, crop], [0, 0, crop, -top], [0, height - top, crop, crop]]) {
      if (w > 0 && h > 0) c.fillRect(x * each, y * each, w * each, h * each);
    }
    if (!this.marks) return;
    if (this.scratch.width !== side) this.scratch.width = this.scratch.height = side;
    const pane = { depth: seen.dims[0], z: m.plane, scale: each, dpr: 1, left: -left * each, top: -top * each, viewWidth: side, viewHeight: side };
    const others = kind => everyIndex(seen.pos[kind]).filter(i => kind !== m.kind || i !== m.at);
    for (const [alpha, lists] of [[0.6, ["tp", "fn", "fp"].map(kind => [kind, seen.pos[kind], others(kind)])], [1, [[m.kind, seen.pos[m.kind], [m.at]]]]]) {
      this.stamps.draw({ ...pane, depth: alpha === 1 ? 1 : pane.depth }, this.scratch, lists); // its own in any plane
      c.globalAlpha = alpha;
      c.drawImage(this.scratch, 0, 0);
    }
  }

  // show draws all thumbnails anew, with marks or without.
  show(marks) {
    this.marks = marks;
    for (const option of this.options.values()) {
      option.drawn = false;
      this.seen.unobserve(option);
      this.seen.observe(option);
    }
  }
}

// cornerOf is the first voxel of a thumbnail around a coordinate.
function cornerOf(v, crop) { return sliceOf(v) - Math.floor(crop / 2); }

// everyIndex counts positions: 0, 1, 2 and so on.
function everyIndex(pos) { return Int32Array.from({ length: pos.length / 3 }, (_, i) => i); }
