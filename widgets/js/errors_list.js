// The mistakes of an error browser: which there are, in what order, and which of
// them are to be seen.

// IMAGE_ORDERS are those of images. Data has them worst first, by F1: sorting
// keeps that order among equals.
const IMAGE_ORDERS = {
  f1: { name: "lowest F1 first", compare: (a, b) => a.f1 - b.f1 },
  fp: { name: "most false first", compare: (a, b) => b.fp - a.fp },
  fn: { name: "most missed first", compare: (a, b) => b.fn - a.fn },
  name: { name: "by name", compare: (a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0 },
};

// mistakesOf lists all mistakes with a thumbnail, as the data has them: images
// worst first, and in an image by descending value. place is that in the list, cell
// that in the atlas of its image.
function mistakesOf(data) {
  const list = [];
  data.images.forEach((image, rank) => {
    if (!image.seen) return;
    const pos = { fp: doubles(image.seen.fp), fn: doubles(image.seen.fn) };
    image.seen.pos = { ...pos, tp: doubles(image.seen.tp) };
    image.seen.mistakes.forEach(({ missed, at, class: klass, value }, cell) => {
      const kind = missed ? "fn" : "fp", [z, y, x] = pos[kind].subarray(3 * at, 3 * at + 3), depth = image.seen.dims[0];
      list.push({ place: list.length, image, rank, cell, kind, at, klass, value, z, y, x, plane: Math.min(Math.max(sliceOf(z), 0), depth - 1), verdict: "" });
    });
  });
  return list;
}

// inOrder sorts mistakes: image by image in the order of images, or all together.
// By value the highest or the lowest come first; those without one are last, and
// among equals the order of images decides, then that of the data.
function inOrder(data, list, { images, together, ascending }) {
  const ranks = data.images.map((_, i) => i).sort((a, b) => IMAGE_ORDERS[images].compare(data.images[a], data.images[b]) || a - b);
  const place = new Map(ranks.map((rank, k) => [rank, k]));
  const value = m => m.value === null ? -Infinity : ascending ? -m.value : m.value;
  const byValue = (a, b) => value(b) === value(a) ? 0 : value(b) - value(a); // infinities too
  const byImage = (a, b) => place.get(a.rank) - place.get(b.rank);
  return [...list].sort((a, b) => (together ? byValue(a, b) || byImage(a, b) : byImage(a, b) || byValue(a, b)) || a.place - b.place);
}

// passes says whether a mistake is to be seen.
function passes(m, { kinds, klass, image, lo, hi, verdict }) {
  if (!kinds.has(m.kind) || klass !== "" && m.klass !== Number(klass) || image !== "" && m.rank !== Number(image)) return false;
  if (verdict === "none" ? m.verdict !== "" : verdict === "any" && m.verdict === "") return false;
  return m.value === null || m.value >= lo && m.value <= hi;
}

// placeText is where a mistake is, in words.
function placeText({ z, y, x, image, klass }) {
  const [depth] = image.seen.dims;
  return (depth > 1 ? "z " + short(z) + ", " : "") + "y " + short(y) + ", x " + short(x) + (klass > 0 ? ", class " + klass : "");
}

// valueText is what is known of the probability of a mistake.
function valueText({ kind, value }) {
  if (kind === "fp") return "probability " + short(value ?? NaN);
  return value === null ? "" : "best of the map nearby " + short(value);
}
