// Picture is a pane with an image and its map, as pictures of the browser, and
// marks: three canvases, so that a step of the threshold draws marks only and
// the opacity of the map draws nothing.
class Picture extends Pane {
  // data.picture holds a data address for each plane of image and map, at
  // 1/factor of the size of the volume.
  constructor(data, box, moved) {
    super(data.dims, box, { layers: ["image", "map", "marks"], moved });
    this.picture = data.picture;
    this.z = data.initial.z;
    this.planes = new Map();
    this.stamps = new Stamps();
  }

  // load decodes a plane; it is kept, as are few others.
  async load(z) {
    if (this.planes.has(z)) return;
    const decode = async address => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return image;
    };
    const [image, map] = await Promise.all([decode(this.picture.image[z]), decode(this.picture.map[z])]);
    if (this.planes.size > 24) this.planes.delete(this.planes.keys().next().value);
    this.planes.set(z, { image: opaque(image), map: coloured(map) });
  }

  async show(z) {
    this.z = z;
    await this.load(z);
    if (this.z === z) this.drawPicture();
  }

  drawPicture() {
    const plane = this.planes.get(this.z);
    if (!plane || !this.scale) return;
    for (const [k, source] of [[0, plane.image], [1, plane.map]]) {
      const c = this.layers[k].getContext("2d");
      c.setTransform(1, 0, 0, 1, 0, 0);
      c.clearRect(0, 0, this.layers[k].width, this.layers[k].height);
      const f = this.scale * this.dpr * this.picture.factor;
      c.imageSmoothingEnabled = f < 2.5; // single pixels are worth seeing
      c.drawImage(source, this.left * this.dpr, this.top * this.dpr, source.width * f, source.height * f);
    }
  }

  drawMarks(lists) { this.stamps.draw(this, this.layers[2], lists); }
}

// opaque draws an image once, so that it is not decoded again.
function opaque(image) {
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas;
}

// coloured turns the grey values of the map into one hue of that opacity.
function coloured(image) {
  const canvas = opaque(image), c = canvas.getContext("2d"), pixels = c.getImageData(0, 0, canvas.width, canvas.height), d = pixels.data;
  for (let i = 0; i < d.length; i += 4) {
    const v = d[i];
    d[i] = 255; d[i + 1] = 60; d[i + 2] = 200;
    d[i + 3] = v;
  }
  c.putImageData(pixels, 0, 0);
  return canvas;
}
