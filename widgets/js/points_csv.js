// The CSV file of points, byte for byte as detection.WritePoints writes it.

// goNumber writes a finite number as strconv.FormatFloat(v, 'g', -1, 64) does: the
// fewest digits that read back as the same number, with an exponent where it is
// below -4 or above 5.
function goNumber(v) {
  if (v === 0) return Object.is(v, -0) ? "-0" : "0";
  const [mantissa, exponent] = v.toExponential().split("e"), e = Number(exponent);
  if (e >= -4 && e < 6) {
    const sign = v < 0 ? "-" : "", digits = mantissa.replace(/[-.]/g, "");
    if (e < 0) return sign + "0." + "0".repeat(-e - 1) + digits;
    if (digits.length <= e + 1) return sign + digits + "0".repeat(e + 1 - digits.length);
    return sign + digits.slice(0, e + 1) + "." + digits.slice(e + 1);
  }
  return mantissa + "e" + (e < 0 ? "-" : "+") + String(Math.abs(e)).padStart(2, "0");
}

// csvOf is the file of points { pos: [z, y, x], prob, kind }. columns say what it
// has: ndim, 2 or 3, and whether there are a class and a probability.
function csvOf(points, { ndim, classes, probability }) {
  const rows = ["index,axis-0,axis-1" + (ndim === 3 ? ",axis-2" : "") + (classes ? ",class" : "") + (probability ? ",probability" : "")];
  points.forEach((p, i) => {
    let row = String(i);
    for (const v of p.pos.slice(3 - ndim)) row += "," + goNumber(v);
    if (classes) row += "," + p.kind;
    if (probability) row += "," + goNumber(p.prob);
    rows.push(row);
  });
  return rows.join("\n") + "\n";
}
