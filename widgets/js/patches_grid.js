// PatchCard is a patch in the grid: the changed one and, beside it, the original,
// each with its target and points, and what was done in words.
class PatchCard {
  constructor(preview, patch) {
    Object.assign(this, { preview, patch });
    const faces = element("div", { class: "faces" });
    this.faces = [];
    for (const original of [false, true]) {
      if (original && patch.original < 0) continue;
      const box = element("div", { class: original ? "face original" : "face changed" }, ...["image", "target", "marks"].map(name => element("canvas", { "aria-hidden": "true", "data-layer": name })));
      faces.append(box);
      this.faces.push({ box, original, canvases: [...box.children] });
    }
    const n = patch.pos.length / 3, words = patch.applied.join(", ") || "nothing";
    this.element = element("div", { role: "option", class: "card", tabindex: "-1", "aria-label": `Patch ${patch.position} of epoch ${patch.epoch}, of ${patch.name}: ${count(n, "point")}; changed: ${words}` },
      faces, element("div", { class: "under" }, element("b", {}, patch.applied.join(", ") || "nothing changed"), element("span", {}, `${patch.name} · patch ${patch.position} · ${count(n, "point")}`)));
  }

  // draw draws both faces, in the plane z of the patch.
  async draw(z) {
    const { preview, patch } = this, { size } = preview.data, each = Math.max(Math.round(192 / Math.max(size[1], size[2])), 1);
    for (const { original, canvases } of this.faces) {
      const first = preview.firstOf(patch, original), pane = { scale: each, dpr: 1, left: 0, top: 0, viewWidth: size[2] * each, viewHeight: size[1] * each, depth: size[0], z };
      for (const c of canvases) {
        c.width = pane.viewWidth;
        c.height = pane.viewHeight;
      }
      await preview.raster.load(first + z);
      preview.layerOn(canvases[0], "light").draw(pane, first + z);
      if (!original) preview.layerOn(canvases[1], "tint").draw(pane, first + z);
      canvases[1].hidden = !preview.state.target || original;
      canvases[2].hidden = !preview.state.points;
      const pos = original ? patch.originalPos : patch.pos;
      preview.stamps.draw(pane, canvases[2], [["found", pos, Array.from({ length: pos.length / 3 }, (_, i) => i)]]);
    }
  }
}
