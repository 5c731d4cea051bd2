// Divider is a line between what is left and right of it, which is dragged, or
// moved with the arrow keys, Page Up, Page Down, Home and End.
class Divider {
  // label names it; changed is called with its place, 0 to 1.
  constructor(label, words, changed) {
    Object.assign(this, { words, changed, at: 0.5 });
    this.element = element("div", { class: "divider", role: "slider", tabindex: "0", "aria-label": label, "aria-orientation": "horizontal", "aria-valuemin": 0, "aria-valuemax": 100 }, element("i"));
    const { element: e } = this;
    e.addEventListener("pointerdown", event => {
      if (event.button !== 0) return;
      event.preventDefault();
      e.focus();
      e.setPointerCapture(event.pointerId);
      this.dragged = event.pointerId;
    });
    e.addEventListener("pointermove", event => {
      if (this.dragged !== event.pointerId) return;
      const r = e.parentElement.getBoundingClientRect();
      this.set((event.clientX - r.left) / r.width);
    });
    for (const name of ["pointerup", "pointercancel"]) e.addEventListener(name, () => { this.dragged = undefined; });
    e.addEventListener("keydown", event => {
      const to = { ArrowLeft: this.at - 0.02, ArrowRight: this.at + 0.02, ArrowDown: this.at - 0.02, ArrowUp: this.at + 0.02, PageDown: this.at - 0.2, PageUp: this.at + 0.2, Home: 0, End: 1 }[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.set(to);
    });
    this.set(0.5);
  }

  set(at) {
    this.at = Math.min(Math.max(Math.round(at * 1e4) / 1e4, 0), 1);
    this.element.style.left = 100 * this.at + "%";
    this.element.setAttribute("aria-valuenow", Math.round(100 * this.at));
    this.element.setAttribute("aria-valuetext", this.words(Math.round(100 * this.at)));
    this.changed(this.at);
  }
}
