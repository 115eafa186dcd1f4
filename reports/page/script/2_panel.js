// One variant in one view: its dots on a canvas that replaces the static picture.
const SIZE = 400, DOT = 2.7; // canvas pixels, shown at half size
const view = { at: -1, owner: null, pinned: false, fit: false, alone: new Set(), zoom: {} };
const zoomOf = (code) => (view.zoom[code] ??= { by: 1, middle: [0.5, 0.5] });
const seen = (label) => !view.alone.size || view.alone.has(label);
const sheet = (attributes) => make("canvas", { width: SIZE, height: SIZE, ...attributes });

const circle = (pen, x, y, radius, lineWidth, strokeStyle) => {
  put(pen, { lineWidth, strokeStyle });
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.stroke();
};

class Panel {
  constructor(figure, stored) {
    const [image] = all("img", figure), { view: code, variant, xlim, ylim } = figure.dataset;
    put(this, stored, { figure, code, name: variant, layer: sheet(), stale: true });
    this.canvas = sheet({ tabindex: 0, role: "application", "aria-label": image.alt, "aria-describedby": "hint" });
    this.shared = [xlim, ylim].map((ends) => ends.split(" ").map(Number));
    this.spots = Float32Array.from(unpack(stored.places, Uint16Array), (q, i) =>
      q === NOTHING ? NaN : stored.low[i % 2] + q * stored.step[i % 2]);
    image.after(this.canvas);
    figure.classList.add("live");
  }

  // The drawn range of both axes: the shared one or this cloud's own, then zoomed.
  get range() {
    const { by, middle } = zoomOf(this.code);
    return (view.fit && this.own || this.shared).map(([low, high], axis) => {
      const centre = low + middle[axis] * (high - low), half = (high - low) / 2 / by;
      return [centre - half, centre + half];
    });
  }

  pixels(x, y) {
    const [[left, right], [bottom, top]] = this.drawn ??= this.range;
    return [((x - left) / (right - left)) * SIZE, ((top - y) / (top - bottom)) * SIZE];
  }

  spot(i) {
    return this.pixels(this.spots[2 * i], this.spots[2 * i + 1]);
  }

  paint() {
    const pen = pen2d(this.layer);
    this.drawn = this.range;
    const [x0, y0] = this.pixels(0, 0);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, SIZE, SIZE);
    pen.fillStyle = "#ececea";
    pen.fillRect(x0 - 1, 0, 2, SIZE);
    pen.fillRect(0, y0 - 1, SIZE, 2);
    const paths = {};
    data.labels.forEach((label, i) => {
      const [x, y] = this.spot(i), path = (paths[seen(label) ? label : -1] ??= new Path2D());
      if (Math.abs(x - SIZE / 2) + 0 * y < SIZE) path.moveTo(x + DOT, y), path.arc(x, y, DOT, 0, 7);
    });
    for (const label of Object.keys(paths).sort((a, b) => a - b)) {
      pen.fillStyle = data.colours[label % data.colours.length] ?? "#e4e4e0";
      pen.fill(paths[label]);
    }
    if (this.own) this.rings(pen, x0, y0, this.pixels(1, 0)[0] - x0);
    this.numbers(pen);
    this.stale = false;
  }

  // Rings at one and two standard deviations of the prior, as in the static picture.
  rings(pen, x, y, unit) {
    for (const radius of [2, 1]) {
      pen.setLineDash(radius > 1 ? [8, 5] : []);
      circle(pen, x, y, radius * unit, 2, "#111");
    }
    this.figure.dataset.ring = unit.toFixed(2);
  }

  // Each class's number at its median, unless the medians are so close that numbers would hide the dots.
  numbers(pen) {
    const marks = this.medians.map(([label, x, y]) => [label, ...this.pixels(x, y)]);
    const reach = [1, 2].map((axis) => Math.max(...marks.map((m) => m[axis])) - Math.min(...marks.map((m) => m[axis])));
    if (Math.max(...reach) < 0.12 * SIZE) return;
    put(pen, { font: "bold 24px sans-serif", textAlign: "center", textBaseline: "middle", lineWidth: 7, strokeStyle: "#fff", fillStyle: "#111" });
    for (const mark of marks) if (seen(mark[0])) pen.strokeText(...mark), pen.fillText(...mark);
  }

  show() {
    if (this.stale) this.paint();
    const pen = pen2d(this.canvas), [x, y] = this.spot(view.at);
    pen.drawImage(this.layer, 0, 0);
    this.figure.dataset.ringed = isNaN(x) ? "" : data.ids[view.at];
    if (isNaN(x)) return;
    circle(pen, x, y, 10, 7, "#fff");
    circle(pen, x, y, 10, 3.5, "#111");
  }

  // The image nearest to (x, y) among those that `fits` accepts; -1 if none lies within `reach` pixels.
  nearest(x, y, reach, fits = () => true) {
    let found = -1, least = reach * reach;
    data.labels.forEach((label, i) => {
      const [px, py] = this.spot(i), far = (px - x) ** 2 + (py - y) ** 2;
      if (far < least && seen(label) && fits(px - x, py - y, i)) [found, least] = [i, far];
    });
    return found;
  }
}
