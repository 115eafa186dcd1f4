// Pointing at a dot rings its image in every panel and shows the image beside its reconstruction.
const panels = [], codes = new Set(), onScreen = new Set(), [source, decoded] = all("canvas", tip);

let waiting = false;
const refresh = (stale) => {
  for (const panel of panels) panel.stale ||= stale === true || stale === panel.code;
  waiting ||= requestAnimationFrame(() => {
    waiting = false;
    for (const panel of onScreen) panel.show();
    placeTip();
  });
};

const copy = (canvas, sheet, i) => {
  canvas.hidden = !(i < sheet?.count);
  if (canvas.hidden) return;
  const { side, columns } = sheet;
  canvas.width = canvas.height = side;
  pen2d(canvas).drawImage(sheet.image, -(i % columns) * side, -Math.floor(i / columns) * side);
};

const point = (i, owner, pinned) => {
  const news = i !== view.at || owner !== view.owner;
  put(view, { at: i, owner, pinned });
  if (i < 0 || !news) return refresh();
  const variant = data.variants[owner.name], label = data.labels[i];
  copy(source, data.images, i);
  copy(decoded, variant.decoded, i);
  tip.dataset.image = data.ids[i];
  tip.lastElementChild.textContent = `Image ${data.ids[i]}, class ${label} ${data.classes[label]}. ${owner.name}: ` +
    `squared error × 1000: ${(variant.errors[i] / 100).toFixed(1)}` + (decoded.hidden ? "; no reconstruction stored." : ".");
  if (pinned) say(tip.textContent.trim());
  refresh();
};

const placeTip = () => {
  tip.hidden = view.at < 0;
  if (tip.hidden) return;
  const box = view.owner.canvas.getBoundingClientRect(), [x, y] = view.owner.spot(view.at).map((p) => ((p || 0) / SIZE) * box.width + 16);
  const room = innerWidth - tip.offsetWidth - 20, below = box.top + y;
  tip.style.left = `${Math.max(4, Math.min(box.left + x, room))}px`;
  tip.style.top = `${below + tip.offsetHeight < innerHeight ? below : Math.max(4, below - tip.offsetHeight - 32)}px`;
};

// Panels of one view zoom together, to stay comparable; `place` is the fixed point, as fractions of the frame.
const zoom = (by, codes, place = [0.5, 0.5]) => {
  for (const code of codes) {
    const state = zoomOf(code), next = Math.min(64, state.by * by);
    state.middle = state.middle.map((middle, axis) => middle + (place[axis] - 0.5) * (1 / state.by - 1 / next));
    state.by = next;
    if (next <= 1) delete view.zoom[code];
    refresh(code);
  }
};

const STEPS = { Left: [-1, 0], Right: [1, 0], Up: [0, -1], Down: [0, 1] }, ZOOMS = { "+": 2, "=": 2, "-": 0.5, 0: 0 };
const key = (panel, event) => {
  if (event.ctrlKey || event.metaKey) return;
  const step = STEPS[event.key.slice(5)], by = ZOOMS[event.key], [x, y] = panel.spot(view.at);
  if (step) {
    const ahead = (dx, dy, i) => i !== view.at && dx * step[0] + dy * step[1] > Math.abs(dx * step[1] + dy * step[0]);
    const next = isNaN(x) ? panel.nearest(SIZE / 2, SIZE / 2, 1e6) : panel.nearest(x, y, 1e6, ahead);
    if (next >= 0) point(next, panel, true);
  } else if (by !== undefined) zoom(by, [panel.code], isNaN(x) ? undefined : [x / SIZE, 1 - y / SIZE]);
  else return;
  event.preventDefault();
};

const listen = (panel) => {
  const { canvas, code } = panel;
  const under = ({ offsetX, offsetY }) => panel.nearest(...[offsetX, offsetY].map((p) => (p / canvas.clientWidth) * SIZE), 24);
  let moved;
  on(canvas, "pointerdown", () => (moved = false));
  on(canvas, "pointermove", (event) => {
    const { by, middle } = zoomOf(code), { buttons, movementX, movementY } = event;
    if (buttons && by > 1) {
      middle[0] -= movementX / canvas.clientWidth / by;
      middle[1] += movementY / canvas.clientWidth / by;
      moved = true;
      refresh(code);
    } else if (!view.pinned) point(under(event), panel);
  });
  on(canvas, "pointerleave", () => view.pinned || point(-1));
  on(canvas, "click", (event) => {
    const i = moved ? -1 : under(event);
    if (i >= 0) link(`p=${data.ids[i]}`);
    if (!moved) point(i, panel, i >= 0);
  });
  on(canvas, "keydown", (event) => key(panel, event));
};

const TOOLS = {
  fit: () => {
    zoom(0, codes);
    fit(!view.fit);
  },
  in: () => zoom(2, codes),
  out: () => zoom(0.5, codes),
  reset: () => {
    view.alone.clear();
    all("#latent [aria-pressed]").forEach((it) => press(it, false));
    point(-1);
    fit(false);
    zoom(0, codes);
  },
};
const fit = (own) => {
  view.fit = own;
  press(all("[data-tool=fit]")[0], own);
  for (const it of all("[data-fit=own], [data-fit=shared]")) it.hidden = own == (it.dataset.fit == "shared");
  refresh(true);
};

const explore = () => {
  for (const figure of all("figure[data-view]")) {
    const stored = data.variants[figure.dataset.variant]?.views[figure.dataset.view];
    if (!stored) continue;
    panels.push(new Panel(figure, stored));
    codes.add(figure.dataset.view);
    listen(panels.at(-1));
  }
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      onScreen[isIntersecting ? "add" : "delete"](panels.find((panel) => panel.figure === target));
    }
    refresh();
  });
  for (const panel of panels) {
    watch.observe(panel.figure);
    setTimeout(() => panel.show()); // so that off-screen panels are not blank in a full-page screenshot
  }
  for (const item of all("#latent [data-label]")) {
    const label = +item.dataset.label, button = make("button", { type: "button", "aria-pressed": false }, ...item.childNodes);
    item.append(button);
    on(button, "click", () => {
      view.alone.delete(label) || view.alone.add(label);
      press(button, view.alone.has(label));
      refresh(true);
    });
  }
  for (const button of all("[data-tool]")) on(button, "click", TOOLS[button.dataset.tool]);
  on(window, "scroll", placeTip);
  on(window, "keydown", (event) => event.key === "Escape" && point(-1));
  all("#latent .tools")[0].hidden = false;
  document.body.classList.add("drawn");
};
