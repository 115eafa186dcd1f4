// Tables with a row per variant sort by a click on a column's head; every table with heads can be copied.
const sortable = (table) => {
  const heads = all("thead th", table), [body] = table.tBodies, lines = [...body.rows];
  const rows = lines.filter((row) => row.dataset.variant && !/ref|base/.test(row.className));
  const order = (a, b) => isNaN(a) - isNaN(b) || (isNaN(a) ? a.localeCompare(b, "en", { numeric: true }) : a - b); // numbers first
  heads.forEach((head, column) => {
    // The exact number if the cell has one, else the displayed number, else the text; "" for a dash.
    const worth = (row) => {
      const cell = row.cells[column], exact = cell?.dataset.value, said = exact ?? cell?.textContent.trim() ?? "–";
      const number = exact ? +exact : parseFloat(said.replace("−", "-").replace(",", ""));
      return said[0] == "–" ? "" : isNaN(number) ? said : number;
    };
    // Beside the words and not around them: heads that hold buttons alone are not repeated on paper.
    head.insertBefore(make("button", { type: "button", "aria-label": `Sort by ${words(head)}` }), all(".unit", head)[0] ?? null);
    on(head, "click", () => {
      const down = head.ariaSort == "ascending", known = rows.filter((row) => worth(row) !== "");
      known.sort((a, b) => order(worth(a), worth(b)) * (down ? -1 : 1));
      for (const other of heads) other.ariaSort = null;
      head.ariaSort = down ? "descending" : "ascending";
      body.append(...new Set([...known, ...rows, ...lines])); // rows without a value come last, reference rows after them
    });
  });
};

for (const table of all("main table:has(thead)")) {
  const folded = table.closest("details"), setUp = () => {
    if (all("tbody [data-variant]", table).length > 1) sortable(table);
    copyable(table);
  };
  folded && !folded.open ? on(folded, "toggle", setUp, { once: true }) : setUp(); // keeps the page small
}
