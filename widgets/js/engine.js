// The numbers of the explorer: which peaks pass, which of them are removed as
// close points, and which belong to which true point. Every step is that of
// package detection, with the same float64 arithmetic in the same order, and
// gives the same points: Peaks (the threshold), RemoveClosePoints, Match.
//
// Points are known by their index: peaks by descending probability, ties in
// the order of Detect; true points in the order given. Positions are (z, y, x)
// in a Float64Array, three entries a point.

// SLACK is relativeSlack of package detection, as a factor.
const SLACK = 1 + 1e-12;

// Grid finds points within a fixed distance: cubes as wide as that, hashed.
class Grid {
  constructor(size, spacing, reach) {
    this.spacing = spacing;
    this.limit = reach * SLACK;
    this.cube = this.limit * (1 + 1e-9) || 1e-3 * Math.min(...spacing);
    let buckets = 16;
    while (buckets < 2 * size) buckets *= 2;
    this.mask = buckets - 1;
    this.first = new Int32Array(buckets).fill(-1);
    this.next = new Int32Array(size);
    this.cells = new Float64Array(3 * size);
    this.at = new Float64Array(3 * size);
    this.ids = new Int32Array(size);
    this.size = 0;
    this.lo = [Infinity, Infinity, Infinity];
    this.hi = [-Infinity, -Infinity, -Infinity];
    this.cell = [0, 0, 0];
  }

  // cellOf puts the cube of a place into this.cell. Cubes beyond 2^50 are one,
  // so that their numbers stay whole.
  cellOf(pos, i) {
    const most = 2 ** 50;
    for (let a = 0; a < 3; a++) {
      const c = Math.floor(pos[3 * i + a] * this.spacing[a] / this.cube);
      this.cell[a] = Math.min(Math.max(c, -most), most);
    }
  }

  hash(z, y, x) {
    return (Math.imul(z | 0, 83492791) ^ Math.imul(y | 0, 19349663) ^ Math.imul(x | 0, 73856093)) & this.mask;
  }

  add(pos, i) {
    this.cellOf(pos, i);
    const c = this.cell, k = this.size++, h = this.hash(c[0], c[1], c[2]);
    for (let a = 0; a < 3; a++) {
      this.cells[3 * k + a] = c[a];
      this.at[3 * k + a] = pos[3 * i + a];
      this.lo[a] = Math.min(this.lo[a], c[a]);
      this.hi[a] = Math.max(this.hi[a], c[a]);
    }
    this.ids[k] = i;
    this.next[k] = this.first[h];
    this.first[h] = k;
  }

  // near calls found(id, distance) for the points within reach, inclusive,
  // until it returns true; it says whether one did.
  near(pos, i, found) {
    this.cellOf(pos, i);
    const [cz, cy, cx] = this.cell, { lo, hi, cells } = this;
    for (let z = Math.max(cz - 1, lo[0]); z <= Math.min(cz + 1, hi[0]); z++) {
      for (let y = Math.max(cy - 1, lo[1]); y <= Math.min(cy + 1, hi[1]); y++) {
        for (let x = Math.max(cx - 1, lo[2]); x <= Math.min(cx + 1, hi[2]); x++) {
          for (let k = this.first[this.hash(z, y, x)]; k >= 0; k = this.next[k]) {
            if (cells[3 * k] !== z || cells[3 * k + 1] !== y || cells[3 * k + 2] !== x) continue;
            const d = distance(pos, i, this.at, k, this.spacing);
            if (d <= this.limit && found(this.ids[k], d)) return true;
          }
        }
      }
    }
    return false;
  }
}

// Engine holds the data of one image and the state that follows from radius
// and tolerance. Set them with setRadius and setTolerance; a threshold then
// costs one search and one assignment.
//
// What the threshold does needs no removal again: a peak is only ever removed
// by a better one, so that those kept at a threshold are those kept at the
// lowest one that pass.
class Engine {
  constructor(data) {
    this.spacing = data.spacing;
    this.prob = doubles(data.prob);
    this.n = this.prob.length;
    this.voxels = doubles(data.peaks); // where peaks compete
    this.pos = data.refined ? doubles(data.refined) : this.voxels; // where points are
    this.classes = data.classes ? doubles(data.classes) : null;
    this.hasTruth = data.truth !== undefined;
    this.truth = doubles(data.truth || "");
    this.m = this.truth.length / 3;
    this.truthClasses = data.truthClasses ? doubles(data.truthClasses) : null;
    this.perClass = data.perClass;
    this.acrossClasses = data.acrossClasses;
    this.classAware = data.classAware;
    this.assigner = new Assigner(this);
  }

  classOf(i) { return this.classes ? this.classes[i] : 0; }

  truthClassOf(t) { return this.truthClasses ? this.truthClasses[t] : 0; }

  // passing is how many peaks exceed the threshold, which is rounded to the
  // float32 of the map first.
  passing(threshold) { return this.countAbove(threshold, this.n, i => i); }

  // keptAt is how many of the kept peaks exceed the threshold.
  keptAt(threshold) { return this.countAbove(threshold, this.kept.length, k => this.kept[k]); }

  countAbove(threshold, n, peak) {
    const t = Math.fround(threshold);
    let lo = 0, hi = n;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.prob[peak(mid)] > t) lo = mid + 1; else hi = mid;
    }
    return lo;
  }

  // setRadius removes close points; 0 keeps all. kept are those left, and
  // place is where in kept a peak is, beyond its end for those removed.
  setRadius(radius) {
    let order = Int32Array.from({ length: this.n }, (_, i) => i);
    if (radius > 0 && this.perClass) {
      const byClass = new Map();
      for (const i of order) {
        const c = this.classOf(i);
        if (!byClass.has(c)) byClass.set(c, []);
        byClass.get(c).push(i);
      }
      order = Int32Array.from([...byClass.values()].flatMap(of => [...this.thin(of, radius)])).sort();
      if (this.acrossClasses) order = this.thin(order, radius);
    } else if (radius > 0) {
      order = this.thin(order, radius);
    }
    this.kept = order;
    this.place = new Int32Array(this.n).fill(this.n);
    for (let k = 0; k < order.length; k++) this.place[order[k]] = k;
    if (this.start) this.sweep();
  }

  // thin keeps each point of order that no better kept one is close to.
  thin(order, radius) {
    const grid = new Grid(order.length, this.spacing, radius), kept = [], yes = () => true;
    for (const i of order) {
      if (grid.size > 0 && grid.near(this.voxels, i, yes)) continue;
      grid.add(this.voxels, i);
      kept.push(i);
    }
    return Int32Array.from(kept);
  }

  // setTolerance lists, for each true point t, the peaks that may be matched
  // with it: near[start[t]] to near[start[t+1]-1], at distances apart.
  setTolerance(tolerance) {
    const grid = new Grid(this.n, this.spacing, tolerance), near = [], apart = [];
    for (let i = 0; i < this.n; i++) grid.add(this.pos, i);
    this.start = new Int32Array(this.m + 1);
    for (let t = 0; t < this.m; t++) {
      const c = this.truthClassOf(t);
      grid.near(this.truth, t, (i, d) => {
        if (!this.classAware || this.classOf(i) === c) { near.push(i); apart.push(d); }
        return false;
      });
      this.start[t + 1] = near.length;
    }
    this.near = Int32Array.from(near);
    this.apart = Float64Array.from(apart);
    this.turnRound();
    if (this.kept) this.sweep();
  }

  // turnRound lists the same pairs by peak.
  turnRound() {
    const start = new Int32Array(this.n + 1);
    for (const i of this.near) start[i + 1]++;
    for (let i = 0; i < this.n; i++) start[i + 1] += start[i];
    const truths = new Int32Array(this.near.length), fill = start.slice();
    for (let t = 0; t < this.m; t++) {
      for (let e = this.start[t]; e < this.start[t + 1]; e++) truths[fill[this.near[e]]++] = t;
    }
    this.peakStart = start;
    this.truths = truths;
  }

  // sweep fills tp: tp[k] is the largest number of pairs with the first k kept
  // peaks, and so the curve over all thresholds at once. Peaks are added one
  // after the other, each with one search for an augmenting path. Where there
  // is none, the true points that were reached can never become free again
  // and are left out from then on.
  sweep() {
    const { kept, peakStart, truths } = this;
    const owner = new Int32Array(this.m).fill(-1), own = new Int32Array(this.n).fill(-1);
    const from = new Int32Array(this.m), seen = new Int32Array(this.m).fill(-1), dead = new Uint8Array(this.m);
    this.tp = new Int32Array(kept.length + 1);
    const queue = [], reached = [];
    for (let k = 0; k < kept.length; k++) {
      queue.length = reached.length = 0;
      queue.push(kept[k]);
      let free = -1;
      for (let q = 0; q < queue.length && free < 0; q++) {
        const p = queue[q];
        for (let e = peakStart[p]; e < peakStart[p + 1]; e++) {
          const t = truths[e];
          if (dead[t] || seen[t] === k) continue;
          seen[t] = k;
          from[t] = p;
          reached.push(t);
          if (owner[t] < 0) { free = t; break; }
          queue.push(owner[t]);
        }
      }
      this.tp[k + 1] = this.tp[k] + (free >= 0 ? 1 : 0);
      if (free < 0) for (const t of reached) dead[t] = 1;
      for (let t = free; t >= 0;) {
        const p = from[t], left = own[p];
        owner[t] = p;
        own[p] = t;
        t = left;
      }
    }
  }

  // scoreOf counts the first k kept peaks against the true points, with the
  // ratios of detection.Score.
  scoreOf(k) {
    const tp = this.tp[k], fp = k - tp, fn = this.m - tp;
    const share = (hits, misses, other) => hits + misses > 0 ? hits / (hits + misses) : other > 0 ? 0 : 1;
    return { points: k, tp, fp, fn, precision: share(tp, fp, fn), recall: share(tp, fn, fp), f1: share(2 * tp, fp + fn, 0) };
  }

  // match returns the peak of each true point, -1 for none, for the first k
  // kept peaks.
  match(k) { return this.assigner.run(k); }
}
