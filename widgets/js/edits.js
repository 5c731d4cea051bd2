// Edits are points under work: every operation, with the way back, without end.
//
// A point is { pos: [z, y, x], prob, kind }, kind its class from 1, 0 where there
// are no classes; points are never changed, only replaced. A suggestion is such a
// point, by descending probability, and open until it is accepted or rejected.
// Each voxel of the image has room for one point, because a training refuses two.
class Edits {
  // dims is [z, y, x] of the image.
  constructor(dims, points, suggestions) {
    Object.assign(this, { dims, points: [...points], suggestions, fates: suggestions.map(() => "open") });
    this.selection = []; // indices of points, ascending
    this.cursor = 0; // the point that "next" begins with
    this.ghost = -1; // the suggestion that is looked at
    this.done = [];
    this.undone = [];
    this.voxels = new Map(); // voxel: how many points are in it
    for (const p of this.points) this.occupy(p, 1);
    this.saved = this.version;
  }

  // voxel is that of a place, each coordinate rounded half away from zero; null
  // outside the image.
  voxel(pos) {
    const v = pos.map(sliceOf);
    return v.every((c, a) => c >= 0 && c < this.dims[a]) ? (v[0] * this.dims[1] + v[1]) * this.dims[2] + v[2] : null;
  }

  occupy(point, by) {
    const voxel = this.voxel(point.pos), n = (this.voxels.get(voxel) || 0) + by;
    if (n) this.voxels.set(voxel, n); else this.voxels.delete(voxel);
  }

  // free says whether a point may be put there.
  free(pos) {
    const voxel = this.voxel(pos);
    return voxel !== null && !this.voxels.has(voxel);
  }

  // version tells the states of the points apart: what was last done to them.
  get version() { return this.done.findLast(o => o.changes)?.id ?? 0; }

  get unsaved() { return this.version !== this.saved; }

  // run does an operation:
  //   replaced  [index, before, after]
  //   removed   [index before, point], ascending
  //   inserted  [index after, point], ascending
  //   fates     [suggestion, before, after]
  // in that order, and forgets what was undone. It returns whether there was
  // anything to do.
  run({ name, replaced = [], removed = [], inserted = [], fates = [] }) {
    const changes = replaced.length + removed.length + inserted.length > 0;
    if (!changes && fates.length === 0) return false;
    this.serial = (this.serial || 0) + 1;
    const op = { name, replaced, removed, inserted, fates, changes, id: this.serial };
    this.done.push(op);
    this.undone = [];
    this.apply(op);
    return true;
  }

  apply({ replaced, removed, inserted, fates }) {
    for (const [i, , after] of replaced) this.put(i, after);
    this.drop(removed);
    this.insert(inserted);
    for (const [k, , after] of fates) this.fates[k] = after;
  }

  revert({ replaced, removed, inserted, fates }) {
    for (const [k, before] of fates) this.fates[k] = before;
    this.drop(inserted);
    this.insert(removed);
    for (const [i, before] of replaced) this.put(i, before);
  }

  put(i, point) {
    this.occupy(this.points[i], -1);
    this.occupy(point, 1);
    this.points[i] = point;
  }

  drop(list) {
    if (list.length === 0) return;
    const gone = new Set(list.map(([i]) => i));
    for (const i of gone) this.occupy(this.points[i], -1);
    this.points = this.points.filter((_, i) => !gone.has(i));
  }

  // insert puts points where they are to be in the new list.
  insert(list) {
    if (list.length === 0) return;
    const out = [];
    let from = 0;
    for (const [i, point] of list) {
      while (out.length < i) out.push(this.points[from++]);
      out.push(point);
      this.occupy(point, 1);
    }
    while (from < this.points.length) out.push(this.points[from++]);
    this.points = out;
  }

  // undo takes the last operation back, and selects what it brings back, or looks at
  // the one suggestion that is open again; redo does it again. They return the
  // operation, undefined where there is none.
  undo() {
    const op = this.done.pop();
    if (!op) return undefined;
    this.undone.push(op);
    this.revert(op);
    this.select([...op.replaced, ...op.removed].map(([i]) => i));
    if (op.fates.length === 1) this.ghost = op.fates[0][0];
    return op;
  }

  redo() {
    const op = this.undone.pop();
    if (!op) return undefined;
    this.done.push(op);
    this.apply(op);
    this.select([...op.replaced, ...op.inserted].map(([i]) => i));
    return op;
  }

  select(indices) {
    this.selection = [...new Set(indices)].sort((a, b) => a - b);
    if (this.selection.length) this.cursor = this.selection[0];
    this.ghost = -1;
  }

  // step selects the next point, or the one before, in the order of the file.
  step(by) {
    const n = this.points.length;
    if (n === 0) return;
    const from = this.selection.length ? (by > 0 ? this.selection.at(-1) : this.selection[0]) + by : by > 0 ? this.cursor : this.cursor - 1;
    this.select([(from + n) % n]);
  }

  // add appends a point where there is room.
  add(pos, kind, prob = 1) {
    return this.free(pos) && this.run({ name: "add", inserted: [[this.points.length, Object.freeze({ pos, prob, kind })]] });
  }

  // move puts points elsewhere, all or none: places are their new ones.
  move(indices, places) {
    const replaced = [];
    indices.forEach((i, k) => {
      const before = this.points[i];
      if (before.pos.some((v, a) => v !== places[k][a])) replaced.push([i, before, Object.freeze({ ...before, pos: places[k] })]);
    });
    for (const [, before] of replaced) this.occupy(before, -1);
    const taken = new Set(), room = replaced.every(([, before, { pos }]) => {
      const voxel = this.voxel(pos), own = voxel === this.voxel(before.pos);
      const good = voxel !== null && (own || !this.voxels.has(voxel)) && !taken.has(voxel);
      taken.add(voxel);
      return good;
    });
    for (const [, before] of replaced) this.occupy(before, 1);
    return room && this.run({ name: "move", replaced });
  }

  remove(indices) {
    if (!this.run({ name: "delete", removed: indices.map(i => [i, this.points[i]]) })) return false;
    this.select([]); // the cursor stays at the first of them
    return true;
  }

  classify(indices, kind) {
    return this.run({ name: "class", replaced: indices.filter(i => this.points[i].kind !== kind).map(i => [i, this.points[i], Object.freeze({ ...this.points[i], kind })]) });
  }

  // accept makes points of suggestions where there is room; what has no class gets
  // the one that is given. It returns how many.
  accept(list, kind) {
    const inserted = [], fates = [], taken = new Set();
    for (const k of list) {
      const s = this.suggestions[k], voxel = this.voxel(s.pos);
      if (this.fates[k] !== "open" || !this.free(s.pos) || taken.has(voxel)) continue;
      taken.add(voxel);
      inserted.push([this.points.length + inserted.length, Object.freeze({ ...s, kind: s.kind || kind })]);
      fates.push([k, "open", "accepted"]);
    }
    this.run({ name: "accept", inserted, fates });
    return fates.length;
  }

  reject(list) {
    const fates = list.filter(k => this.fates[k] === "open").map(k => [k, "open", "rejected"]);
    this.run({ name: "reject", fates });
    return fates.length;
  }

  // open are the suggestions above a probability that nobody has decided on, the
  // most probable first.
  open(above = -Infinity) {
    const list = [];
    this.suggestions.forEach((s, k) => { if (this.fates[k] === "open" && s.prob > above) list.push(k); });
    return list;
  }

  // look looks at the next open suggestion above a probability, or at the one
  // before, from the one that was looked at.
  look(by, above) {
    const list = this.open(above);
    let k = by > 0 ? list.find(k => k > this.ghost) : list.findLast(k => this.ghost < 0 || k < this.ghost);
    k ??= by > 0 ? list[0] : list.at(-1);
    this.select([]);
    this.ghost = k ?? -1;
  }
}
