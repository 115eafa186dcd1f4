// Pointing at a dot rings its image in every panel and shows what each variant makes of it.
const panels = [], [inspector] = all(".inspector"), columns = all("[data-variant]", inspector ?? make("p"));

let waiting = false;
const refresh = (stale) => {
  for (const panel of panels) panel.stale ||= stale === true;
  waiting ||= requestAnimationFrame(() => {
    waiting = false;
    for (const panel of panels) if (panel.canvas.checkVisibility()) panel.show();
  });
};

const copy = (canvas, { image, size: [width, height], columns }, i) => {
  const pen = put(pen2d(canvas), { globalCompositeOperation: "copy" });
  pen.drawImage(image, (i % columns) * width, Math.floor(i / columns) * height, width, height, 0, 0, width, height);
  return pen;
};

const inspect = () => {
  if (!inspector || view.at < 0) return;
  const i = view.at, label = data.labels[i], [original] = all("canvas", inspector), [text] = all("p", inspector);
  copy(original, data.images, i);
  for (const column of columns) {
    const { decoded, errors } = data.variants[column.dataset.variant], [made, missed] = all("canvas", column);
    copy(made, decoded, i);
    const pen = copy(missed, decoded, i);
    for (const [how, what] of [["difference", original], ["lighter", missed]]) {
      put(pen, { globalCompositeOperation: how }).drawImage(what, 0, 0);
    }
    column.lastElementChild.textContent = (errors[i] / 100).toFixed(1);
  }
  inspector.dataset.image = data.ids[i];
  text.textContent = `Image ${data.ids[i]}` + (data.many ? `, ${label} ${data.classes[label]}` : "") +
    (view.pinned ? ". Kept; Escape lets go." : i != data.home ? "." : columns.length > 1 ? ". Errors differ most here." : ". The largest error.");
};

// Without an image it is again the one of the beginning.
const point = (i = -1, panel, pinned = false) => {
  if (!data) return;
  put(view, { at: i < 0 ? data.home : i, pinned: pinned && i >= 0 });
  inspect();
  refresh();
  if (!view.pinned) return;
  const { title, errors } = panel.variant, [image] = all("p", inspector)[0].textContent.split(". ");
  say(`${image}. ${title}: squared error times 1000: ${(errors[i] / 100).toFixed(1)}.`);
};

// All panels zoom together, to stay comparable; `place` is the fixed point, as fractions of the frame.
const zoom = (by, place = [0.5, 0.5]) => {
  const state = zoomOf(), next = Math.min(64, state.by * by);
  state.middle = state.middle.map((middle, axis) => middle + (place[axis] - 0.5) * (1 / state.by - 1 / next));
  state.by = next;
  if (next <= 1) delete view.zoom[view.code];
  refresh(true);
};

const turn = (code) => {
  view.code = code;
  for (const button of all("[data-turn]")) press(button, button.dataset.turn == code);
  for (const reading of all("[data-reading]")) reading.hidden = reading.dataset.reading != code;
  refresh(true);
};

const STEPS = { Left: [-1, 0], Right: [1, 0], Up: [0, -1], Down: [0, 1] }, ZOOMS = { "+": 2, "=": 2, "-": 0.5, 0: 0 };
const key = (panel, event) => {
  if (event.ctrlKey || event.metaKey) return;
  const step = STEPS[event.key.slice(5)], by = ZOOMS[event.key], [x, y] = panel.spot(view.at);
  if (step) {
    const ahead = (dx, dy, i) => i !== view.at && dx * step[0] + dy * step[1] > Math.abs(dx * step[1] + dy * step[0]);
    const next = isNaN(x) ? panel.nearest(SIZE / 2, SIZE / 2, 1e6) : panel.nearest(x, y, 1e6, ahead);
    if (next >= 0) point(next, panel, true);
  } else if (by !== undefined) zoom(by, isNaN(x) ? undefined : [x / SIZE, 1 - y / SIZE]);
  else return;
  event.preventDefault();
};

const listen = (panel) => {
  const { canvas } = panel;
  const under = ({ offsetX, offsetY }) => panel.nearest(...[offsetX, offsetY].map((p) => (p / canvas.clientWidth) * SIZE), 36);
  let moved;
  on(canvas, "pointerdown", () => (moved = false));
  on(canvas, "pointermove", (event) => {
    const { by, middle } = zoomOf(), { buttons, movementX, movementY } = event;
    if (buttons && by > 1) {
      middle[0] -= movementX / canvas.clientWidth / by;
      middle[1] += movementY / canvas.clientWidth / by;
      moved = true;
      refresh(true);
    } else if (!view.pinned) point(under(event), panel);
  });
  on(canvas, "pointerleave", () => view.pinned || point());
  on(canvas, "click", (event) => {
    const i = moved ? -1 : under(event);
    if (i >= 0) link(`p=${data.ids[i]}`);
    if (!moved) point(i, panel, true);
  });
  on(canvas, "keydown", (event) => key(panel, event));
};

// Where there are more variants than panels, each panel has a list of them; a variant that is left out leaves it.
const offer = (panel, number) => {
  const options = columns.map(({ dataset: { variant: id } }) => {
    const { sign, title, word } = data.variants[id];
    return make("option", { value: id }, [`${sign} ${title}`, title == word ? "" : word].filter(String).join(", "));
  });
  const list = make("select", { "aria-label": `Variant in panel ${number + 1}` }, ...options);
  list.value = panel.id;
  all("figcaption", panel.figure)[0].prepend(list);
  on(list, "change", () => (panel.shows(list.value), refresh()));
};
const refill = () => {
  const free = columns.filter((column) => column.style.display != "none").map((column) => column.dataset.variant);
  for (const panel of panels) if (!free.includes(panel.id)) panel.figure.hidden = true;
  for (const panel of panels) {
    const next = free.find((id) => !panels.some((other) => other.id == id && !other.figure.hidden));
    if (!panel.figure.hidden || !next) continue;
    panel.figure.hidden = false;
    panel.shows(all("select", panel.figure)[0].value = next);
  }
  refresh();
};

const explore = () => {
  for (const figure of all("figure[data-shows]")) panels.push(new Panel(figure));
  panels.forEach(listen);
  if (panels.length < columns.length) {
    panels.forEach(offer);
    new MutationObserver(refill).observe(inspector, { subtree: true, attributeFilter: ["style"] });
  }
  for (const panel of panels) panel.show();
  for (const item of all(".explorer [data-label]")) {
    const group = +item.dataset.label, button = make("button", { type: "button", "aria-pressed": false }, ...item.childNodes);
    item.append(button);
    on(button, "click", () => {
      view.alone.delete(group) || view.alone.add(group);
      press(button, view.alone.has(group));
      refresh(true);
    });
  }
  for (const button of all("[data-turn]")) on(button, "click", () => turn(button.dataset.turn));
  for (const button of all("[data-zoom]")) on(button, "click", () => zoom(+button.dataset.zoom));
  on(window, "keydown", (event) => event.key === "Escape" && point());
  for (const part of all(".explorer > .tools, .inspector")) part.hidden = false;
  document.body.classList.add("drawn");
  inspect();
};
