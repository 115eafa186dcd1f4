// Tables are copied as text, as they are sorted and filtered; a button with data-copy copies the element of that id.
const toClipboard = async (text, button) => {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no secure context, or a frame without the permission
    const area = make("textarea", { class: "hidden", "aria-hidden": true });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const label = (button.dataset.label ??= button.textContent);
  say(button.textContent = done ? "Copied" : "Copying was refused");
  setTimeout(() => (button.textContent = label), 2000);
};

const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
// What a cell says: its exact number, or what is displayed of it.
const saying = (cell, exact) => {
  const face = all(".v, .m", cell).find((it) => it.checkVisibility());
  const said = exact && face?.className[0] != "m" && cell.dataset.value || words(face ?? cell);
  return said[0] == "–" ? "" : said;
};
const title = (head) => {
  const [unit] = all(".unit", head);
  return unit ? `${words(head).slice(0, -words(unit).length)}(${words(unit)})` : words(head);
};
const grid = (table, exact) => {
  const heads = all("thead th", table).map(title), states = all("tbody [data-state]", table).length;
  if (states) heads.splice(1, 0, "State");
  const rows = all("tbody tr", table).filter((row) => row.checkVisibility());
  const cells = (row) => [...row.cells].flatMap((cell) =>
    cell.dataset.state ? [cell.dataset.value, cell.dataset.state] : [saying(cell, exact)]);
  return [heads, ...rows.map(cells)];
};

const TEX = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "σ": "$\\sigma$", "α": "$\\alpha$", "√": "$\\surd$", "±": "$\\pm$", "×": "$\\times$", "−": "$-$", "–": "--", "²": "$^2$", "▲": "$\\uparrow$", "▼": "$\\downarrow$", "\u00a0": "~" };
const tex = (text) => text.replace(/[\\~^]|[^\0-~]/g, (c) => TEX[c] ?? c).replace(/(?<!\\)[&%#_]/g, "\\$&");
const FORMATS = {
  CSV: (table) => grid(table, true).map((row) => row.map((it) => /[",\n]/.test(it) ? `"${it.replaceAll('"', '""')}"` : it)),
  Markdown: (table) => {
    const [heads, ...rows] = grid(table).map((row) => row.map((it) => it.replaceAll("|", "\\|")));
    return [heads, heads.map(() => "---"), ...rows].map((row) => [`| ${row.join(" | ")} |`]);
  },
  LaTeX: (table) => {
    const rows = grid(table).map((row) => [`${row.map(tex).join(" & ")} \\\\`]), { length } = grid(table)[0];
    return [[`\\begin{tabular}{l${"r".repeat(length - 1)}}`], rows[0], ["\\hline"], ...rows.slice(1), ["\\end{tabular}"]];
  },
};
const copyable = (table) => {
  const buttons = Object.keys(FORMATS).map((name) => make("button", { type: "button", "data-as": name }, name));
  const menu = make("details", { class: "copy" }, make("summary", {}, "Copy as"), ...buttons);
  on(menu, "click", ({ target }) => {
    const format = FORMATS[target.dataset.as];
    if (format) toClipboard(format(table).map(String).join("\n"), target);
  });
  const frame = table.closest(".scroll") ?? table, above = frame.previousElementSibling;
  above?.matches(".switch") ? above.append(menu) : frame.before(menu);
};

for (const button of all("button[data-copy]")) {
  button.hidden = false;
  on(button, "click", () => toClipboard(document.getElementById(button.dataset.copy).textContent.trim(), button));
}
