// Two small charts whose cursor is the threshold: the scores over the
// threshold, and precision over recall. A click or a drag in one of them sets
// the threshold. The curve is kept as a picture, so that a step of the
// threshold draws the cursor only.

// LINES are those of the first chart; a dash tells them apart without colour.
const LINES = [
  { key: "f1", name: "F1", colour: "--line-1", dash: [], width: 2.2 },
  { key: "precision", name: "precision", colour: "--line-2", dash: [6, 3], width: 1.5 },
  { key: "recall", name: "recall", colour: "--line-3", dash: [2, 3], width: 1.5 },
];

class Chart {
  // options: name, xName, yName, x and y ranges; curve(frame) draws; cursor()
  // gives the point in hand; pick(x, y) takes a click, in values.
  constructor(canvas, options) {
    this.canvas = canvas;
    this.options = options;
    this.curve = document.createElement("canvas");
    let down = false;
    const pick = e => {
      const r = canvas.getBoundingClientRect(), f = this.frame();
      options.pick(f.xOf(e.clientX - r.left), f.yOf(e.clientY - r.top), f);
    };
    canvas.addEventListener("pointerdown", e => {
      if (e.button !== 0) return;
      down = true;
      canvas.setPointerCapture(e.pointerId);
      pick(e);
    });
    canvas.addEventListener("pointermove", e => { if (down) pick(e); });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { down = false; });
  }

  // frame maps values to CSS pixels and back.
  frame() {
    const width = this.canvas.clientWidth, height = this.canvas.clientHeight, { x, y } = this.options;
    const left = 36, right = width - 10, top = 8, bottom = height - 34;
    return {
      width, height, left, right, top, bottom,
      atX: v => left + (v - x[0]) / (x[1] - x[0]) * (right - left), atY: v => bottom + (v - y[0]) / (y[1] - y[0]) * (top - bottom),
      xOf: p => x[0] + (p - left) / (right - left) * (x[1] - x[0]), yOf: p => y[0] + (p - bottom) / (top - bottom) * (y[1] - y[0]),
    };
  }

  // redraw draws the frame and the curve anew.
  redraw(style) {
    const f = this.frame(), dpr = Math.min(window.devicePixelRatio || 1, 2);
    if (!f.width || !f.height) return;
    this.style = style;
    for (const c of [this.canvas, this.curve]) {
      c.width = Math.round(f.width * dpr);
      c.height = Math.round(f.height * dpr);
    }
    const c = this.curve.getContext("2d"), { x, y, xName, yName } = this.options;
    c.scale(dpr, dpr);
    c.font = "11px system-ui, sans-serif";
    c.strokeStyle = style("--rule");
    c.fillStyle = style("--faint");
    c.lineWidth = 1;
    const line = (x0, y0, x1, y1) => { c.beginPath(); c.moveTo(x0, y0); c.lineTo(x1, y1); c.stroke(); };
    c.textAlign = "center";
    for (const v of ticks(x, 6)) {
      const px = Math.round(f.atX(v)) + 0.5;
      line(px, f.top, px, f.bottom);
      c.fillText(short(v), px, f.bottom + 14);
    }
    c.textAlign = "right";
    for (const v of ticks(y, 6)) {
      const py = Math.round(f.atY(v)) + 0.5;
      line(f.left, py, f.right, py);
      c.fillText(short(v), f.left - 5, py + 4);
    }
    c.textAlign = "center";
    c.fillText(xName, (f.left + f.right) / 2, f.bottom + 29);
    c.save();
    c.translate(9, (f.top + f.bottom) / 2);
    c.rotate(-Math.PI / 2);
    c.fillText(yName, 0, 0);
    c.restore();
    this.options.curve(c, f, style);
    this.drawCursor();
  }

  // drawCursor puts the cursor over the curve.
  drawCursor() {
    if (!this.style) return;
    const f = this.frame(), dpr = Math.min(window.devicePixelRatio || 1, 2), c = this.canvas.getContext("2d"), at = this.options.cursor();
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, this.canvas.width, this.canvas.height);
    c.drawImage(this.curve, 0, 0);
    c.scale(dpr, dpr);
    const x = f.atX(at.x), y = f.atY(at.y);
    c.strokeStyle = this.style("--text");
    c.lineWidth = 1;
    c.beginPath();
    if (at.line) { c.moveTo(x, f.top); c.lineTo(x, f.bottom); } else { c.moveTo(f.left, y); c.lineTo(x, y); c.lineTo(x, f.bottom); }
    c.setLineDash([3, 3]);
    c.stroke();
    c.setLineDash([]);
    c.beginPath();
    c.arc(x, y, 5, 0, 2 * Math.PI);
    c.fillStyle = this.style("--line-1");
    c.fill();
    c.lineWidth = 2;
    c.strokeStyle = this.style("--card");
    c.stroke();
  }
}

// ticks are the multiples of 1, 2 or 5 times a power of ten, at most n steps.
function ticks([lo, hi], n) {
  let step = 10 ** Math.floor(Math.log10((hi - lo) / n));
  for (const m of [1, 2, 5, 10]) if ((hi - lo) / (step * m) <= n) { step *= m; break; }
  const out = [];
  for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + step * 1e-9; k++) out.push(k * step);
  return out;
}

// overThreshold draws lines of value(threshold), sampled at each pixel.
function overThreshold(lines, value) {
  return (c, f, style) => {
    for (const line of lines) {
      c.strokeStyle = style(line.colour);
      c.lineWidth = line.width;
      c.setLineDash(line.dash);
      c.beginPath();
      for (let px = f.left; px <= f.right; px++) {
        const y = f.atY(value(f.xOf(px))[line.key]);
        if (px === f.left) c.moveTo(px, y); else c.lineTo(px, y);
      }
      c.stroke();
    }
    c.setLineDash([]);
  };
}

// distinct lists how many kept peaks can pass: 0, and every number at which
// the next one has another value.
function distinct(engine) {
  const out = [0];
  for (let k = 1; k <= engine.kept.length; k++) {
    if (k === engine.kept.length || engine.prob[engine.kept[k]] < engine.prob[engine.kept[k - 1]]) out.push(k);
  }
  return out;
}

// thresholdFor is a threshold that exactly the first k kept peaks pass, with
// as few digits as tell it from its neighbours.
function thresholdFor(engine, k, [lo, hi]) {
  const at = i => engine.prob[engine.kept[i]];
  const below = k < engine.kept.length ? Math.max(at(k), lo) : lo, above = k > 0 ? Math.min(at(k - 1), hi) : hi;
  for (let digits = 2; digits < 17; digits++) {
    const t = Number(((below + above) / 2).toFixed(digits));
    if (t >= lo && t <= hi && engine.keptAt(t) === k) return t;
  }
  return Math.min(Math.max(below, lo), hi);
}
