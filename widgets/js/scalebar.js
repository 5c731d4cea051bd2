// ScaleBar is a bar of a round length in a corner of a pane, along x.
class ScaleBar {
  // spacing is (z, y, x) in unit; without a unit lengths are pixels.
  constructor(pane, spacing, unit) {
    this.unit = unitName(unit || "");
    this.spacing = this.unit ? spacing[2] : 1;
    this.unit ||= "px";
    this.label = element("span");
    this.bar = element("i");
    this.element = element("div", { class: "scalebar", role: "img" }, this.label, this.bar);
    pane.box.append(this.element);
    pane.watch(() => this.draw(pane));
  }

  draw({ scale, viewWidth }) {
    if (!scale) return;
    const each = scale / this.spacing; // CSS pixels a unit
    const length = roundLength(Math.min(viewWidth * 0.3, 150) / each, this.unit === "px" ? 1 : 0);
    this.length = length;
    const text = (length >= 1e6 ? length.toExponential() : String(length)) + " " + this.unit;
    this.bar.style.width = length * each + "px";
    this.label.textContent = text;
    this.element.setAttribute("aria-label", "Scale bar: " + text);
  }
}
