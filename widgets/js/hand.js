// Hand is what mouse and fingers do in the pane of an editor:
//
//   press on nothing            adds a point; with a drag the pane moves the image
//   press on a point            selects it, with Control or Command as one more
//   drag of a point             moves it, or all that are selected with it
//   press on a suggestion       looks at it
//   drag with Shift             selects what is in the rectangle
//
// The editor gives it what is at a place and does what it says.
class Hand {
  // editor has pointAt, ghostAt, which are -1 for none, and selects, moves, adds.
  constructor(pane, editor) {
    Object.assign(this, { pane, editor, held: new Set(), drag: null });
    const { box } = pane;
    box.addEventListener("pointerdown", e => this.down(e), true); // before the pane
    box.addEventListener("pointermove", e => this.move(e), true);
    box.addEventListener("pointerup", e => this.up(e), true);
    box.addEventListener("pointercancel", e => { this.held.delete(e.pointerId); this.cancel(); }, true);
    box.addEventListener("dblclick", e => e.preventDefault(), true); // two presses are not a zoom here
  }

  down(e) {
    if (e.button !== 0) return;
    this.held.add(e.pointerId);
    if (this.held.size > 1) { this.cancel(); return; } // two fingers zoom
    const { pane, editor } = this, at = pane.where(e), place = pane.at(...at), point = editor.pointAt(...at);
    this.drag = { id: e.pointerId, from: [e.clientX, e.clientY], at, place, point, kind: "press" };
    if (e.shiftKey) this.drag.kind = "frame";
    else if (point >= 0) this.drag.kind = "point";
    else return; // the pane may move the image
    e.preventDefault(); // for the pane: this drag is not its own
    pane.box.focus({ preventScroll: true });
    pane.box.setPointerCapture(e.pointerId);
    const { selection } = editor.edits, one = e.ctrlKey || e.metaKey;
    if (this.drag.kind === "point" && !one && !selection.includes(point)) editor.selects([point]);
  }

  move(e) {
    const { drag, pane, editor } = this;
    if (drag?.id !== e.pointerId) return;
    if (!drag.moved && Math.hypot(e.clientX - drag.from[0], e.clientY - drag.from[1]) > 3) drag.moved = true;
    if (!drag.moved) return;
    const at = pane.where(e);
    if (drag.kind === "point") {
      const [y, x] = pane.at(...at);
      editor.dragged(drag.point, [y - drag.place[0], x - drag.place[1]]);
    } else if (drag.kind === "frame") editor.framed(drag.at, at);
  }

  up(e) {
    this.held.delete(e.pointerId);
    const { drag, editor } = this;
    if (drag?.id !== e.pointerId) return;
    this.drag = null;
    const free = e.altKey; // no snapping
    if (drag.kind === "point") {
      if (drag.moved) editor.dropped(drag.point, free);
      else if (e.ctrlKey || e.metaKey) editor.toggles(drag.point);
      else editor.selects([drag.point]);
    } else if (drag.kind === "frame") {
      if (drag.moved) editor.frameSelects(e.ctrlKey || e.metaKey);
    } else if (!drag.moved) {
      const ghost = editor.ghostAt(...drag.at);
      if (ghost >= 0) editor.looksAt(ghost);
      else editor.adds(drag.place, free);
    }
  }

  // cancel gives up what is being dragged.
  cancel() {
    const { drag } = this;
    this.drag = null;
    if (drag && drag.kind !== "press") this.editor.undragged();
    return !!drag && drag.kind !== "press" && drag.moved;
  }
}
