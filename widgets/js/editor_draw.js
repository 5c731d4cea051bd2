// EditorMarks draws points and suggestions in the pane of an editor, and above them
// what is selected and dragged.
class EditorMarks {
  constructor(pane, edits, classes) {
    Object.assign(this, { pane, edits, stamps: new Stamps(), kinds: [0, ...classes.map((_, i) => i + 1)] });
    this.around = 2; // so many planes away points are seen as dots
  }

  // draw draws everything. moved are places of points that are dragged, by index;
  // above is the probability above which suggestions are seen; frame is a rectangle
  // of the screen, [from, to], or null.
  draw({ moved, above, frame }) {
    const { pane, edits, kinds } = this, n = edits.points.length, places = new Float64Array(3 * n);
    const lists = kinds.map(() => []), near = [];
    for (let i = 0; i < n; i++) {
      places.set(moved?.get(i) || edits.points[i].pos, 3 * i);
      lists[edits.points[i].kind].push(i);
      const away = Math.abs(sliceOf(places[3 * i]) - pane.z);
      if (away > 0 && away <= this.around) near.push(i);
    }
    const dots = places.slice();
    for (const i of near) dots[3 * i] = pane.z;
    const open = edits.open(above), ghosts = new Float64Array(3 * open.length);
    open.forEach((k, i) => ghosts.set(edits.suggestions[k].pos, 3 * i));
    this.stamps.draw(pane, pane.layers[1], [["gone", dots, near], ["suggested", ghosts, open.map((_, i) => i)], ...kinds.map(k => [kindOf(k), places, lists[k]])]);
    this.places = places;
    this.drawOver(frame);
  }

  drawOver(frame) {
    const { pane, edits } = this, canvas = pane.layers[2], c = canvas.getContext("2d"), { dpr } = pane;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, canvas.width, canvas.height);
    c.setTransform(dpr, 0, 0, dpr, 0, 0);
    const path = new Path2D(), round = pos => {
      if (sliceOf(pos[0]) !== pane.z) return;
      const [x, y] = pane.screen(pos[1], pos[2]);
      path.moveTo(x + 12, y);
      path.arc(x, y, 12, 0, 2 * Math.PI);
    };
    for (const i of edits.selection) round(this.places.subarray(3 * i, 3 * i + 3));
    if (edits.ghost >= 0) round(edits.suggestions[edits.ghost].pos);
    if (frame) {
      const [[x, y], [x2, y2]] = frame;
      path.rect(x, y, x2 - x, y2 - y);
    }
    for (const [width, colour] of [[4, "rgba(0,0,0,0.75)"], [2, "#ffffff"]]) {
      c.lineWidth = width;
      c.strokeStyle = colour;
      c.stroke(path);
    }
  }

  // nearest is the index of the place, of a list of [index, pos], that is nearest to
  // a place on the screen, in the plane that is seen and at most 10 pixels away; the
  // first among equals, -1 for none.
  nearest(list, x, y) {
    let best = -1, least = 100;
    for (const [i, pos] of list) {
      if (sliceOf(pos[0]) !== this.pane.z) continue;
      const [px, py] = this.pane.screen(pos[1], pos[2]), d = (px - x) ** 2 + (py - y) ** 2;
      if (d < least || d === least && best < 0) { best = i; least = d; }
    }
    return best;
  }
}
