// Addresses: #latent and #v-V1 lead to a place, #p=123 rings an image, #only=a&only=b shows those variants alone.
const link = (hash) => {
  try {
    history.replaceState(null, "", `#${hash}`);
  } catch (error) {
    if (error.name !== "SecurityError") throw error; // a sandboxed frame has no address of its own
  }
};
const follow = () => {
  const wanted = new URLSearchParams(location.hash.slice(1)), only = wanted.getAll("only"), id = wanted.get("p");
  if (boxes.some((box) => only.includes(box.value))) {
    for (const box of boxes) box.checked = only.includes(box.value);
    choose();
  }
  if (!data || !id) return;
  const i = data.ids.indexOf(+id), panel = panels.find((it) => it.canvas.checkVisibility());
  if (i < 0 || !panel) return say(`Image ${id} is not among those shown.`);
  panel.figure.scrollIntoView({ block: "center" });
  point(i, panel, true);
};

all("table.summary").forEach(sortable);
if (data) explore();
if (variants) filter();
// In a srcdoc frame a plain anchor would load the host's page.
if (location.protocol === "about:") on(document, "click", (event) => {
  const anchor = event.target.closest('a[href^="#"]');
  if (!anchor) return;
  event.preventDefault();
  document.getElementById(anchor.hash.slice(1))?.scrollIntoView();
});
on(window, "hashchange", follow);
follow();
