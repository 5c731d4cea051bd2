// ErrorView is the pane with the image of the mistake that is chosen.
class ErrorView extends Pane {
  constructor(box) {
    super([1, 1, 1], box, { layers: ["image", "marks", "chosen"] });
    this.stamps = new Stamps();
    this.decoded = new Map();
    this.hidden = new Set();
    this.watch(() => this.drawMarks());
  }

  // open shows an image of the data, its plane z; what is chosen is a mistake, or
  // null.
  async open(image, z, chosen) {
    const other = image !== this.shown;
    Object.assign(this, { shown: image, z, chosen });
    [this.depth, this.height, this.width] = image.seen.dims;
    this.picture = null;
    const key = image.seen.pictures[image.seen.planes.indexOf(z)];
    if (key && !this.decoded.has(key)) {
      const picture = new Image();
      picture.src = key;
      await picture.decode();
      while (this.decoded.size > 24) this.decoded.delete(this.decoded.keys().next().value);
      this.decoded.set(key, picture);
    }
    if (this.shown !== image || this.z !== z) return; // another one by now
    this.picture = this.decoded.get(key);
    if (other && this.viewWidth) this.fit();
  }

  // go puts the chosen mistake into the middle, with twice as much around it as in
  // its thumbnail.
  go(crop) {
    if (this.viewWidth) this.look(this.chosen.y, this.chosen.x, Math.min(this.viewWidth, this.viewHeight) / (2 * crop));
  }

  drawPicture() {
    const [canvas] = this.layers, c = canvas.getContext("2d"), f = this.scale * this.dpr;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, canvas.width, canvas.height);
    if (!this.picture || !this.scale) return;
    const { factor, exact, decoded, mistakes } = this.shown.seen, { crop, columns } = this;
    c.imageSmoothingEnabled = f * factor < 2.5; // single pixels are worth seeing
    c.drawImage(this.picture, this.left * this.dpr, this.top * this.dpr, this.picture.width * f * factor, this.picture.height * f * factor);
    const m = this.chosen;
    if (!m || exact || m.plane !== this.z || m.image !== this.shown) return;
    // The thumbnail has every voxel: it lies over the picture, as far as there is
    // image.
    const y = cornerOf(m.y, crop), x = cornerOf(m.x, crop);
    const y0 = Math.max(y, 0), x0 = Math.max(x, 0), h = Math.min(y + crop, this.height) - y0, w = Math.min(x + crop, this.width) - x0;
    if (h <= 0 || w <= 0) return;
    const across = Math.min(columns, mistakes.length);
    c.imageSmoothingEnabled = f < 2.5;
    c.drawImage(decoded, m.cell % across * crop + x0 - x, Math.floor(m.cell / across) * crop + y0 - y, w, h,
      (this.left + x0 * this.scale) * this.dpr, (this.top + y0 * this.scale) * this.dpr, w * f, h * f);
  }

  drawMarks() {
    if (!this.shown || !this.scale) return;
    const { pos } = this.shown.seen;
    this.stamps.draw(this, this.layers[1], ["tp", "fn", "fp"].filter(kind => !this.hidden.has(kind)).map(kind => [kind, pos[kind], everyIndex(pos[kind])]));
    const c = this.layers[2].getContext("2d"), m = this.chosen;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, this.layers[2].width, this.layers[2].height);
    if (!m || m.plane !== this.z || m.image !== this.shown) return;
    const [x, y] = this.screen(m.y, m.x);
    c.scale(this.dpr, this.dpr);
    for (const [colour, width] of [["rgba(0,0,0,0.7)", 5], ["#fff", 2]]) {
      c.strokeStyle = colour;
      c.lineWidth = width;
      c.beginPath();
      c.arc(x, y, 17, 0, 2 * Math.PI);
      c.stroke();
    }
  }
}
