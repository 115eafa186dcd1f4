// The chart under the pointer, or with the focus, can be saved.
const BY = 3; // pixels of a PNG per unit of the drawing
const download = (blob, name) => {
  const href = URL.createObjectURL(blob);
  make("a", { download: name, href }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1e4);
};
const drawing = (chart) => {
  const svg = chart.cloneNode(true), { width, height } = chart.viewBox.baseVal, ground = document.createElementNS(chart.namespaceURI, "rect");
  const set = (element, attributes) => Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  for (const line of all("[data-tips]", svg)) line.removeAttribute("data-tips");
  set(ground, { width: "100%", height: "100%", fill: "#fff" });
  set(svg, { width, height });
  svg.prepend(ground);
  return new XMLSerializer().serializeToString(svg);
};
const save = async (chart, kind) => {
  const svg = drawing(chart), name = `${chart.closest("[id]")?.id}.${kind}`, type = "image/svg+xml";
  if (kind == "svg") return download(new Blob([svg], { type }), name);
  const image = put(new Image(), { src: `data:${type},${encodeURIComponent(svg)}` });
  await image.decode();
  const { width, height } = image, canvas = make("canvas", { width: BY * width, height: BY * height });
  pen2d(canvas).drawImage(image, 0, 0, BY * width, BY * height);
  canvas.toBlob((blob) => download(blob, name));
};
const saving = make("span", { class: "save" }, ...["svg", "png"].map((kind) => {
  const button = make("button", { type: "button" }, `Save ${kind.toUpperCase()}`);
  on(button, "click", () => save(saving.previousElementSibling, kind));
  return button;
}));
for (const chart of all(".plate > svg[role=img]")) {
  const offer = () => saving.matches(":focus-within") || chart.after(saving);
  chart.setAttribute("tabindex", 0);
  on(chart, "focus", () => chart.after(saving));
  on(chart.parentNode, "pointerenter", offer);
  on(chart.parentNode, "pointerleave", () => saving.matches(":focus-within") || saving.remove());
}
