// Gallery holds panes of images of one size that move together, side by side, or
// one at a time: always so where there is no room.
class Gallery {
  // items are { name, pane, below }: below are the elements under a pane. changed
  // is called after another one is seen; noun says what they are.
  constructor(items, { noun, changed = () => {} }) {
    Object.assign(this, { items, changed, current: 0, alone: false, narrow: false });
    this.panes = items.map(i => i.pane);
    this.link = linkPanes(this.panes);
    this.names = radios(noun, items.map(i => i.name), "0", k => this.select(Number(k)));
    const step = (text, by) => element("button", { type: "button", on: { click: () => this.select(this.current + by) } }, text);
    this.back = step("‹ Previous", -1);
    this.forth = step("Next ›", 1);
    this.steps = element("div", { class: "steps" }, this.back, this.forth, this.names.element);
    this.toggle = element("button", { type: "button", class: "alone", on: { click: () => { this.alone = !this.alone; this.arrange(); } } }, "One at a time");
    this.figures = items.map(({ name, pane, below }, k) => element("div", { class: "figure", role: "group", "aria-label": name },
      element("h3", {}, items.length > 2 ? (k + 1) + "  " + name : name), pane.box, ...below));
    this.grid = element("div", { class: "grid" }, ...this.figures);
    this.elements = [this.steps, this.grid];
  }

  // single says that one is seen at a time.
  get single() { return this.alone || this.narrow; }

  // seen are the items in sight.
  get seen() { return this.items.filter((_, k) => !this.figures[k].hidden); }

  select(k) {
    this.current = Math.min(Math.max(k, 0), this.items.length - 1);
    this.arrange();
  }

  // arrange shows what is to be seen, and has it at the common place.
  arrange() {
    this.names.choose(String(this.current));
    this.back.disabled = this.current === 0;
    this.forth.disabled = this.current === this.items.length - 1;
    this.steps.hidden = !this.single;
    this.toggle.hidden = this.narrow;
    this.toggle.setAttribute("aria-pressed", String(this.alone));
    this.grid.classList.toggle("single", this.single);
    this.figures.forEach((f, k) => { f.hidden = this.single && k !== this.current; });
    this.measure();
    this.changed(this);
  }

  measure() {
    for (const { pane } of this.seen) {
      pane.resize();
      this.link.follow(pane);
      pane.drawPicture();
    }
  }

  // resize follows the width of the widget.
  resize(width) {
    const narrow = width < 700;
    if (narrow !== this.narrow || this.width === undefined) {
      this.narrow = narrow;
      this.width = width;
      this.arrange();
    } else for (const { pane } of this.seen) if (pane.resize()) this.changed(this);
  }
}
