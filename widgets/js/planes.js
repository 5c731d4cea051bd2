// Planes says which plane of a stack is seen: a slider, the keys Page Up and Page
// Down in the panes, and, where it is asked for, a box for the largest values over
// z. There is nothing to see for an image of one plane.
class Planes {
  // changed is called with the plane, z or "max".
  constructor(depth, panes, changed, { z = 0, projection = false } = {}) {
    Object.assign(this, { depth, z, changed, whole: false });
    this.elements = [];
    if (depth === 1) return;
    const label = slider("Plane z", { class: "plane", min: 0, max: depth - 1, step: 1, value: z }, v => v + " of 0–" + (depth - 1), v => this.set(v, false));
    this.range = label.querySelector("input");
    this.elements.push(label);
    if (projection) {
      this.box = element("input", { type: "checkbox", class: "projection", on: { change: () => this.set(this.z, this.box.checked) } });
      this.elements.push(element("label", { class: "switch" }, this.box, "Largest over z"));
    }
    for (const { box } of panes) {
      box.addEventListener("keydown", e => {
        const by = { PageUp: 1, PageDown: -1 }[e.key];
        if (!by || e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
        e.preventDefault();
        this.set(this.z + by, false);
      });
    }
  }

  // plane is what is seen: z, or "max".
  get plane() { return this.whole ? "max" : this.z; }

  // set goes to a plane, or to the largest values over all.
  set(z, whole = this.whole) {
    z = Math.min(Math.max(z, 0), this.depth - 1);
    if (z === this.z && whole === this.whole) return;
    this.z = z;
    this.whole = whole;
    if (this.range) {
      this.range.value = z;
      const text = z + " of 0–" + (this.depth - 1);
      this.range.setAttribute("aria-valuetext", text);
      this.range.parentElement.querySelector("output").textContent = text;
    }
    if (this.box) this.box.checked = whole;
    this.changed(this.plane);
  }
}
