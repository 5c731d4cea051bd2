// Points are marked points (marked.go), found or true, with their kinds.
class Points {
  // kinds are those of a point that has a mate and one that has none; with no
  // other list to have mates in all are alone.
  constructor(data, name, { mated, unmated, alone }) {
    this.name = name;
    this.count = data.count;
    this.pos = doubles(data.pos);
    this.prob = doubles(data.prob);
    this.ids = doubles(data.ids);
    this.classes = data.classes ? doubles(data.classes) : null;
    this.mates = data.mates !== undefined && data.mates !== "" ? doubles(data.mates) : null;
    this.paired = data.mates !== undefined;
    this.lists = { [mated]: [], [unmated]: [], [alone]: [] };
    this.kinds = Array.from({ length: data.count }, (_, i) => {
      const kind = !this.mates ? alone : this.mates[i] >= 0 ? mated : unmated;
      this.lists[kind].push(i);
      return kind;
    });
  }

  // nearest is the index of the point seen nearest to the voxel (y, x), at most
  // so many voxels away, of the kinds that are not hidden; -1 for none. plane is
  // that in sight, or "max".
  nearest(plane, flat, y, x, most, hidden) {
    let best = -1, least = most;
    for (let i = 0; i < this.count; i++) {
      if (!flat && plane !== "max" && sliceOf(this.pos[3 * i]) !== plane || hidden.has(this.kinds[i])) continue;
      const d = Math.hypot(this.pos[3 * i + 1] - y, this.pos[3 * i + 2] - x);
      if (d <= least && (d < least || best < 0)) { best = i; least = d; }
    }
    return best;
  }

  // words say what is known of a point.
  words(i) {
    const parts = [this.name + " " + this.ids[i]];
    if (this.classes) parts.push("class " + this.classes[i]);
    if (this.name === "point") parts.push("probability " + Number(this.prob[i].toPrecision(7)));
    return parts.join(", ");
  }
}
