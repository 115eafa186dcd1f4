// The chart under the pointer, or with the focus, can be saved.
const PIXELS = 3; // of a PNG, per unit of the drawing
const download = (blob, name) => {
  const href = URL.createObjectURL(blob);
  make("a", { download: name, href }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1e4);
};
const save = async (chart, kind) => {
  const part = chart.closest("[id]"), charts = all("svg[role=img]", part), type = "image/svg+xml";
  const name = `${part.id}${charts[1] ? `-${charts.indexOf(chart) + 1}` : ""}.${kind}`;
  const text = new XMLSerializer().serializeToString(chart).replace(/ (data-tips|tabindex)="[^"]*"/g, "");
  if (kind == "svg") return download(new Blob([text], { type }), name);
  const image = put(new Image(), { src: `data:${type},${encodeURIComponent(text)}` });
  await image.decode();
  const canvas = make("canvas", { width: PIXELS * image.width, height: PIXELS * image.height });
  pen2d(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => download(blob, name));
};
const saving = make("span", { class: "save" }, ...["svg", "png"].map((kind) => {
  const button = make("button", { type: "button" }, `Save ${kind.toUpperCase()}`);
  on(button, "click", () => save(saving.previousElementSibling, kind));
  return button;
}));
for (const chart of all(".plate > svg[role=img]")) if (chart.viewBox.baseVal.height > 100) { // smaller ones are marks in a line
  chart.setAttribute("tabindex", 0);
  on(chart, "focus", () => chart.after(saving));
  on(chart.parentNode, "pointerenter", () => saving.matches(":focus-within") || chart.after(saving));
  on(chart.parentNode, "pointerleave", () => chart.parentNode.matches(":focus-within") || saving.remove());
}
