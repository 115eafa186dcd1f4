// Variants can be hidden on the whole page. Of exactly two the table of numbers gets the difference.
const [variants] = all("#variants"), boxes = all("#variants input"), EACH = 4; // of so few each has its own row
const signed = (number) =>
  number.toLocaleString("en-US", { maximumSignificantDigits: 3, signDisplay: "exceptZero" }).replace("-", "−");

// Its row, A − B; what the table has in words.
const pair = (chosen) => {
  all("tr.difference").forEach((row) => row.remove());
  const [b, a] = chosen.map((box) => all(".bars tr").find((row) => row.dataset.variant == box.value));
  if (chosen.length != 2 || !a || !b) return "";
  const name = [a, b].map((row) => row.cells[0].dataset.value).join(" − "), what = "difference of means";
  const cells = all(".bars thead th").slice(1).map((head, i) => {
    const found = a.cells[i + 1]?.dataset.value - b.cells[i + 1]?.dataset.value, known = !isNaN(found);
    return make("td", { "data-label": title(head), ...(known && { "data-value": found }) }, known ? signed(found) : "–");
  });
  const named = make("th", { scope: "row", "data-value": name, "data-state": what }, make("b", {}, name), make("small", {}, what));
  a.parentNode.prepend(make("tr", { class: "reference difference" }, named, ...cells));
  return `; the table of numbers has ${name}`;
};

const choose = () => {
  const chosen = boxes.filter((box) => box.checked), left = new Set(boxes.filter((box) => !box.checked).map((box) => box.value));
  const [each] = all(".each");
  for (const element of all("[data-variant]")) element.style.display = left.has(element.dataset.variant) ? "none" : "";
  if (each && left.size && chosen.length <= EACH) each.checked ||= all("tr.untouched").some((row) => !row.style.display);
  say(all("summary", variants)[0].textContent = `Choose variants: ${chosen.length} of ${boxes.length} shown${pair(chosen)}`);
  point(-1);
};
if (variants) {
  const changed = () => {
    choose();
    link(place());
  };
  on(variants, "change", changed);
  on(variants, "click", ({ target }) => {
    const wanted = target.dataset.choose;
    if (!wanted) return;
    for (const box of boxes) box.checked = wanted == "all" || wanted == box.dataset.state;
    changed();
  });
  variants.hidden = false;
}
