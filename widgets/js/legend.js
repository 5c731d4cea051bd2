// Legend names kinds of marks, counts them, and switches them on and off.
class Legend {
  // names are those of the kinds (see KINDS), in order; hidden are those that are
  // off to begin with; changed is called after a switch.
  constructor(names, changed, hidden = []) {
    this.hidden = new Set(hidden);
    this.counts = {};
    this.element = element("div", { class: "legend", role: "group", "aria-label": "Marks shown" }, ...Object.entries(names).map(([kind, name]) => {
      this.counts[kind] = element("b");
      const box = element("input", { type: "checkbox", "data-kind": kind, on: { change: () => {
        if (box.checked) this.hidden.delete(kind); else this.hidden.add(kind);
        changed();
      } } });
      box.checked = !this.hidden.has(kind);
      return element("label", {}, box, markSample(kind), this.counts[kind], element("span", {}, name));
    }));
  }

  count(kind, n) { this.counts[kind].textContent = n.toLocaleString("en"); }
}
