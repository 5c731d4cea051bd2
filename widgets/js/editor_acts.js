// EditorActs is what can be done in an editor; Editor adds what is seen. All of it
// ends with one call of schedule.
class EditorActs extends Widget {
  // tell says how something went, to those who see and to those who hear.
  tell(text) {
    this.message.textContent = text;
    this.say(text);
    this.schedule();
  }

  get total() { return count(this.edits.points.length, "point") + "."; }

  // csv is the file as it would be saved.
  get csv() { return csvOf(this.edits.points, { ndim: this.data.ndim, classes: this.data.classes.length > 1, probability: this.data.probability }); }

  // put is a place in words.
  put(pos) { return (this.data.dims[0] > 1 ? "z " + pos[0] + ", " : "") + "y " + pos[1] + ", x " + pos[2]; }

  className(k) { return this.data.classes.length > 1 ? ", " + this.data.classes[k - 1].name : ""; }

  // placed is where a point is put by hand: hundredths of a voxel, in the image; and
  // along z no farther than the middle of the first and the last plane.
  placed(pos) {
    const hundredth = v => Math.floor(v * 100 + 0.5) / 100, { dims } = this.data;
    return pos.map((v, a) => a === 0 ? Math.min(Math.max(hundredth(v), 0), dims[0] - 1) : Math.min(Math.max(hundredth(v), -0.49), hundredth(dims[a] - 0.51)));
  }

  snapping(pos, free) {
    return free || !["bright", "dark"].includes(this.snap) ? pos : snapped(this.view.raster, pos, this.data.snapRadius, this.snap === "dark");
  }

  // adds adds a point at [y, x] of the plane that is seen, and selects it.
  adds(place, free) {
    const { edits } = this, at = [this.view.z, ...place];
    if (edits.voxel(at) === null) return;
    const pos = this.snapping([at[0], ...this.placed(at).slice(1)], free);
    if (!edits.add(pos, this.kind)) return this.refused();
    edits.select([edits.points.length - 1]);
    this.tell("Added at " + this.put(pos) + this.className(this.kind) + ". " + this.total);
  }

  refused() { this.tell("There is a point already: each voxel has room for one."); }

  // enter adds a point at the crosshair, which stays what the arrow keys move.
  enter() {
    const { edits, cursor, view } = this;
    if (edits.ghost >= 0) return void this.decide(true);
    if (!cursor.cross) {
      cursor.toggle(view);
      return this.tell("Crosshair at " + this.put([view.z, ...cursor.cross]) + ": Enter adds a point.");
    }
    const pos = this.snapping([view.z, ...cursor.cross], false), voxel = edits.voxel(pos);
    if (!edits.add(pos, this.kind)) {
      edits.select([edits.points.findIndex(p => edits.voxel(p.pos) === voxel)]);
      return this.refused();
    }
    edits.select([]);
    this.tell("Added at " + this.put(pos) + this.className(this.kind) + ". " + this.total);
  }

  selects(indices) {
    this.edits.select(indices);
    const n = indices.length, p = this.edits.points[indices[0]];
    this.tell(n === 0 ? "Nothing selected." : n > 1 ? count(n, "point") + " selected." : "Point " + (indices[0] + 1) + " of " + this.edits.points.length + " at " + this.put(p.pos) + this.className(p.kind) + ".");
  }

  toggles(point) {
    const { selection } = this.edits;
    this.selects(selection.includes(point) ? selection.filter(i => i !== point) : [...selection, point].sort((a, b) => a - b));
  }

  step(by) {
    const { edits } = this;
    edits.step(by);
    if (edits.selection.length === 0) return this.tell("No points.");
    this.show(edits.points[edits.selection[0]].pos);
    this.selects(edits.selection);
  }

  pointAt(x, y) { return this.marks.nearest(this.edits.points.map((p, i) => [i, p.pos]), x, y); }

  ghostAt(x, y) { return this.marks.nearest(this.edits.open(this.above).map(k => [k, this.edits.suggestions[k].pos]), x, y); }

  // dragged shows a point, and all that are selected with it, off by [y, x].
  dragged(point, [y, x]) {
    const { edits } = this, list = edits.selection.includes(point) ? edits.selection : [point];
    this.moving = new Map(list.map(i => [i, this.shifted(edits.points[i].pos, [0, y, x])]));
    this.draw();
  }

  // shifted is a place moved by hand; along axes on which it does not move it keeps
  // its digits.
  shifted(pos, by) {
    const placed = this.placed(pos.map((v, a) => v + by[a]));
    return pos.map((v, a) => by[a] === 0 ? v : placed[a]);
  }

  dropped(point, free) {
    const moving = this.moving;
    this.undragged();
    if (!moving) return;
    const list = [...moving.keys()];
    let places = [...moving.values()];
    if (list.length === 1) places = [this.snapping(places[0], free)];
    this.moves(list, places);
  }

  moves(list, places) {
    const { edits } = this;
    const same = list.every((i, k) => edits.points[i].pos.every((v, a) => v === places[k][a]));
    if (!same && !edits.move(list, places)) return this.tell("Not moved: there is a point already, or the image ends there.");
    edits.select(list);
    this.show(places[0]);
    this.tell(list.length > 1 ? count(list.length, "point") + " moved." : "Point " + (list[0] + 1) + " at " + this.put(places[0]) + ".");
  }

  undragged() {
    this.moving = this.frame = null;
    this.schedule();
  }

  // nudge moves what is selected.
  nudge(by) {
    const list = this.edits.selection;
    if (list.length) this.moves(list, list.map(i => this.shifted(this.edits.points[i].pos, by)));
  }

  framed(from, to) {
    this.frame = [from, to];
    this.draw();
  }

  // frameSelects selects the points in the rectangle that was dragged.
  frameSelects(more) {
    const { edits, view } = this, [a, b] = this.frame || [[0, 0], [0, 0]], inside = (v, k) => v >= Math.min(a[k], b[k]) && v <= Math.max(a[k], b[k]);
    const list = edits.points.flatMap(({ pos }, i) => {
      const [x, y] = view.screen(pos[1], pos[2]);
      return sliceOf(pos[0]) === view.z && inside(x, 0) && inside(y, 1) ? [i] : [];
    });
    this.undragged();
    this.selects(more ? [...new Set([...edits.selection, ...list])].sort((a, b) => a - b) : list);
  }

  // choose gives a class to what is selected and to new points.
  choose(k) {
    const { edits } = this, changed = edits.selection.length > 0 && edits.classify(edits.selection, k), { name } = this.data.classes[k - 1];
    this.kind = k;
    this.tell(changed ? count(edits.selection.length, "point") + ": " + name + "." : "New points: " + name + ".");
  }

  remove() {
    const { edits } = this, n = edits.selection.length;
    if (n && edits.remove(edits.selection)) this.tell(count(n, "point") + " deleted. " + this.total);
  }

  undo(again) {
    const { edits } = this, op = again ? edits.redo() : edits.undo();
    if (!op) return this.tell(again ? "Nothing to do again." : "Nothing to undo.");
    const first = edits.selection.length ? edits.points[edits.selection[0]] : edits.suggestions[edits.ghost];
    if (first) this.show(first.pos);
    this.tell((again ? "Done again: " : "Undone: ") + op.name + ". " + this.total);
  }

  get above() { return this.suggestions?.above ?? -Infinity; }

  look(by) {
    this.edits.look(by, this.above);
    this.looksAt(this.edits.ghost);
  }

  looksAt(k) {
    const { edits } = this;
    edits.select([]);
    edits.ghost = k;
    if (k < 0) return this.tell("No suggestion is open.");
    const s = edits.suggestions[k];
    this.show(s.pos);
    this.tell("Suggestion at " + this.put(s.pos) + ", probability " + Number(s.prob.toPrecision(3)) + (s.kind ? this.className(s.kind) : "") + ".");
  }

  // decide accepts or rejects the suggestion that is looked at; false where there is
  // none.
  decide(yes) {
    const { ghost } = this.edits;
    if (ghost < 0) return false;
    if (yes) this.accept([ghost]); else this.reject([ghost]);
    return true;
  }

  accept(list) {
    const { edits } = this, n = edits.accept(list, this.kind);
    if (n === 0) return this.tell("There is a point already where the suggestion is: reject it.");
    this.decided(count(n, "suggestion") + " accepted" + (n < list.length ? ", " + (list.length - n) + " not, because there is a point already" : ""));
  }

  reject(list) { this.decided(count(this.edits.reject(list), "suggestion") + " rejected"); }

  // decided goes on to the next suggestion where one was looked at.
  decided(text) {
    const { edits } = this, looked = edits.ghost >= 0;
    if (looked) edits.look(1, this.above);
    const s = edits.suggestions[edits.ghost];
    if (s) this.show(s.pos);
    this.tell(text + ". " + this.total + (s ? " Next: probability " + Number(s.prob.toPrecision(3)) + "." : ""));
  }

  save() { return this.saver.save(this.csv, this.edits.version); }

  download() { this.saver.download(this.csv, this.edits.version); }

  // told takes in what the saver says.
  told(last) {
    this.last = last;
    if (last.state === "saved") this.edits.saved = last.version;
    this.schedule();
  }

  overwrite() {
    this.last?.overwrite?.();
    this.save();
  }

  async copy() {
    this.tell(await copyText(this.csv) ? count(this.edits.points.length, "point") + " copied as CSV." : "The browser does not allow copying: download the file.");
  }
}
