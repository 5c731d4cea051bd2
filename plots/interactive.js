// Draws a chart of echarts in place of its still picture, in the colours of
// the page, and again when those change.

const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#66aad1", "#e69e66", "#66c5ab", "#e0afca", "#9ad2f2", "#f0c566"];
const DARK = ["#56b4e9", "#f0904a", "#2ec4a0", "#e0a3c6", "#8ecdf2", "#f0c04a", "#3a7aa0", "#a86434", "#1f8a70", "#9c7089", "#6390aa", "#a88633"];
const DASHES = ["solid", [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4]]; // tell lines apart without colour
// What stands for a colour in an option: on a light ground, on a dark one.
const COLOURS = {
  "@ink": ["#22262a", "#e8eaed"], "@pale": ["#5c646c", "#b4bac2"], "@muted": ["#a4acb4", "#8a929d"], "@grid": ["#e4e7ea", "#3a4048"],
  "@ground": ["#ffffff", "#15181c"], "@veil": ["rgba(255,255,255,0.8)", "rgba(20,22,26,0.8)"],
  "@first": [LIGHT[0], DARK[0]], "@second": [LIGHT[1], DARK[1]], "@third": [LIGHT[2], DARK[2]],
};
// The same for a list of colours, which stands for numbers from low to high.
const RAMPS = {
  "@cells": [["#f2f6fa", "#8fc1e0", "#005f96"], ["#222b35", "#2f6a94", "#8ecdf2"]],
  "@lines": [["#addc30", "#5ec962", "#28ae80", "#21918c", "#2c728e", "#3b528b", "#472d7b", "#440154"],
    ["#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725"]],
};
RAMPS["@lines-down"] = RAMPS["@lines"].map(colours => colours.slice().reverse());

// coloured is a copy of an option with the colours of a ground; texts outside of
// colours stay what they are.
function coloured(value, dark, key) {
  if (Array.isArray(value)) {
    const ramp = key === "color" && RAMPS[value[0]];
    return ramp ? ramp[+dark].slice() : value.map(v => coloured(v, dark, key));
  }
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, coloured(v, dark, k)]));
  return /color$/i.test(key) && COLOURS[value] ? COLOURS[value][+dark] : value;
}

// axes are those of an option with what go-echarts does not know: no ticks
// between names, and numbers of a logarithmic axis as in the picture.
function axes(list) {
  const power = v => String(v).length <= 6 ? String(v) : v.toExponential().replace("e+", "e");
  return list.map(a => a.type === "category" ? { ...a, axisTick: { show: false } }
    : a.type === "log" ? { ...a, axisLabel: { ...a.axisLabel, formatter: power } } : a);
}

// isDark asks the page: JupyterLab, VS Code and Colab say so, others follow
// the screen.
function isDark(screen) {
  const lab = document.body.getAttribute("data-jp-theme-light"), code = document.body.getAttribute("data-vscode-theme-kind");
  if (lab) return lab === "false";
  if (code) return /dark|high-contrast$/.test(code);
  return document.documentElement.getAttribute("theme") === "dark" || screen.matches;
}

// bins draws a bar of a histogram, from value 0 to value 1 and value 2 high.
const bins = series => (params, api) => {
  const frame = params.coordSys, [x, y] = api.coord([api.value(0), api.value(2)]), end = api.coord([api.value(1), api.value(2)])[0];
  const shape = window.echarts.graphic.clipRectByRect({ x, y, width: end - x, height: frame.y + frame.height - y }, frame), fill = api.visual("color");
  return shape && { type: "rect", shape, style: { fill, fillOpacity: series.itemStyle.opacity, stroke: fill, lineWidth: 1 } };
};

// tip is the text of a tooltip, as text. A chart that is named says all of it
// by the name of the datum.
function tip(settings, option, p) {
  const short = v => typeof v === "number" ? Number(v.toPrecision(4)) : v;
  let lines = p.name.split("\n");
  if (!settings.named && p.componentType === "series") {
    const [x, y] = [option.xAxis[0].name, option.yAxis[0].name];
    lines = [p.seriesName, x + " " + short(p.value[0]), (y.includes(",") ? p.seriesName : y) + " " + short(p.value[1]), ...lines];
  }
  const text = document.createElement("div");
  for (const line of lines) {
    if (line) text.appendChild(document.createElement("div")).textContent = line;
  }
  return text;
}

function draw(host, settings, option) {
  const box = document.createElement("div"), screen = matchMedia("(prefers-color-scheme: dark)");
  box.style.cssText = "width:100%;height:" + settings.height + "px";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", settings.words);
  host.replaceChildren(box);
  let chart, dark;
  const titles = own => { // as wide as the page, and not below the tools
    const width = Math.max(80, box.clientWidth - 80);
    return { ...own.title, textStyle: { ...own.title.textStyle, width, overflow: "truncate" }, subtextStyle: { ...own.title.subtextStyle, width, overflow: "truncate" } };
  };
  const paint = () => {
    if (isDark(screen) === dark) return;
    dark = isDark(screen);
    if (chart) chart.dispose();
    chart = window.echarts.init(box, dark ? "dark" : null);
    const own = coloured(option, dark);
    chart.setOption({
      ...own, animation: false, backgroundColor: "transparent", color: dark ? DARK : LIGHT,
      title: titles(own),
      ...Object.fromEntries(["xAxis", "yAxis", "parallelAxis"].filter(k => own[k]).map(k => [k, axes(own[k])])),
      series: own.series.map((s, i) => ({
        ...s, ...(s.type === "custom" && { renderItem: bins(s) }),
        ...(s.type === "line" && { lineStyle: { type: DASHES[i % DASHES.length], ...s.lineStyle } }),
      })),
      tooltip: { ...own.tooltip, confine: true, formatter: p => tip(settings, option, p) },
    });
  };
  paint();
  screen.addEventListener("change", paint);
  const watch = new MutationObserver(paint);
  for (const e of [document.body, document.documentElement]) watch.observe(e, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind", "theme"] });
  new ResizeObserver(() => { chart.resize(); chart.setOption({ title: titles(coloured(option, dark)) }); }).observe(box);
  host.setAttribute("data-ready", "true");
}

// start draws the charts with the key, now or once echarts is there.
function start(settings, option) {
  for (const host of document.querySelectorAll('[data-puncta="' + settings.key + '"]:not([data-started])')) {
    host.setAttribute("data-started", "true");
    if (window.echarts) {
      draw(host, settings, option);
      continue;
    }
    const said = document.createElement("figcaption");
    said.textContent = settings.absent;
    host.appendChild(said);
    document.addEventListener(settings.event, () => draw(host, settings, option), { once: true });
  }
}
