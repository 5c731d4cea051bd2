// The editor: puts the controls around the picture, and brings them to the state of
// the points.

// EDITORS is where the edits of this page are known: they are kept when a notebook
// draws an output anew, as when its cell is moved.
const EDITORS = Symbol.for("puncta.editors");

class Editor extends EditorActs {
  build() {
    const { data } = this, listOf = ({ pos, prob, classes }) => {
      const p = doubles(pos), q = doubles(prob), k = classes ? doubles(classes) : null;
      return Array.from(q, (prob, i) => Object.freeze({ pos: [...p.subarray(3 * i, 3 * i + 3)], prob, kind: data.classes.length && k ? k[i] : 0 }));
    };
    this.kind = data.classes.length ? 1 : 0; // the class of new points
    this.snap = data.snap;
    this.edits = new Edits(data.dims, listOf(data.points), listOf(data.suggestions));
    this.saver = new Saver({ kernel: data.kernel, path: data.path, hash: data.hash, fileName: data.fileName, classes: data.classes.length }, told => this.told(told));
    this.resume();
    this.box = paneBox(data.dims, "Picture");
    this.box.setAttribute("aria-label", "Picture with points. C shows a crosshair that the arrow keys move, Enter adds a point there, N and P select points, plus and minus zoom. All keys are listed under Keys and mouse.");
    this.view = new RasterPane(new Raster(data.image), this.box, { layers: ["marks", "over"], moved: () => this.draw() });
    this.view.z = data.z;
    this.marks = new EditorMarks(this.view, this.edits, data.classes);
    this.palette = new Palette(data.classes, k => this.choose(k));
    this.suggestions = this.edits.suggestions.length ? new Suggestions(this.edits, {
      look: by => this.look(by), accept: list => this.accept(list), reject: list => this.reject(list), changed: () => this.schedule(),
    }) : null;
    this.hand = new Hand(this.view, this);
    this.root.append(this.header(sizeOf(data.dims), data.fileName),
      element("div", { class: "body" }, this.picture(), element("div", { class: "side" }, this.saving(), this.editing(), this.palette.element,
        ...(this.suggestions ? [this.suggestions.element] : []), this.contrasts(), keyTable())));
    listenToKeys(this);
    this.askBeforeLeaving();
  }

  // resume goes on where the same editor was when it was taken out of the page.
  resume() {
    const known = window[EDITORS] ??= new Map(), key = this.host.getAttribute("data-puncta"), before = known.get(key);
    if (before && !before.host.deref()?.isConnected && before.edits.done.length + before.edits.undone.length > 0) {
      this.edits = before.edits;
      this.saver.target = before.target;
      this.kept = true;
    }
    known.set(key, { host: new WeakRef(this.host), edits: this.edits, target: this.saver.target });
    this.host[EDITORS] = this; // for other scripts, and tests
  }

  // askBeforeLeaving has the browser ask whether to leave a page with unsaved
  // changes. The page keeps no editor alive that is not in it.
  askBeforeLeaving() {
    const editor = new WeakRef(this);
    addEventListener("beforeunload", e => {
      const { edits, host } = editor.deref() || {};
      if (edits?.unsaved && host.isConnected) e.preventDefault();
    });
  }

  picture() {
    const { data, view } = this;
    this.cursor = new Cursor([view], c => this.read(c), { press: false });
    this.readout = new Readout({ dims: data.dims, spacing: data.spacing, unit: data.unit, values: (z, y, x) => this.values(z, y, x) });
    this.scaleBar = new ScaleBar(view, data.spacing, data.unit);
    this.planes = new Planes(data.dims[0], [view], z => this.seen(z), { z: data.z });
    const snapping = element("select", { class: "snap", on: { change: () => { this.snap = snapping.value; } } },
      ...[["off", "stay where they are put"], ["bright", "snap to the brightest voxel"], ["dark", "snap to the darkest voxel"]].map(([value, text]) => element("option", { value }, text)));
    snapping.value = data.snap;
    return element("div", {}, this.box, element("div", { class: "tools" }, zoomButtons(view), crossButton(this.cursor), ...this.planes.elements, ...(data.snap ? [element("label", { class: "snapping" }, "New points", snapping)] : [])), this.readout.element,
      this.message = element("p", { class: "message" }));
  }

  // button is one of the buttons, known by its name.
  button(name, text, title, f) {
    this.buttons ??= {};
    return this.buttons[name] = element("button", { type: "button", class: name, title, on: { click: f } }, text);
  }

  saving() {
    const { live } = this.saver;
    this.status = element("p", { class: "status", role: "status", "aria-live": "polite" });
    return element("div", { class: "saving" }, element("div", { class: "row" },
      ...(live ? [this.button("save", "Save", "save to " + this.data.path + " (Control S)", () => this.save())] : []),
      this.button("download", "Download CSV", "the file of points as a download" + (live ? "" : " (Control S)"), () => this.download()),
      this.button("copy", "Copy CSV", "the file of points to the clipboard", () => this.copy()),
      this.button("overwrite", "Overwrite the file", "save over what somebody else has saved", () => this.overwrite())), this.status);
  }

  editing() {
    return element("div", { class: "row", role: "group", "aria-label": "Edit" },
      this.button("undo", "Undo", "take the last change back (Control Z)", () => this.undo(false)), this.button("redo", "Redo", "do it again (Control Shift Z)", () => this.undo(true)),
      this.button("previous", "Previous", "select the point before (P)", () => this.step(-1)), this.button("next", "Next", "select the next point (N)", () => this.step(1)),
      this.button("delete", "Delete", "delete what is selected (Delete)", () => this.remove()));
  }

  contrasts() {
    this.channels = new Channels(this.view.image, () => this.view.drawPicture());
    return element("details", { class: "contrasts", on: { toggle: () => this.channels.follow(this.view.z) } }, element("summary", {}, "Contrast"), ...this.channels.elements);
  }

  // values are those of the channels that are shown.
  values(z, y, x) {
    const { raster, image } = this.view;
    return raster.bands.flatMap(({ name }, c) => image.visible[c] ? [{ name, text: raster.text(z, y, x, c), colour: raster.channels > 1 ? image.colours[c] : undefined }] : []);
  }

  // read shows what is under the cursor.
  read(cursor) {
    const text = this.readout.show(cursor.at, this.view.z);
    if (cursor.byKey) this.say(text);
  }

  async load() { await this.view.load(this.view.z); }

  resize() {
    if (this.view.resize()) this.draw();
  }

  // seen brings everything to a plane once it is unpacked.
  async seen(z) {
    if (!await this.view.show(z)) return;
    this.draw();
    this.channels.follow(z);
    if (this.cursor.at) this.readout.show(this.cursor.at, z);
    this.publish({ z });
  }

  // show brings a place into sight.
  show(pos) {
    const { view } = this, [x, y] = view.screen(pos[1], pos[2]), margin = 20;
    this.planes.set(sliceOf(pos[0]));
    if (x < margin || y < margin || x > view.viewWidth - margin || y > view.viewHeight - margin) view.look(pos[1], pos[2], view.scale);
  }

  draw() {
    if (!this.marks || !this.view.scale) return;
    this.marks.draw({ moved: this.moving, above: this.suggestions?.above ?? -Infinity, frame: this.frame });
    const { scale, left, top } = this.view;
    this.publish({ scale, left, top });
  }

  // showStatus says whether the points are saved. What the saver said last holds
  // until something is changed.
  showStatus() {
    const { edits, last } = this, holds = last && (last.state === "pending" || last.version === edits.version);
    const text = holds ? last.text : edits.unsaved ? "Unsaved changes." : this.kept ? "As it was before this output was drawn anew." : "No changes yet.";
    if (this.status.textContent !== text) this.status.textContent = text;
    this.buttons.overwrite.hidden = !last?.overwrite;
    this.publish({ state: holds ? last.state : edits.unsaved ? "unsaved" : "clean" });
  }

  update() {
    const { edits, buttons } = this, some = edits.selection.length > 0;
    this.draw();
    const counts = this.palette.show(this.kind, edits.points), suggested = this.suggestions?.show();
    buttons.undo.disabled = edits.done.length === 0;
    buttons.redo.disabled = edits.undone.length === 0;
    buttons.next.disabled = buttons.previous.disabled = edits.points.length === 0;
    buttons.delete.disabled = !some;
    const focus = this.root.getRootNode().activeElement;
    if (focus?.disabled) this.box.focus({ preventScroll: true }); // a button that has done its last
    this.root.classList.toggle("unsaved", edits.unsaved);
    this.showStatus();
    this.publish({
      points: edits.points.length, counts, unsaved: edits.unsaved, selected: edits.selection, ghost: edits.ghost, open: suggested?.open ?? 0,
      class: this.kind, undo: edits.done.length, redo: edits.undone.length, z: this.view.z,
    });
  }
}
