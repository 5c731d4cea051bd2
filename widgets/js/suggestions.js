// Suggestions is the panel by which suggestions become points or do not: one by
// one, or all above a probability.
class Suggestions {
  // does has look(by), accept(list), reject(list) and changed(), after another
  // probability.
  constructor(edits, does) {
    Object.assign(this, { edits, does });
    const probs = edits.suggestions.map(s => s.prob);
    const least = Math.min(...probs), most = Math.max(...probs), whole = least >= 0 && most <= 1;
    [this.lo, this.hi] = whole ? [0, 1] : [least, most > least ? most : least + 1];
    this.above = -Infinity; // all, to begin with
    const button = (text, name, title, f) => element("button", { type: "button", class: name, title, on: { click: f } }, text);
    const step = whole ? 0.01 : (this.hi - this.lo) / 200;
    this.range = element("input", { type: "range", class: "above", min: this.lo, max: this.hi, step: "any", value: this.lo, "aria-label": "Show suggestions with a probability above" });
    this.box = element("input", { type: "number", class: "above", step, value: this.lo, "aria-label": "Show suggestions with a probability above, number" });
    this.range.addEventListener("input", () => this.set(Number(Number(this.range.value).toFixed(whole ? 3 : 6))));
    this.box.addEventListener("input", () => { if (this.box.value !== "" && Number.isFinite(Number(this.box.value))) this.set(Number(this.box.value), true); });
    this.state = element("span", { class: "state" });
    this.all = button("", "accept-all", "", () => does.accept(this.open));
    this.none = button("", "reject-all", "", () => does.reject(this.open));
    this.one = element("div", { class: "row" },
      button("Previous", "look-back", "the suggestion before (Shift G)", () => does.look(-1)), button("Next", "look", "the next suggestion, the most probable first (G)", () => does.look(1)),
      this.yes = button("Accept", "accept", "make a point of it (A)", () => does.accept([edits.ghost])), this.no = button("Reject", "reject", "leave it out (R)", () => does.reject([edits.ghost])));
    this.element = element("fieldset", { class: "suggestions" }, element("legend", {}, "Suggestions"), this.state,
      element("div", { class: "above" }, element("span", {}, "probability above"), this.range, this.box), this.one, element("div", { class: "row" }, this.all, this.none));
  }

  get open() { return this.edits.open(this.above); }

  set(v, typing = false) {
    this.above = v;
    this.range.value = v;
    if (!typing) this.box.value = v;
    this.does.changed();
  }

  show() {
    const { edits } = this, open = edits.open().length, shown = this.open.length, looked = edits.ghost >= 0;
    const fates = f => edits.fates.filter(x => x === f).length;
    this.state.textContent = open.toLocaleString("en") + " open, " + fates("accepted").toLocaleString("en") + " accepted, " + fates("rejected").toLocaleString("en") + " rejected" +
      (looked ? "; this one has probability " + Number(edits.suggestions[edits.ghost].prob.toPrecision(3)) : "");
    this.all.textContent = "Accept all " + shown.toLocaleString("en");
    this.none.textContent = "Reject all " + shown.toLocaleString("en");
    this.all.disabled = this.none.disabled = shown === 0;
    this.yes.disabled = this.no.disabled = !looked;
    for (const b of this.one.children) if (b.className.startsWith("look")) b.disabled = shown === 0;
    return { open, shown };
  }
}
