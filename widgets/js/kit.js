// What all widgets have: the section with its header, the theme of the page,
// drawing once a frame, what is read out, the start, and numbers.

// element makes an element with attributes and children.
function element(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, f] of Object.entries(value)) e.addEventListener(event, f);
    else if (value !== undefined) e.setAttribute(key, value);
  }
  e.append(...children);
  return e;
}

// count is a number with its noun.
function count(n, noun) { return n.toLocaleString("en") + " " + noun + (n === 1 ? "" : "s"); }

// copyText copies in one of two ways, or says that it could not.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element("textarea", { style: "position:fixed;opacity:0" });
    area.value = text;
    document.body.append(area);
    area.select();
    try { return document.execCommand("copy"); } catch { return false; } finally { area.remove(); }
  }
}

// slider is a row of the tools: a name, a range and its value in words.
function slider(name, attributes, text, set) {
  const out = element("output", {}, text(attributes.value));
  const range = element("input", { type: "range", "aria-label": name, "aria-valuetext": text(attributes.value), ...attributes, on: { input: () => {
    out.textContent = text(range.value);
    range.setAttribute("aria-valuetext", out.textContent);
    set(Number(range.value));
  } } });
  return element("label", {}, name, range, out);
}

// radios is a group of names of which one is chosen; set is called with its key.
// choose chooses another one, and calls nothing.
function radios(label, names, chosen, set) {
  const group = "puncta-" + radios.count++;
  const inputs = Object.keys(names).map(key => element("input", { type: "radio", name: group, value: key, on: { change: () => set(key) } }));
  const choose = key => { for (const i of inputs) i.checked = i.value === key; };
  choose(chosen);
  return { element: element("span", { class: "names", role: "radiogroup", "aria-label": label }, ...inputs.map(i => element("label", {}, i, names[i.value]))), choose };
}
radios.count = 0;

// sizeOf is the size of an image in words.
function sizeOf([depth, height, width]) {
  return depth > 1 ? depth + " × " + height + " × " + width + " voxels" : height + " × " + width + " pixels";
}

// paneBox is the element of a pane.
function paneBox([, height, width], label) {
  return element("div", {
    class: "view", tabindex: "0", role: "group", style: "aspect-ratio: " + Math.min(Math.max(width / height, 0.75), 2.5),
    "aria-label": label + ". Plus and minus zoom, arrow keys move, 0 shows all.",
  });
}

// roundLength is the largest of 1, 2 and 5 times a power of ten up to a length; at
// least least.
function roundLength(most, least) {
  const power = 10 ** Math.floor(Math.log10(most) + 1e-9);
  const length = [5, 2, 1].find(m => m * power <= most * (1 + 1e-9)) * power;
  return Math.max(Number(length.toPrecision(1)), least);
}

// decimals is how many a step of 1, 2 or 5 times a power of ten has.
function decimals(step) { return Math.max(0, -Math.floor(Math.log10(step) + 1e-9)); }

// shortest writes a float32 with as few digits as tell it from its neighbours.
function shortest(v) {
  for (let digits = 1; digits < 9; digits++) {
    const t = Number(v.toPrecision(digits));
    if (Math.fround(t) === v) return String(t);
  }
  return String(Number(v.toPrecision(9)));
}

// bytesOf decodes base64.
function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

// short writes a number for a person: at most four digits.
function short(v) { return String(Number(v.toPrecision(4))); }

// doubles decodes base64 of little-endian float64.
function doubles(text) {
  const bytes = bytesOf(text), view = new DataView(bytes.buffer, bytes.byteOffset), out = new Float64Array(bytes.length / 8);
  for (let i = 0; i < out.length; i++) out[i] = view.getFloat64(8 * i, true);
  return out;
}

// distance is Euclidean, in physical units, summed over z, y, x.
function distance(a, i, b, j, s) {
  const z = (a[3 * i] - b[3 * j]) * s[0], y = (a[3 * i + 1] - b[3 * j + 1]) * s[1], x = (a[3 * i + 2] - b[3 * j + 2]) * s[2];
  return Math.sqrt(z * z + y * y + x * x);
}

// Widget is the base of all widgets. Who extends it has build, which fills
// this.root, and may have: load, a promise of what must be there first; resize,
// after the size has changed; update, which brings everything to the state;
// themed, after a change of colours.
class Widget {
  constructor(host, data, css) {
    this.host = host;
    this.data = data;
    this.css = css;
    this.root = element("section", { class: "widget", "aria-label": data.title });
    this.spoken = element("p", { class: "spoken", role: "status", "aria-live": "polite" });
    this.build();
    this.root.append(...(data.notes || []).map(text => element("p", { class: "note" }, text)), this.spoken);
    this.followTheme();
  }

  build() {}
  async load() {}
  resize() {}
  update() {}
  themed() {}

  header(...facts) {
    return element("header", {}, element("h2", {}, this.data.title), element("p", {}, facts.filter(f => f).join(" · ")));
  }

  // schedule updates before the next frame.
  schedule() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.update(); });
  }

  // say has a sentence read out, once the hand rests.
  say(text) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.spoken.textContent = text; }, 500);
  }

  // publish puts numbers, all digits, where tests and other scripts read them:
  // data attributes of the section.
  publish(numbers) {
    for (const [key, value] of Object.entries(numbers)) this.root.setAttribute("data-" + key, value);
  }

  // style gives the value of a CSS variable.
  style() {
    const computed = getComputedStyle(this.root);
    return name => computed.getPropertyValue(name).trim();
  }

  // followTheme is dark where the page is: JupyterLab, VS Code and Colab say
  // so, other pages follow the screen. The page keeps no widget alive for that:
  // outputs of notebooks come and go.
  followTheme() {
    const screen = matchMedia("(prefers-color-scheme: dark)"), { body, documentElement: html } = document, widget = new WeakRef(this);
    const apply = () => {
      const w = widget.deref();
      if (!w) {
        screen.removeEventListener("change", apply);
        watch.disconnect();
        return;
      }
      const lab = body.getAttribute("data-jp-theme-light"), code = body.getAttribute("data-vscode-theme-kind");
      const dark = lab ? lab === "false" : code ? /dark|high-contrast$/.test(code) : html.getAttribute("theme") === "dark" || screen.matches;
      if (w.root.classList.toggle("dark", dark) !== w.dark) {
        w.dark = dark;
        if (w.shown) w.themed();
      }
    };
    const watch = new MutationObserver(apply);
    apply();
    screen.addEventListener("change", apply);
    for (const e of [body, html]) watch.observe(e, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind", "theme"] });
  }

  async start() {
    await this.load();
    this.host.attachShadow({ mode: "open" }).append(element("style", {}, this.css), this.root); // hides the still picture
    this.shown = true;
    this.resize();
    this.update();
    new ResizeObserver(() => this.resize()).observe(this.root);
    this.host.setAttribute("data-ready", "true");
  }
}

// start makes widgets of the places with the key that are still pictures.
// Where that fails the picture stays.
function start(key, Kind, data, css) {
  for (const host of document.querySelectorAll('[data-puncta="' + key + '"]:not([data-started])')) {
    host.setAttribute("data-started", "true");
    const failed = e => console.error("puncta " + Kind.name + ":", e);
    try {
      new Kind(host, data, css).start().catch(failed);
    } catch (e) {
      failed(e);
    }
  }
}
