// CLASS_SHAPES are those of the classes, in turn, as in editor_still.go.
const CLASS_SHAPES = ["circle", "square", "triangle", "diamond", "cross"];

// kindOf is the kind of mark of a class from 1; 0 are points without classes.
function kindOf(k) { return k ? "class " + k : "found"; }

// addClassKinds makes kinds of marks of classes.
function addClassKinds(classes) {
  classes.forEach(({ colour }, i) => { KINDS[kindOf(i + 1)] = { colour, shape: CLASS_SHAPES[i % CLASS_SHAPES.length] }; });
}

// Palette lists the classes with their keys and counts; one of them is that of new
// points.
class Palette {
  // chosen is called with a class from 1.
  constructor(classes, chosen) {
    addClassKinds(classes);
    this.classes = classes;
    this.counts = [];
    const name = "class-" + random(); // radio buttons of one name are one group
    this.buttons = classes.map((c, i) => element("input", { type: "radio", name, value: i + 1, on: { change: () => chosen(i + 1) } }));
    this.total = element("b");
    const rows = classes.map((c, i) => element("label", {}, this.buttons[i], markSample(kindOf(i + 1)), element("span", { class: "name" }, c.name),
      element("kbd", { title: "key " + (i + 1) }, String(i + 1)), this.counts[i] = element("b")));
    this.element = element("div", { class: "palette" },
      ...(rows.length ? [element("div", { role: "radiogroup", "aria-label": "Class of new and selected points" }, ...rows)] : []),
      element("p", { class: "total" }, this.total, element("span", {}, " points in all")));
  }

  // show shows the class of new points, and counts.
  show(chosen, points) {
    const counts = this.classes.map(() => 0);
    for (const p of points) if (p.kind) counts[p.kind - 1]++;
    counts.forEach((n, i) => { this.counts[i].textContent = n.toLocaleString("en"); });
    this.buttons.forEach((b, i) => { b.checked = i + 1 === chosen; });
    this.total.textContent = points.length.toLocaleString("en");
    this.total.nextSibling.textContent = points.length === 1 ? " point in all" : " points in all";
    return counts;
  }
}
