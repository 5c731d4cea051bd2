// The explorer: puts the controls around the picture and the charts, and keeps
// one state, from which everything is drawn, at most once a frame.

class Explorer extends Widget {
  build() {
    const { data } = this, engine = this.engine = new Engine(data);
    this.state = { ...data.initial };
    const names = engine.hasTruth ? { tp: "found (TP)", fp: "false (FP)", fn: "missed (FN)" } : { found: "found" };
    this.legend = new Legend({ ...names, gone: "removed as close" }, () => this.drawMarks(), ["gone"]);
    this.stale = { radius: true, tolerance: true };
    const counts = count(engine.n, "peak") + " above " + short(data.limits.threshold[0]) + (engine.hasTruth ? ", " + count(engine.m, "true point") : "");
    this.box = paneBox(data.dims, "Picture");
    this.view = new Picture(data, this.box, () => this.drawMarks());
    const side = element("div", {}, ...(engine.hasTruth ? [this.scores()] : []), this.sliders(), this.chartBox(), ...this.yamlBox());
    this.root.append(this.header(sizeOf(data.dims), counts),
      element("div", { class: "body" }, element("div", {}, this.box, this.tools(), this.legend.element), side));
  }

  // tools are zoom, plane and opacity.
  tools() {
    const { view, data, state } = this;
    const map = view.layers[1], planes = data.dims[0];
    map.style.opacity = state.opacity;
    return element("div", { class: "tools" },
      zoomButtons(view),
      slider("Probability map", { class: "opacity", min: 0, max: 1, step: 0.05, value: state.opacity }, v => Math.round(100 * v) + " %", v => { map.style.opacity = v; }),
      ...(planes > 1 ? [slider("Plane z", { class: "plane", min: 0, max: planes - 1, step: 1, value: state.z }, v => v + " of 0–" + (planes - 1), v => {
        state.z = v;
        view.show(v).then(() => this.drawMarks());
      })] : []));
  }

  scores() {
    this.ratios = {};
    return element("div", { class: "scores" }, ...[["f1", "F1"], ["precision", "precision"], ["recall", "recall"]].map(([key, name]) =>
      element("div", key === "f1" ? { class: "main" } : {}, this.ratios[key] = element("b"), name)));
  }

  // sliders are those of the settings, each with a box for its number.
  sliders() {
    const { data } = this, unit = data.unit ? " " + data.unit : "";
    const rows = [["threshold", "Threshold", ""], ["radius", "Close-point radius", unit]];
    if (this.engine.hasTruth) rows.push(["tolerance", "Tolerance", unit]);
    this.inputs = {};
    return element("div", { class: "sliders" }, ...rows.flatMap(([key, name, unit]) => {
      const [lo, hi] = data.limits[key], step = data.steps[key], top = data.tops[key];
      const range = element("input", { type: "range", min: lo, max: top, step, "aria-label": name, class: key });
      const box = element("input", { type: "number", min: lo, max: hi, step: "any", "aria-label": name + ", number", class: key });
      range.addEventListener("input", () => this.set(key, Number(range.value)));
      const typed = () => {
        const v = Number(box.value), good = box.value !== "" && v >= lo && v <= hi;
        box.setAttribute("aria-invalid", String(!good));
        if (good) this.set(key, v, box);
      };
      box.addEventListener("input", typed);
      box.addEventListener("change", () => {
        if (box.getAttribute("aria-invalid") === "true") this.set(key, box.value === "" ? this.state[key] : Number(box.value));
        this.showSetting(key);
      });
      box.addEventListener("keydown", e => { // "any" steps by 1
        const by = { ArrowUp: step, ArrowDown: -step }[e.key];
        if (by === undefined) return;
        e.preventDefault();
        this.set(key, Number((this.state[key] + by).toFixed(10)));
      });
      this.inputs[key] = { range, box, unit };
      return [element("label", {}, name, ...(unit ? [element("small", {}, unit)] : [])), range, box];
    }));
  }

  chartBox() {
    const { data, engine, state } = this, limits = data.limits.threshold, x = [limits[0], data.tops.threshold], cut = v => Math.min(Math.max(v, limits[0]), limits[1]);
    const setThreshold = v => this.set("threshold", Number(cut(v).toFixed(4)) || cut(v));
    const at = t => engine.scoreOf(engine.keptAt(cut(t)));
    this.charts = [];
    const add = (title, label, lines, options) => {
      const canvas = element("canvas", { role: "img", "aria-label": label });
      this.charts.push(new Chart(canvas, options));
      return element("figure", {}, element("figcaption", {}, title, element("div", { class: "lines" }, ...lines)), canvas);
    };
    if (!engine.hasTruth) {
      const most = Math.max(engine.n, 1), points = { key: "points", colour: "--line-1", dash: [], width: 2.2 };
      return element("div", { class: "charts" }, add("Points over the threshold", "Chart of the number of points over the threshold", [], {
        xName: "threshold", yName: "points", x, y: [0, most * 1.05], pick: setThreshold,
        cursor: () => ({ x: state.threshold, y: engine.keptAt(state.threshold), line: true }),
        curve: overThreshold([points], t => ({ points: engine.keptAt(cut(t)) })),
      }));
    }
    const lines = LINES.map(l => {
      const sample = element("span");
      sample.innerHTML = `<svg viewBox="0 0 24 8" aria-hidden="true"><path d="M0 4h24" style="stroke:var(${l.colour})" stroke-width="${l.width}" stroke-dasharray="${l.dash.join(" ")}"/></svg>`;
      sample.append(l.name);
      return sample;
    });
    return element("div", { class: "charts" },
      add("Scores over the threshold", "Chart of F1, precision and recall over the threshold", lines, {
        xName: "threshold", yName: "score", x, y: [0, 1], pick: setThreshold, curve: overThreshold(LINES, at),
        cursor: () => ({ x: state.threshold, y: this.score.f1, line: true }),
      }),
      add("Precision over recall", "Chart of precision over recall", [element("span", {}, "one point a threshold")], {
        xName: "recall", yName: "precision", x: [0, 1.02], y: [0, 1.02],
        cursor: () => ({ x: this.score.recall, y: this.score.precision }),
        curve: (c, f, style) => {
          c.strokeStyle = style("--line-1");
          c.lineWidth = 2.2;
          c.lineJoin = "round";
          c.beginPath();
          for (const k of this.distinct) {
            const s = engine.scoreOf(k);
            if (k > 0) c.lineTo(f.atX(s.recall), f.atY(s.precision)); // without points precision says nothing
          }
          c.stroke();
        },
        pick: (recall, precision, f) => {
          let best = -1, nearest = Infinity;
          for (const k of this.distinct) {
            const s = engine.scoreOf(k), d = Math.hypot(f.atX(s.recall) - f.atX(recall), f.atY(s.precision) - f.atY(precision));
            if (k > 0 && d < nearest) { nearest = d; best = k; }
          }
          if (best > 0) this.set("threshold", thresholdFor(engine, best, limits));
        },
      }));
  }

  yamlBox() {
    const said = element("span", { "aria-live": "polite" });
    const best = element("button", { type: "button", class: "best", on: { click: () => this.set("threshold", this.best()) } }, "Go to the best F1");
    const copy = element("button", { type: "button", class: "copy", on: { click: async () => {
      const done = await copyText(this.yaml.textContent);
      said.textContent = done ? "Copied." : "The browser does not allow copying: the text is below.";
      if (!done) {
        this.more.open = true;
        getSelection().selectAllChildren(this.yaml);
      }
      setTimeout(() => { said.textContent = ""; }, 4000);
    } } }, "Copy as YAML");
    this.yaml = element("pre", { tabindex: "0", "aria-label": "Setting as YAML" });
    this.more = element("details", {}, element("summary", {}, "This setting as YAML"), this.yaml);
    return [element("div", { class: "actions" }, copy, ...(this.engine.hasTruth ? [best] : []), said), this.more];
  }

  // best is a threshold of the highest F1, the highest of them among equals.
  best() {
    let k = 0;
    for (const i of this.distinct) if (this.engine.scoreOf(i).f1 > this.engine.scoreOf(k).f1) k = i;
    return thresholdFor(this.engine, k, this.data.limits.threshold);
  }

  // set changes one number of the setting, within its limits. A box in which
  // somebody types keeps its text.
  set(key, value, typing) {
    const [lo, hi] = this.data.limits[key];
    if (!Number.isFinite(value)) return;
    value = Math.min(Math.max(value, lo), hi);
    this.showSetting(key, value, typing);
    if (value === this.state[key]) return;
    this.state[key] = value;
    if (key in this.stale) this.stale[key] = true;
    this.schedule();
  }

  showSetting(key, value = this.state[key], typing) {
    const { range, box, unit } = this.inputs[key];
    range.value = value;
    range.setAttribute("aria-valuetext", value + unit);
    if (box === typing) return;
    box.value = value;
    box.setAttribute("aria-invalid", "false");
  }

  // update brings everything to the state.
  update() {
    const { engine, state, stale } = this, curves = stale.radius || stale.tolerance;
    if (stale.tolerance) engine.setTolerance(state.tolerance);
    if (stale.radius) engine.setRadius(state.radius);
    stale.radius = stale.tolerance = false;
    if (curves) this.distinct = distinct(engine);
    const kept = engine.keptAt(state.threshold);
    this.score = engine.scoreOf(kept);
    this.sort(kept);
    this.drawMarks();
    this.drawCharts(curves);
    this.showNumbers();
  }

  // sort puts the points into the kinds of marks.
  sort(kept) {
    const { engine } = this, mates = engine.match(kept), taken = new Uint8Array(engine.n);
    const marks = this.marks = { tp: [], fp: [], fn: [], found: [], gone: [] };
    for (let t = 0; t < engine.m; t++) {
      if (mates[t] < 0) { marks.fn.push(t); continue; }
      taken[mates[t]] = 1;
      marks.tp.push(mates[t]);
    }
    for (let k = 0; k < kept; k++) {
      const p = engine.kept[k];
      if (!engine.hasTruth) marks.found.push(p); else if (!taken[p]) marks.fp.push(p);
    }
    const passing = engine.passing(this.state.threshold);
    for (let p = 0; p < passing; p++) if (engine.place[p] === engine.n) marks.gone.push(p);
  }

  drawMarks() {
    if (!this.marks) return;
    const { engine, marks, legend: { hidden } } = this; // mistakes lie on top
    this.view.drawMarks([["gone", engine.voxels], ["found", engine.pos], ["tp", engine.pos], ["fn", engine.truth], ["fp", engine.pos]]
      .filter(([kind]) => !hidden.has(kind)).map(([kind, pos]) => [kind, pos, marks[kind]]));
  }

  drawCharts(anew) {
    for (const chart of this.charts) {
      if (anew || !chart.style) chart.redraw(this.style()); else chart.drawCursor();
    }
  }

  showNumbers() {
    const { score, marks, state } = this;
    for (const kind of Object.keys(this.legend.counts)) this.legend.count(kind, marks[kind].length);
    this.publish({ ...state, points: score.points });
    if (this.engine.hasTruth) {
      for (const key of ["f1", "precision", "recall"]) {
        this.ratios[key].textContent = score[key].toFixed(3);
      }
      const { f1, precision, recall, tp, fp, fn } = score;
      this.publish({ f1, precision, recall, tp, fp, fn });
    }
    this.yaml.textContent = yamlOf(this.data, state, this.engine.hasTruth);
    const r = key => score[key].toFixed(3);
    this.say(this.engine.hasTruth
      ? `F1 ${r("f1")}, precision ${r("precision")}, recall ${r("recall")}: ${score.tp} found, ${score.fp} false, ${score.fn} missed.`
      : count(score.points, "point") + " found.");
  }

  themed() { this.drawCharts(true); }

  resize() {
    if (this.view.resize() && this.score) this.drawCharts(true);
  }

  async load() {
    for (const key of Object.keys(this.inputs)) this.showSetting(key);
    await this.view.load(this.state.z);
  }
}

// yamlOf writes a setting with the keys of a configuration.
function yamlOf(data, state, hasTruth) {
  const lines = [];
  if (data.resolution) lines.push("DATA:", "  TEST:", "    RESOLUTION: [" + data.resolution.join(", ") + "]");
  lines.push("TEST:", "  DET_TH_TYPE: manual", "  DET_MIN_TH_TO_BE_PEAK: [" + state.threshold + "]");
  if (hasTruth) lines.push("  DET_TOLERANCE: [" + state.tolerance + "]");
  lines.push("  POST_PROCESSING:", "    REMOVE_CLOSE_POINTS: " + (state.radius > 0 ? "True" : "False"));
  if (state.radius > 0) lines.push("    REMOVE_CLOSE_POINTS_RADIUS: [" + state.radius + "]");
  return lines.join("\n") + "\n";
}
