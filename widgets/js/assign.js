// Assigner is the optimal assignment of package detection (assign.go): as many
// pairs as can be, then the smallest sum of distances, by shortest augmenting
// paths with dual variables after Jonker and Volgenant. Rows are true points,
// columns are peaks. A cost is a pair: how many rows are left out, and a
// distance; it is compared entry by entry. Order, ties and arithmetic are those
// of the Go code, so that it finds the same pairs.
class Assigner {
  constructor(engine) {
    const { n, m } = engine;
    this.engine = engine;
    this.rowLeft = new Int32Array(m);
    this.rowDist = new Float64Array(m);
    this.colLeft = new Int32Array(n);
    this.colDist = new Float64Array(n);
    this.colOf = new Int32Array(m);
    this.rowOf = new Int32Array(n);
    this.mark = new Int32Array(n);
    this.left = new Int32Array(n);
    this.dist = new Float64Array(n);
    this.via = new Int32Array(n);
    this.done = new Uint8Array(n);
    this.closed = [];
    this.heap = new ColumnHeap();
  }

  run(count) {
    for (const a of [this.rowLeft, this.rowDist, this.colLeft, this.colDist, this.mark]) a.fill(0);
    this.colOf.fill(-1);
    this.rowOf.fill(-1);
    this.count = count;
    for (let t = 0; t < this.colOf.length; t++) this.place(t);
    return this.colOf;
  }

  place(start) {
    this.search(start);
    const { rowOf, colOf, via } = this;
    this.rowLeft[start] += this.bestLeft;
    this.rowDist[start] += this.bestDist;
    for (const j of this.closed) {
      const left = this.bestLeft - this.left[j], dist = this.bestDist - this.dist[j];
      this.colLeft[j] -= left;
      this.colDist[j] -= dist;
      this.rowLeft[rowOf[j]] += left;
      this.rowDist[rowOf[j]] += dist;
    }
    let col = this.bestCol;
    if (col < 0) {
      col = colOf[this.bestRow];
      colOf[this.bestRow] = -1;
      if (this.bestRow === start) return;
    }
    for (;;) {
      const row = via[col], left = colOf[row];
      colOf[row] = col;
      rowOf[col] = row;
      if (row === start) return;
      col = left;
    }
  }

  search(start) {
    const { engine, closed, heap } = this, { near, apart, place } = engine;
    const stamp = start + 1;
    closed.length = 0;
    heap.clear();
    let row = start, soLeft = 0, soDist = 0;
    this.bestLeft = Infinity;
    this.bestDist = 0;
    this.bestCol = this.bestRow = 0;
    for (;;) {
      const outLeft = soLeft + 1 - this.rowLeft[row], outDist = soDist - this.rowDist[row];
      if (outLeft < this.bestLeft || outLeft === this.bestLeft &&
          (outDist < this.bestDist || outDist === this.bestDist && this.bestCol < 0 && row > this.bestRow)) {
        this.bestLeft = outLeft;
        this.bestDist = outDist;
        this.bestCol = -1;
        this.bestRow = row;
      }
      const baseLeft = soLeft - this.rowLeft[row], baseDist = soDist - this.rowDist[row];
      for (let e = engine.start[row]; e < engine.start[row + 1]; e++) {
        if (place[near[e]] < this.count) this.relax(near[e], row, stamp, soLeft, soDist, baseLeft, baseDist + apart[e]);
      }
      const col = this.nextOpen();
      if (col < 0) return;
      this.done[col] = 1;
      closed.push(col);
      row = this.rowOf[col];
      soLeft = this.left[col];
      soDist = this.dist[col];
    }
  }

  relax(col, row, stamp, soLeft, soDist, left, dist) {
    const isNew = this.mark[col] !== stamp;
    if (!isNew && this.done[col]) return;
    left -= this.colLeft[col];
    dist -= this.colDist[col];
    if (left < soLeft || left === soLeft && dist < soDist) { left = soLeft; dist = soDist; }
    if (!isNew && !(left < this.left[col] || left === this.left[col] && dist < this.dist[col])) return;
    const free = this.rowOf[col] < 0;
    if (this.bestLeft < left || this.bestLeft === left &&
        (this.bestDist < dist || dist === this.bestDist && !(free && (this.bestCol < 0 || col < this.bestCol)))) return;
    this.mark[col] = stamp;
    this.left[col] = left;
    this.dist[col] = dist;
    this.via[col] = row;
    this.done[col] = 0;
    if (free) {
      this.bestLeft = left;
      this.bestDist = dist;
      this.bestCol = col;
      this.bestRow = 0;
      return;
    }
    this.heap.push(left, dist, col);
  }

  nextOpen() {
    const { heap } = this;
    while (heap.size > 0) {
      const left = heap.left[0], dist = heap.dist[0], col = heap.col[0];
      heap.pop();
      if (!(left < this.bestLeft || left === this.bestLeft && dist < this.bestDist)) return -1;
      if (!this.done[col]) return col;
    }
    return -1;
  }
}

// ColumnHeap is a binary heap of columns, cheapest first, ties to the lowest.
class ColumnHeap {
  constructor() { this.left = []; this.dist = []; this.col = []; this.size = 0; }

  clear() { this.size = 0; }

  before(left, dist, col, i) {
    return left < this.left[i] || left === this.left[i] && (dist < this.dist[i] || dist === this.dist[i] && col < this.col[i]);
  }

  set(i, left, dist, col) { this.left[i] = left; this.dist[i] = dist; this.col[i] = col; }

  copy(i, j) { this.set(i, this.left[j], this.dist[j], this.col[j]); }

  push(left, dist, col) {
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(left, dist, col, parent)) break;
      this.copy(i, parent);
      i = parent;
    }
    this.set(i, left, dist, col);
  }

  pop() {
    const n = --this.size, left = this.left[n], dist = this.dist[n], col = this.col[n];
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (child + 1 < n && this.before(this.left[child + 1], this.dist[child + 1], this.col[child + 1], child)) child++;
      if (this.before(left, dist, col, child)) break;
      this.copy(i, child);
      i = child;
    }
    if (n > 0) this.set(i, left, dist, col);
  }
}
