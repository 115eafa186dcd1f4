// Tables are copied as they are sorted and filtered; a button with data-copy copies the element of that id.
const toClipboard = async (text, button) => {
  const label = (button.dataset.label ??= button.textContent), area = make("textarea", { class: "hidden" });
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no secure context, or a frame without the permission
    document.body.append(put(area, { value: text }));
    area.select();
    done = document.execCommand("copy");
    area.remove();
    button.focus();
  }
  say(button.textContent = done ? "Copied" : "Copying was refused");
  setTimeout(() => (button.textContent = label), 2000);
};

const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
const title = (head) => {
  const [unit] = all(".unit", head);
  return unit ? words(head).replace(words(unit), "($&)") : words(head);
};
// The displayed cells, with exact numbers if they are wanted and known.
const grid = (table, exact) => {
  const says = (cell) => {
    if (cell.dataset.state) return [cell.dataset.value, cell.dataset.state];
    const face = all(".v, .m", cell).find((it) => it.checkVisibility());
    const said = (exact && face?.className[0] != "m" && cell.dataset.value) || words(face ?? cell);
    return said[0] == "–" ? "" : said;
  };
  const heads = all("thead th", table).map(title), rows = all("tbody tr", table).filter((row) => row.checkVisibility());
  if (all("[data-state]", table)[0]) heads.splice(1, 0, "State");
  const whole = (cells) => Array.from(heads, (_, at) => cells[at] ?? ""); // a failed row has one cell for all numbers
  return [heads, ...rows.map((row) => whole([...row.cells].flatMap(says)))];
};

const TEX = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", σ: "$\\sigma$", α: "$\\alpha$", "±": "$\\pm$", "×": "$\\times$", "−": "$-$", "–": "--", "²": "$^2$", "<": "$<$", ">": "$>$", "|": "$|$", "▲": "$\\uparrow$", "▼": "$\\downarrow$" };
const tex = (text) => text.replace(/[&%#$_{}\\~^<>|]|[^\0-~]/g, (it) => TEX[it] ?? (it < "~" ? `\\${it}` : it));
const quoted = (it) => (/[",]/.test(it) ? `"${it.replaceAll('"', '""')}"` : it);
const FORMATS = {
  // A spreadsheet would run a text that begins like a formula.
  CSV: (rows) => rows.map((row) => row.map((it) => quoted(/^[=+@\t]|^-(?![\d.])/.test(it) ? `'${it}` : it))),
  Markdown: ([heads, ...rows]) =>
    [heads, heads.map(() => "---"), ...rows].map((row) => `| ${row.map((it) => it.replace(/[|<>&*_`\[\]\\]/g, "\\$&")).join(" | ")} |`),
  LaTeX: ([heads, ...rows]) => {
    const line = (row) => `${row.map(tex).join(" & ")} \\\\`, columns = `l${"r".repeat(heads.length - 1)}`;
    return [`\\begin{tabular}{${columns}}`, line(heads), "\\hline", ...rows.map(line), "\\end{tabular}"];
  },
};
const copyable = (table) => {
  const frame = table.closest(".scroll") ?? table, above = frame.previousElementSibling;
  const menu = make("details", { class: "copy" }, make("summary", {}, "Copy as"), ...Object.keys(FORMATS).map((name) => {
    const button = make("button", { type: "button" }, name);
    on(button, "click", () => toClipboard(FORMATS[name](grid(table, name == "CSV")).join("\n"), button));
    return button;
  }));
  above?.matches(".switch") ? above.append(menu) : frame.before(menu);
};

for (const button of all("button[data-copy]")) {
  button.hidden = false;
  on(button, "click", () => toClipboard(document.getElementById(button.dataset.copy).textContent.trim(), button));
}
