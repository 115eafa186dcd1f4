// URL fragments: #codes and #v-V1 scroll to an element, #p=123 shows an image, #only=a&only=b shows only those
// variants, and #codes&only=a does both.
const place = () => location.hash.replace(/^#|&?only=.*/g, "");
const link = (where) => {
  const chosen = boxes.filter((box) => box.checked), only = chosen.length < boxes.length ? chosen : [];
  try {
    history.replaceState(null, "", `#${[where, new URLSearchParams(only.map((box) => ["only", box.value]))].filter(String).join("&")}`);
  } catch {} // a sandboxed frame has no URL of its own
};
const follow = () => {
  const wanted = new URLSearchParams(location.hash.slice(1)), only = wanted.getAll("only"), id = wanted.get("p");
  if (boxes.some((box) => only.includes(box.value))) {
    for (const box of boxes) box.checked = only.includes(box.value);
    choose();
  } else if (boxes.some((box) => !box.checked)) link(place());
  go(place());
  if (!data || !id) return;
  const i = data.ids.indexOf(+id), panel = panels.find((it) => it.canvas.checkVisibility());
  if (i < 0 || !panel) return say(`Image ${id} is not among those shown.`);
  inspector.scrollIntoView();
  point(i, panel, true);
};

if (data) explore();
// In a srcdoc frame a plain anchor would load the embedding page.
if (location.protocol == "about:") on(document, "click", (event) => {
  const anchor = event.target.closest('a[href^="#"]');
  if (!anchor) return;
  event.preventDefault();
  go(anchor.hash.slice(1));
});
on(window, "hashchange", follow);
follow();
