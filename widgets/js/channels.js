// Channels are the controls of all channels of a layer: for each a Contrast and,
// where there are several, a switch and a colour.
class Channels {
  // changed is called after any change.
  constructor(layer, changed) {
    this.layer = layer;
    const { bands } = layer.raster, several = bands.length > 1;
    bands.forEach((b, c) => { layer.visible[c] = !b.hidden; });
    this.controls = bands.map((band, c) => {
      const control = new Contrast(layer, c, several ? band.name : "image", changed);
      control.colour = histogramColour(layer.colours[c]);
      if (!several) {
        control.head.append(band.name === "value" ? "Contrast" : "Contrast of " + band.name);
        return control;
      }
      const on = element("input", { type: "checkbox", class: "shown channel-" + c, on: { change: () => { layer.visible[c] = on.checked; changed(); } } });
      on.checked = layer.visible[c];
      const colour = element("input", { type: "color", class: "colour channel-" + c, "aria-label": "Colour of " + band.name, title: "Colour of " + band.name, value: hex(layer.colours[c]), on: { input: () => {
        layer.colours[c] = [1, 3, 5].map(i => parseInt(colour.value.slice(i, i + 2), 16));
        control.colour = histogramColour(layer.colours[c]);
        control.drawHistogram();
        changed();
      } } });
      control.head.append(element("label", {}, on, band.name), colour);
      return control;
    });
    this.elements = this.controls.map(c => c.element);
  }

  // follow shows the histograms of another plane.
  follow(plane) { for (const c of this.controls) c.follow(plane); }

  // numbers are the ends of the contrasts, for publish.
  numbers() {
    return Object.fromEntries(this.layer.contrast.flatMap(([lo, hi], c) => [["low-" + c, lo], ["high-" + c, hi]]));
  }
}

function hex(colour) { return "#" + colour.map(v => v.toString(16).padStart(2, "0")).join(""); }

// histogramColour is that of a channel where it can be seen on any ground.
function histogramColour([r, g, b]) { return Math.min(r, g, b) > 180 || Math.max(r, g, b) < 60 ? "#8a949e" : `rgb(${r} ${g} ${b})`; }
