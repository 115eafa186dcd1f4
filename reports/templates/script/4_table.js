// The summary sorts by a click on a column's head, and variants can be left out of the whole page.
const sortable = (table) => {
  const body = table.tBodies[0], rows = all("tr.variant", body), after = all("tr:not(.variant)", body), heads = all("thead th", table);
  const order = (a, b) => isNaN(a) - isNaN(b) || (isNaN(a) ? a.localeCompare(b) : a - b); // words after numbers
  for (const head of heads) {
    const button = make("button", { type: "button" }, ...head.childNodes), name = head.dataset.metric;
    const worth = (row) => all(`[data-metric=${name}]`, row)[0]?.dataset.value;
    head.append(button);
    on(button, "click", () => {
      const down = head.ariaSort === "ascending", known = rows.filter(worth).sort((a, b) => order(worth(a), worth(b)) * (down ? -1 : 1));
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...known, ...rows.filter((row) => !worth(row)), ...after); // what has no number stays last
    });
  }
};

const [variants] = all("#variants"), boxes = variants ? all("input", variants) : [];
const choose = () => {
  const off = boxes.filter((box) => !box.checked).map((box) => box.value), [title] = all("summary", variants);
  for (const element of all("[data-variant]")) element.style.display = off.includes(element.dataset.variant) ? "none" : "";
  say(title.textContent = `Choose variants: ${boxes.length - off.length} of ${boxes.length} shown`);
  point(-1);
};
const filter = () => {
  on(variants, "change", () => {
    choose();
    link(new URLSearchParams(boxes.filter((box) => box.checked).map((box) => ["only", box.value])));
  });
  variants.hidden = false;
};
