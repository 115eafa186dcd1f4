// Tables with a row per variant sort by a click on a column's header; variants can be hidden on the whole page.
const sortable = (table) => {
  const heads = all("thead th", table), body = table.tBodies[0], lines = [...body.rows];
  const rows = lines.filter((row) => row.dataset.variant && !/ref|base/.test(row.className));
  const order = (a, b) => isNaN(a) - isNaN(b) || (isNaN(a) ? a.localeCompare(b) : a - b); // numbers before words
  heads.forEach((head, column) => {
    const button = make("button", { type: "button" }, ...head.childNodes);
    // The exact number if the cell has one, else the displayed number, else the text; "" for a dash.
    const worth = (row) => {
      const cell = row.cells[column], exact = cell?.dataset.value, said = exact ?? cell?.textContent.trim() ?? "–";
      const number = exact ? +exact : parseFloat(said.replace("−", "-").replace(",", ""));
      return said[0] == "–" ? "" : isNaN(number) ? said : number;
    };
    head.append(button);
    on(button, "click", () => {
      const down = head.ariaSort == "ascending", known = rows.filter((row) => worth(row) !== "");
      known.sort((a, b) => order(worth(a), worth(b)) * (down ? -1 : 1));
      for (const other of heads) other.ariaSort = null;
      head.ariaSort = down ? "descending" : "ascending";
      body.append(...new Set([...known, ...rows, ...lines])); // rows without a value come last, reference rows after them
    });
  });
};

const [variants] = all("#variants"), boxes = all("#variants input");
const choose = () => {
  const off = boxes.filter((box) => !box.checked), [title] = all("summary", variants);
  for (const element of all("[data-variant]")) element.style.display = off.some((box) => box.value == element.dataset.variant) ? "none" : "";
  say(title.textContent = `Choose variants: ${boxes.length - off.length} of ${boxes.length} shown`);
  point(-1);
};
if (variants) {
  on(variants, "change", () => {
    choose();
    link(place());
  });
  variants.hidden = false;
}
