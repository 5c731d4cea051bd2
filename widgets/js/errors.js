// The error browser: filters above, thumbnails on one side, the image of the one
// that is chosen on the other with what can be said of it, and below the numbers
// of all images and the table to take out.

class Errors extends Widget {
  build() {
    const { data } = this;
    this.list = mistakesOf(data);
    const most = Math.max(1, ...this.list.map(m => m.value ?? 0)), least = Math.min(0, ...this.list.map(m => m.value ?? 0));
    this.ends = [least, most];
    this.state = { images: "f1", order: "high", together: false, kinds: new Set(["fp", "fn"]), klass: "", image: "", lo: least, hi: most, verdict: "" };
    this.chosen = null;
    this.thumbnails = new Thumbnails(data, m => this.choose(m), () => this.viewBox.focus());
    this.viewBox = paneBox([1, 3, 4], "Image");
    this.view = new ErrorView(this.viewBox);
    Object.assign(this.view, { crop: data.crop, columns: data.columns });
    this.view.watch(() => this.schedule());
    const { pooled } = data, facts = [count(data.images.length, "image"), data.match];
    this.root.append(this.header(...facts), this.numbers(pooled));
    if (!this.list.length) {
      this.root.append(element("p", { class: "none" }, "There is no mistake to show."), this.table());
      return;
    }
    this.root.append(this.filters(),
      element("div", { class: "body" },
        element("div", {}, this.thumbnails.box, this.steps()),
        element("div", {}, this.viewBox, this.tools(), this.facts(), this.verdicts())),
      this.takeOut(), this.table());
    this.root.addEventListener("keydown", e => this.key(e));
  }

  numbers(pooled) {
    const box = (name, value, main) => element("div", main ? { class: "main" } : {}, element("b", {}, value), name);
    return element("div", { class: "numbers" }, ...["f1", "precision", "recall"].map(key => box(key === "f1" ? "F1" : key, pooled[key].toFixed(3), key === "f1")),
      box("found (TP)", pooled.tp.toLocaleString("en")), box("false (FP)", pooled.fp.toLocaleString("en")), box("missed (FN)", pooled.fn.toLocaleString("en")));
  }

  // filters say which mistakes are seen and in what order.
  filters() {
    const { data, state, ends } = this;
    const refill = () => this.refill();
    this.kinds = new Legend({ fp: "false (FP)", fn: "missed (FN)" }, () => {
      state.kinds = new Set(["fp", "fn"].filter(k => !this.kinds.hidden.has(k)));
      refill();
    });
    this.kinds.element.setAttribute("aria-label", "Kinds of mistakes");
    const select = (name, key, options) => {
      const box = element("select", { class: key, on: { change: () => { state[key] = box.value; refill(); } } }, ...options.map(([value, text]) => element("option", { value }, text)));
      return element("label", { class: "pick" }, name, box);
    };
    this.order = element("select", { class: "order", on: { change: () => { state.order = this.order.value; refill(); } } },
      element("option", { value: "high" }, "high probability first"), element("option", { value: "low" }, "low probability first"));
    const group = element("input", { type: "checkbox", class: "group", on: { change: () => { state.together = !group.checked; refill(); } } });
    group.checked = true;
    const range = (name, key) => slider(name, { class: key, min: ends[0], max: ends[1], step: (ends[1] - ends[0]) / 100, value: state[key] }, v => short(Number(v)), v => { state[key] = v; refill(); });
    this.select = { image: select("Image", "image", [["", "all"], ...data.images.map((im, i) => [im, i]).filter(([im]) => im.seen).map(([im, i]) => [i, im.name])]) };
    return element("div", { class: "filters" }, this.kinds.element, element("div", { class: "tools" },
      select("Images", "images", Object.entries(IMAGE_ORDERS).map(([value, { name }]) => [value, name])), element("label", { class: "pick" }, "Mistakes", this.order),
      element("label", { class: "switch" }, group, "Grouped by image"), this.select.image,
      ...(data.classes ? [select("Class", "klass", [["", "all"], ...data.classes.map(c => [c, c])])] : []),
      select("Verdict", "verdict", [["", "any or none"], ["none", "none yet"], ["any", "given"]])),
      element("div", { class: "tools" }, range("Probability from", "lo"), range("to", "hi")));
  }

  // steps go through the list.
  steps() {
    const go = (text, by) => element("button", { type: "button", class: by < 0 ? "previous" : "next", on: { click: () => this.thumbnails.step(by) } }, text);
    this.place = element("span", { class: "place" });
    return element("div", { class: "actions" }, go("Previous (P)", -1), go("Next (N)", 1), this.place);
  }

  // tools are zoom, plane and marks of the large view.
  tools() {
    const { view, data } = this, names = { tp: "found (TP)", fp: "false (FP)", fn: "missed (FN)" };
    this.legend = new Legend(names, () => { view.hidden = this.legend.hidden; view.drawMarks(); });
    const thumbs = element("input", { type: "checkbox", class: "marks", on: { change: () => this.thumbnails.show(thumbs.checked) } });
    thumbs.checked = true;
    this.thumbs = thumbs;
    const near = element("button", { type: "button", class: "near", on: { click: () => this.chosen && view.go(data.crop) } }, "Zoom to it");
    this.planes = element("label", { class: "planes" });
    return element("div", {}, element("div", { class: "tools" }, zoomButtons(view), near, element("label", { class: "switch" }, thumbs, "Marks on thumbnails (M)"), this.planes), this.legend.element);
  }

  // showPlanes offers the planes of the image, those with mistakes.
  showPlanes() {
    const { planes, dims } = this.view.shown.seen;
    this.planes.replaceChildren();
    if (dims[0] === 1) return;
    const at = planes.indexOf(this.view.z), text = k => planes[k] + " of 0–" + (dims[0] - 1);
    this.planes.append(...slider("Plane z", { class: "plane", min: 0, max: planes.length - 1, step: 1, value: at }, text, k => this.open(this.view.shown, planes[k])).childNodes);
  }

  facts() { return this.about = element("p", { class: "about" }); }

  // verdicts are what can be said of a mistake, keys 1 to 9.
  verdicts() {
    this.said = element("div", { class: "actions verdicts", role: "group", "aria-label": "Verdict" });
    this.onward = element("input", { type: "checkbox", class: "onward" });
    this.onward.checked = true;
    return element("div", {}, this.said, element("label", { class: "switch" }, this.onward, "Go on to the next after a verdict"));
  }

  showVerdicts() {
    const m = this.chosen, words = m ? this.words(m) : [];
    this.said.replaceChildren(...words.map((text, i) => element("button", {
      type: "button", "aria-pressed": String(m.verdict === text), on: { click: () => this.judge(text) },
    }, text + " (" + (i + 1) + ")")));
  }

  words(m) { return m.kind === "fp" ? this.data.verdicts.false : this.data.verdicts.missed; }

  // judge gives the chosen mistake a verdict, or takes it back.
  judge(text) {
    const m = this.chosen;
    if (!m) return;
    m.verdict = m.verdict === text ? "" : text;
    this.thumbnails.name(m);
    this.showVerdicts();
    this.showTable();
    this.say(m.verdict ? "Verdict: " + m.verdict : "Verdict taken back");
    if (m.verdict && this.onward.checked) this.thumbnails.step(1, this.thumbnails.box.contains(this.root.getRootNode().activeElement));
    this.schedule();
  }

  // takeOut gives the table of mistakes away.
  takeOut() {
    const told = element("span", { "aria-live": "polite" });
    const tell = text => { told.textContent = text; setTimeout(() => { told.textContent = ""; }, 4000); };
    this.all = element("input", { type: "checkbox", class: "all", on: { change: () => this.showTable() } });
    const copy = element("button", { type: "button", class: "copy", on: { click: async () => {
      const done = await copyText(this.csv.textContent);
      tell(done ? "Copied." : "The browser does not allow copying: the table is below.");
      if (!done) { this.more.open = true; getSelection().selectAllChildren(this.csv); }
    } } }, "Copy the table");
    const save = element("button", { type: "button", class: "save", on: { click: () => saveText(this.csv.textContent, "verdicts.csv", "text/csv") } }, "Download as CSV");
    this.csv = element("pre", { tabindex: "0", "aria-label": "Table of mistakes as CSV" });
    this.more = element("details", {}, this.summary = element("summary"), this.csv);
    return element("div", {}, element("div", { class: "actions" }, copy, save, element("label", { class: "switch" }, this.all, "Also mistakes without a verdict"), told), this.more);
  }

  showTable() {
    const list = this.list.filter(m => this.all.checked || m.verdict);
    this.csv.textContent = csvOf(this.data, list);
    this.summary.textContent = "The table: " + count(list.length, "row");
    this.publish({ verdicts: this.list.filter(m => m.verdict).length, rows: list.length });
  }

  // table holds the numbers of all images.
  table() {
    const head = ["image", "F1", "precision", "recall", "TP", "FP", "FN"].map(text => element("th", { scope: "col" }, text));
    const row = (im, i) => {
      const name = im.seen ? element("button", { type: "button", class: "link", on: { click: () => this.only(i) } }, im.name) : im.name;
      return element("tr", {}, element("td", {}, name), ...["f1", "precision", "recall"].map(key => element("td", {}, im[key].toFixed(3))), ...["tp", "fp", "fn"].map(key => element("td", {}, String(im[key]))));
    };
    return element("details", { class: "images" }, element("summary", {}, "Numbers of all images"),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Numbers of all images" }, element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...this.data.images.map(row)))));
  }

  // only shows the mistakes of one image.
  only(rank) {
    const box = this.select.image.querySelector("select");
    box.value = String(rank);
    box.dispatchEvent(new Event("change"));
    this.thumbnails.step(-this.list.length);
    this.viewBox.scrollIntoView({ block: "nearest" });
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
    const n = Number(e.key), words = this.chosen ? this.words(this.chosen) : [];
    const inList = this.thumbnails.box.contains(e.target);
    const act = { n: () => this.thumbnails.step(1, inList), p: () => this.thumbnails.step(-1, inList), m: () => this.thumbs.click() }[e.key.toLowerCase()] ||
      (n >= 1 && n <= words.length ? () => this.judge(words[n - 1]) : null);
    if (!act) return;
    e.preventDefault();
    act();
  }

  // refill brings the list to the filters.
  refill() {
    const { state } = this;
    const list = inOrder(this.data, this.list.filter(m => passes(m, state)), { images: state.images, together: state.together, ascending: state.order === "low" });
    this.thumbnails.fill(list, state.together);
    for (const kind of ["fp", "fn"]) this.kinds.count(kind, this.list.filter(m => m.kind === kind).length);
    if (!list.includes(this.chosen)) this.choose(list[0] || null);
    this.say(count(list.length, "mistake") + " shown");
    this.schedule();
  }

  // choose shows a mistake in the large view.
  choose(m) {
    this.chosen = m;
    this.thumbnails.mark(m);
    this.showVerdicts();
    if (m) {
      this.open(m.image, m.plane, true);
      const at = this.thumbnails.list.indexOf(m);
      this.say((at + 1) + " of " + this.thumbnails.list.length + ": " + (m.kind === "fp" ? "false" : "missed") + " at " + placeText(m) + " in " + m.image.name + ", " + valueText(m));
    }
    this.schedule();
  }

  // open shows a plane of an image, zoomed to what is chosen.
  async open(image, z, near) {
    await this.view.open(image, z, this.chosen);
    if (this.view.shown !== image || this.view.z !== z) return;
    this.viewBox.setAttribute("aria-label", image.name + ". Plus and minus zoom, arrow keys move, 0 shows all, N and P go on, 1 to 9 give a verdict.");
    this.showPlanes();
    if (near) this.view.go(this.data.crop); else this.view.place();
    this.publish({ seen: this.chosen ? this.chosen.place : -1 }); // in the picture
    this.schedule();
  }

  update() {
    const { chosen: m, thumbnails, view, data } = this, { pooled } = data;
    const numbers = { images: data.images.length, mistakes: this.list.length, shown: thumbnails.list.length, ...pooled };
    if (!this.list.length) { this.publish(numbers); return; }
    const at = thumbnails.list.indexOf(m);
    thumbnails.reveal();
    this.place.textContent = m ? (at + 1) + " of " + count(thumbnails.list.length, "mistake") : "";
    this.about.replaceChildren();
    if (m) this.about.append(element("b", {}, m.kind === "fp" ? "False" : "Missed"), " at " + placeText(m) + " in ", element("b", {}, m.image.name), valueText(m) ? ", " + valueText(m) : "", m.verdict ? " · " + m.verdict : "");
    if (view.shown) for (const kind of ["tp", "fp", "fn"]) this.legend.count(kind, view.shown[kind]);
    this.publish({ ...numbers, chosen: at, place: m ? m.place : -1, rank: view.shown ? data.images.indexOf(view.shown) : -1, z: view.z, scale: view.scale });
  }

  resize() {
    if (this.list.length && this.view.resize() && this.chosen) this.view.go(this.data.crop);
  }

  async load() {
    await this.thumbnails.load();
    if (!this.list.length) return;
    this.showTable();
    this.refill();
    await this.open(this.chosen.image, this.chosen.plane, false);
  }
}
