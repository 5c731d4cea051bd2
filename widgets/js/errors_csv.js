// The table of mistakes that an error browser gives out: the columns that package
// widgets reads back (ReadVerdicts), and that napari and ReadPoints take as points.

// csvOf writes mistakes, in the order of the data.
function csvOf(data, list) {
  const axes = data.ndim === 3 ? ["axis-0", "axis-1", "axis-2"] : ["axis-0", "axis-1"];
  const head = ["index", ...axes, ...(data.classes ? ["class"] : []), "value", "image", "kind", "verdict"];
  const rows = [...list].sort((a, b) => a.place - b.place).map((m, i) => [
    i, ...[m.z, m.y, m.x].slice(3 - data.ndim), ...(data.classes ? [m.klass] : []), m.value ?? "", quoted(m.image.name), m.kind === "fp" ? "false" : "missed", quoted(m.verdict),
  ]);
  return [head, ...rows].map(row => row.join(",") + "\n").join("");
}

// quoted is a text as a field.
function quoted(text) { return /[",\r\n]/.test(text) || text !== text.trim() ? '"' + text.replaceAll('"', '""') + '"' : text; }

// saveText has the browser save a text as a file.
function saveText(text, name, type) {
  const url = URL.createObjectURL(new Blob([text], { type })), link = element("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
