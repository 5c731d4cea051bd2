// EDITOR_KEYS are those of an editor, for people.
const EDITOR_KEYS = [
  ["Enter", "add a point at the crosshair, or accept the suggestion that is looked at"],
  ["C", "show or hide the crosshair; arrow keys move it, with Shift by ten voxels"],
  ["N, P", "select the next point, or the one before"],
  ["arrow keys", "move what is selected by a voxel, with Shift by ten, with Alt by a tenth"],
  ["Page Up, Page Down", "go to another plane, with Shift and what is selected"],
  ["1 to 9", "the class of what is selected and of new points"],
  ["Delete", "delete what is selected"],
  ["G, Shift G", "look at the next suggestion, or at the one before"],
  ["A, R", "accept or reject the suggestion that is looked at"],
  ["Control A", "select all points of the plane"],
  ["Control Z, Control Shift Z", "undo, redo"],
  ["Control S", "save, or download"],
  ["Escape", "select nothing; give up what is dragged"],
  ["+, −, 0", "zoom in, out, show all"],
];

// keyTable is the list of keys.
function keyTable() {
  return element("details", { class: "keys" }, element("summary", {}, "Keys and mouse"),
    element("p", {}, "A press adds a point, on a point it selects it, and a drag moves it; a drag elsewhere moves the image, with Shift it selects what is in the rectangle. Alt puts a point without snapping."),
    element("dl", {}, ...EDITOR_KEYS.flatMap(([keys, what]) => [element("dt", {}, keys), element("dd", {}, what)])));
}

// editorKey does what a key asks of an editor, and returns whether it did.
function editorKey(editor, e) {
  const { edits } = editor, inPicture = e.target === editor.box, some = edits.selection.length > 0;
  if (e.ctrlKey || e.metaKey) {
    if (e.altKey) return false;
    switch (e.key.toLowerCase()) {
      case "z": editor.undo(e.shiftKey); return true;
      case "y": editor.undo(true); return true;
      case "s": editor.save(); return true;
      case "a": editor.selects(edits.points.flatMap((p, i) => sliceOf(p.pos[0]) === editor.view.z ? [i] : [])); return true;
    }
    return false;
  }
  if (inPicture && (some || e.altKey)) {
    const n = e.shiftKey ? 10 : e.altKey ? 0.1 : 1;
    const by = { ArrowUp: [0, -n, 0], ArrowDown: [0, n, 0], ArrowLeft: [0, 0, -n], ArrowRight: [0, 0, n] }[e.key];
    if (by) { if (some) editor.nudge(by); return true; }
  }
  if (e.altKey) return false;
  const plane = { PageUp: 1, PageDown: -1 }[e.key];
  if (inPicture && e.shiftKey && plane && some) { editor.nudge([plane, 0, 0]); return true; }
  if (/^[1-9]$/.test(e.key) && Number(e.key) <= editor.data.classes.length) { editor.choose(Number(e.key)); return true; }
  switch (e.key) {
    case "Enter": if (!inPicture) return false; editor.enter(); return true;
    case "n": case "N": editor.step(1); return true;
    case "p": case "P": editor.step(-1); return true;
    case "g": editor.look(1); return true;
    case "G": editor.look(-1); return true;
    case "a": case "A": return editor.decide(true);
    case "r": case "R": return editor.decide(false);
    case "Delete": case "Backspace": if (edits.ghost >= 0) return editor.decide(false); editor.remove(); return true;
    case "Escape":
      if (editor.hand.cancel()) return true;
      if (!some && edits.ghost < 0) return false; // the crosshair's
      editor.selects([]);
      return true;
  }
  return false;
}

// listenToKeys has the keys work wherever the focus is in the widget, but where
// something is typed or chosen with them.
function listenToKeys(editor) {
  editor.root.addEventListener("keydown", e => {
    const t = e.target, typed = t.matches("input[type=number], textarea, select"), save = (e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "s";
    if (typed && !save || !editorKey(editor, e)) return;
    e.preventDefault();
    e.stopPropagation(); // neither the pane nor the page takes it, too
  }, true);
}
