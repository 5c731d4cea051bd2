// Draws a chart of echarts in place of its still picture, in the colours of
// the page, and again when those change.

const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
const DARK = ["#56b4e9", "#f0904a", "#2ec4a0", "#e0a3c6", "#8ecdf2", "#f0c04a"];
const DASHES = ["solid", [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4]]; // tell lines apart without colour

// isDark asks the page: JupyterLab, VS Code and Colab say so, others follow
// the screen.
function isDark(screen) {
  const lab = document.body.getAttribute("data-jp-theme-light"), code = document.body.getAttribute("data-vscode-theme-kind");
  if (lab) return lab === "false";
  if (code) return /dark|high-contrast$/.test(code);
  return document.documentElement.getAttribute("theme") === "dark" || screen.matches;
}

function draw(host, height, option) {
  const box = document.createElement("div"), screen = matchMedia("(prefers-color-scheme: dark)");
  box.style.cssText = "width:100%;height:" + height + "px";
  host.replaceChildren(box);
  let chart, dark;
  const paint = () => {
    if (isDark(screen) === dark) return;
    dark = isDark(screen);
    if (chart) chart.dispose();
    chart = window.echarts.init(box, dark ? "dark" : null);
    chart.setOption({
      ...option, animation: false, backgroundColor: "transparent", color: dark ? DARK : LIGHT,
      series: option.series.map((s, i) => ({ ...s, lineStyle: { ...s.lineStyle, type: DASHES[i % DASHES.length] } })),
      tooltip: { ...option.tooltip, confine: true, formatter: p => {
        const text = document.createElement("div"), short = v => typeof v === "number" ? Number(v.toPrecision(4)) : v;
        for (const line of [p.seriesName, option.xAxis[0].name + " " + short(p.value[0]), (option.yAxis[0].name.includes(",") ? p.seriesName : option.yAxis[0].name) + " " + short(p.value[1]), p.name]) {
          if (line) text.appendChild(document.createElement("div")).textContent = line;
        }
        return p.componentType === "series" ? text : p.name;
      } },
    });
  };
  paint();
  screen.addEventListener("change", paint);
  const watch = new MutationObserver(paint);
  for (const e of [document.body, document.documentElement]) watch.observe(e, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind", "theme"] });
  new ResizeObserver(() => chart.resize()).observe(box);
  host.setAttribute("data-ready", "true");
}

// start draws the charts with the key, now or once echarts is there.
function start(key, height, event, absent, option) {
  for (const host of document.querySelectorAll('[data-puncta="' + key + '"]:not([data-started])')) {
    host.setAttribute("data-started", "true");
    if (window.echarts) {
      draw(host, height, option);
      continue;
    }
    const said = document.createElement("figcaption");
    said.textContent = absent;
    host.appendChild(said);
    document.addEventListener(event, () => draw(host, height, option), { once: true });
  }
}
