// The chart under the pointer, or with the focus, can be saved.
const PIXELS = 3; // of a PNG, per unit of the drawing
const download = (blob, name) => {
  const href = URL.createObjectURL(blob);
  make("a", { download: name, href }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1e4);
};
const save = async (chart, kind) => {
  const { width, height } = chart.viewBox.baseVal, name = `${chart.closest("[id]")?.id}.${kind}`, type = "image/svg+xml";
  const ground = ` width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>`;
  const text = new XMLSerializer().serializeToString(chart).replace(/ (data-tips|tabindex)="[^"]*"/g, "").replace(">", ground);
  if (kind == "svg") return download(new Blob([text], { type }), name);
  const image = put(new Image(), { src: `data:${type},${encodeURIComponent(text)}` });
  const canvas = make("canvas", { width: PIXELS * width, height: PIXELS * height });
  await image.decode();
  pen2d(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => download(blob, name));
};
const saving = make("span", { class: "save" }, ...["svg", "png"].map((kind) => {
  const button = make("button", { type: "button" }, `Save ${kind.toUpperCase()}`);
  on(button, "click", () => save(saving.previousElementSibling, kind));
  return button;
}));
for (const chart of all(".plate > svg[role=img]")) {
  chart.setAttribute("tabindex", 0);
  on(chart, "focus", () => chart.after(saving));
  on(chart.parentNode, "pointerenter", () => saving.matches(":focus-within") || chart.after(saving));
  on(chart.parentNode, "pointerleave", () => saving.matches(":focus-within") || saving.remove());
}
