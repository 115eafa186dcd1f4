// One variant in the view that is chosen: its dots on a canvas that replaces the static picture.
const SIZE = 640, DOT = 4.4, INSET = 96; // canvas pixels, shown at about half size
const view = { code: "pca", at: data?.home ?? -1, pinned: false, alone: new Set(), zoom: {} };
const zoomOf = () => (view.zoom[view.code] ??= { by: 1, middle: [0.5, 0.5] });
const seen = (group) => !view.alone.size || view.alone.has(group);
const sheet = (side, attributes) => make("canvas", { width: side, height: side, ...attributes });
const short = (number) => Number(number.toPrecision(2)).toLocaleString("en").replace("-", "−");

const arc = (pen, x, y, radius) => (pen.beginPath(), pen.arc(x, y, radius, 0, 7), pen);

// From the coordinates of a cloud to the pixels of a square, for axes of that range.
const projection = ([[left, right], [bottom, top]], side) => (x, y) =>
  [((x - left) / (right - left)) * side, ((top - y) / (top - bottom)) * side];

// The axes, dots and the prior's standard deviations as in the static picture: rings, or lines.
const paint = (pen, { spots }, { groups, line }, range, side, dot) => {
  const at = projection(range, side), [x0, y0] = at(0, 0), prior = view.code != "tsne";
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, side, side);
  pen.fillStyle = "#ececea";
  if (prior) pen.fillRect(x0 - 1, 0, 2, side), line || pen.fillRect(0, y0 - 1, side, 2);
  for (const front of [false, true]) groups.forEach((group, i) => {
    const [x, y] = at(spots[2 * i], spots[2 * i + 1]);
    if (seen(group) != front || !(Math.abs(x - side / 2) + 0 * y < side)) return;
    pen.fillStyle = front ? data.colours[group] : "#e4e4e0";
    arc(pen, x, y, dot).fill();
  });
  const unit = at(1, 0)[0] - x0;
  put(pen, { lineWidth: side / 240, strokeStyle: "#111" });
  for (const r of prior ? [2 * unit, unit] : []) {
    pen.setLineDash(r > unit ? [side / 60, side / 90] : []);
    line ? pen.stroke(new Path2D(`M${x0 - r} 0V${side}M${x0 + r} 0V${side}`)) : arc(pen, x0, y0, r).stroke();
  }
  pen.setLineDash([]);
  return unit;
};

class Panel {
  constructor(figure) {
    const [image, small] = all("img", figure);
    put(this, { figure, layer: sheet(SIZE), inset: small && sheet(INSET, { "aria-hidden": true }), note: make("p", { class: "settings now" }) });
    this.canvas = sheet(SIZE, { tabindex: 0, role: "application", "aria-describedby": "hint" });
    image.after(this.canvas);
    small?.after(this.inset);
    all(".beneath p", figure)[0].after(this.note);
    this.shows(figure.dataset.shows);
    figure.classList.add("live");
  }

  shows(id) {
    put(this, { id, variant: data.variants[id], stale: true });
    this.figure.dataset.shows = id;
  }

  get cloud() {
    const cloud = this.variant.clouds[view.code.split("-")[0]];
    cloud.spots ??= Float32Array.from(unpack(cloud.places, Uint16Array), (q, i) =>
      q === NOTHING ? NaN : cloud.low[i % 2] + q * cloud.step[i % 2]);
    return cloud;
  }

  // The axes of all panels or, as for heights, this cloud's own.
  scale(code) {
    const { own } = this.cloud, [x, y] = data.shared[code] ?? own;
    return [x, this.variant.line ? own[1] : y];
  }

  get range() {
    const { by, middle } = zoomOf();
    return this.scale(view.code).map(([low, high], axis) => {
      const centre = low + middle[axis] * (high - low), half = (high - low) / 2 / by;
      return [centre - half, centre + half];
    });
  }

  spot(i) {
    return projection(this.drawn ??= this.range, SIZE)(this.cloud.spots[2 * i], this.cloud.spots[2 * i + 1]);
  }

  paint() {
    const pen = pen2d(this.layer), { cloud, figure, inset } = this, prior = view.code != "tsne", own = view.code == "pca";
    this.drawn = this.range;
    const unit = paint(pen, cloud, this.variant, this.drawn, SIZE, DOT), [[left, right], [bottom, top]] = this.drawn;
    figure.dataset.ring = prior ? unit.toFixed(2) : "";
    if (inset) inset.parentNode.hidden = !own;
    if (inset && own) paint(pen2d(inset), cloud, this.variant, this.scale("pca-shared"), INSET, 1.2);
    this.numbers(pen);
    const y = this.variant.line ? "" : `, y ${short(bottom)} to ${short(top)}`;
    const axes = Math.abs(left + right) < 1e-6 * right ? `axes ±${short(right)}` : `x ${short(left)} to ${short(right)}${y}`;
    this.note.textContent = [prior && axes, cloud.note].filter(Boolean).join("; ");
    this.canvas.ariaLabel = `${this.variant.title}: ${all(`[data-turn=${view.code}]`)[0].textContent}, ${this.note.textContent}`;
    this.stale = false;
  }

  // Each class's number at its median, unless the medians are so close that numbers would hide the dots. Numbers that
  // would touch are pushed apart, and left out if that does not help.
  numbers(pen) {
    const at = projection(this.drawn, SIZE), room = 38, every = this.cloud.medians.map(([group, x, y]) => [group, ...at(x, y)]);
    const marks = every.filter(([group]) => seen(group)), drawn = [];
    const reach = (axis) => Math.max(...every.map((m) => m[axis])) - Math.min(...every.map((m) => m[axis]));
    this.figure.dataset.numbers = "";
    if (Math.max(reach(1), reach(2)) < 0.12 * SIZE) return;
    const apart = (a, b) => Math.hypot(b[1] - a[1], b[2] - a[2]) || 0.1;
    for (let turn = 0; turn < 30; turn++) for (const a of marks) for (const b of marks) {
      const far = apart(a, b), push = a === b ? 0 : Math.max(0, room - far) / 2 / far;
      for (const axis of [1, 2]) {
        const by = push * (b[axis] - a[axis] || 0.1);
        a[axis] -= by, b[axis] += by;
      }
    }
    put(pen, { font: "bold 30px sans-serif", textAlign: "center", textBaseline: "middle", lineWidth: 7, lineJoin: "round", strokeStyle: "#fff", fillStyle: "#111" });
    for (const mark of marks) {
      if (drawn.some((other) => apart(mark, other) < 0.8 * room)) continue;
      drawn.push(mark);
      const [group, ...place] = mark;
      pen.strokeText(data.marks[group], ...place);
      pen.fillText(data.marks[group], ...place);
    }
    this.figure.dataset.numbers = drawn.map((mark) => mark.map(Math.round).join()).join(" ");
  }

  show() {
    if (this.stale) this.paint();
    const pen = pen2d(this.canvas), [x, y] = this.spot(view.at);
    pen.drawImage(this.layer, 0, 0);
    this.figure.dataset.ringed = isNaN(x) ? "" : data.ids[view.at];
    if (isNaN(x)) return;
    arc(pen, x, y, 15);
    for (const [lineWidth, strokeStyle] of [[12, "#fff"], [6, "#d6006c"]]) put(pen, { lineWidth, strokeStyle }).stroke(); // pink: black rings are the prior's
  }

  // The image nearest to (x, y) among those that `fits` accepts; -1 if none lies within `reach` pixels.
  nearest(x, y, reach, fits = () => true) {
    let found = -1, least = reach * reach;
    this.variant.groups.forEach((group, i) => {
      const [px, py] = this.spot(i), far = (px - x) ** 2 + (py - y) ** 2;
      if (far < least && seen(group) && fits(px - x, py - y, i)) [found, least] = [i, far];
    });
    return found;
  }
}
