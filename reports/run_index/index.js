// Compares the runs that are ticked. The same sums as reports/diff.py, whose words, order and numbers it is given.
const data = JSON.parse(document.getElementById("numbers").textContent);
const words = data.words;
const runs = new Map(data.runs);
const ticked = new Set();

// Numbers as Python writes them: an exact tie goes to the even digit.
const rounded = (value, digits) => {
  const [whole, decimals] = value.toFixed(80).split(".");
  const away = value.toFixed(digits);
  if (!/^50*$/.test(decimals.slice(digits))) return away;
  const last = digits ? decimals[digits - 1] : whole.at(-1);
  return Number(last) % 2 ? away : digits ? `${whole}.${decimals.slice(0, digits)}` : whole;
};
const fixed = (value, digits) => {
  const shown = rounded(value, digits);
  return /[^-0.]/.test(shown) ? shown : shown.replace("-", "");
};
const significant = value => {
  if (value === 0) return "0";
  const magnitude = Number(value.toExponential().split("e")[1]);
  if (magnitude <= -5 || magnitude >= 6) {
    return value.toExponential(2).replace(/(?<=e[+-])(?=\d$)/, "0");
  }
  const decimals = Math.max(0, 2 - magnitude);
  const shown = rounded(value, decimals);
  return decimals ? shown : shown.replace(/\B(?=(\d{3})+$)/g, ",");
};
const signed = (metric, value) => {
  const shown = "digits" in metric ? fixed(metric.factor * value, metric.digits) : significant(value);
  return (value > 0 && /[^0.]/.test(shown) ? `+${shown}` : shown).replaceAll("-", "\u2212");
};

const change = (metric, first, other) => {
  if (!first || !other) return ["\u2013", words.unmeasured];
  const difference = other.mean - first.mean;
  const seeds = Math.min(first.seeds, other.seeds);
  const spread = Math.max(first.spread ?? 0, other.spread ?? 0);
  let word = Math.abs(difference) > spread ? words.beyond : words.within;
  if (seeds < data.least) word = seeds === 1 ? words.one : words.few.replace("{}", seeds);
  return [signed(metric, difference), difference ? word : words.equal];
};

const settingsOf = chosen => {
  const names = new Set(chosen.flatMap(run => [...run.settings.keys()]));
  const rows = [...names].map(name => [name, ...chosen.map(run => run.settings.get(name) ?? words.unrecorded)]);
  return rows.filter(([, ...values]) => new Set(values).size > 1);
};

const rowsOf = (name, chosen) => {
  const variants = chosen.map(run => run.variants.get(name));
  const [state, ...states] = variants.map(variant => variant ? variant.state : words.unmeasured);
  const said = other => {
    if ([state, other].includes(words.unmeasured)) return words.unmeasured;
    return state === other ? words.equal : words.differs;
  };
  const changes = states.map(other => ["", said(other)]);
  const rows = [{ title: words.state, main: true, values: [state, ...states], changes }];
  data.metrics.forEach((metric, place) => {
    const [first, ...others] = variants.map(variant => variant?.metrics.get(place));
    if (![first, ...others].some(Boolean)) return;
    rows.push({
      title: metric.title,
      main: metric.main,
      values: [first, ...others].map(one => one ? one.text : "\u2013"),
      changes: others.map(other => change(metric, first, other)),
    });
  });
  return rows;
};

const likeness = chosen => {
  const unlike = data.like.filter(([setting]) => {
    const values = new Set(chosen.map(run => run.settings.get(setting)));
    return values.size > 1 || values.has(undefined);
  });
  return unlike.length ? words.unlike.replace("{}", unlike.map(([, what]) => what).join(" and ")) : words.alike;
};

const unpack = id => {
  const { settings, variants } = runs.get(id);
  return {
    settings: new Map(settings),
    variants: new Map(variants.map(([name, state, numbers]) => [name, {
      state,
      metrics: new Map(numbers.map(([place, mean, spread, seeds, text]) => [place, { mean, spread, seeds, text }])),
    }])),
  };
};

// Only text is ever put into the page, so that no name can become markup.
const make = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
};
const heads = cells => make("tr", {}, ...cells.map(cell => make("th", { scope: "col" }, cell)));
const line = ([name, ...cells], attributes = {}) =>
  make("tr", attributes, make("th", { scope: "row" }, name), ...cells.map(cell => make("td", {}, cell)));
const table = (caption, head, ...bodies) => make(
  "div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
  make("table", { class: "numbers words" }, make("caption", {}, caption), make("thead", {}, heads(head)), ...bodies));
const listOf = (letters, ids) => make("dl", { class: "list" }, ...ids.map((id, i) =>
  make("div", {}, make("dt", {}, letters[i]), make("dd", {}, id))));
const bodyOf = (name, rows, width) => make("tbody", { "data-variant": name },
  make("tr", { class: "variant" }, make("th", { scope: "rowgroup", colspan: width }, name)),
  ...rows.map(row => line(
    [row.title, ...row.values, ...row.changes.flat()], { class: row.main ? "main" : "more" })));

const tables = function* (ids, chosen, letters) {
  yield listOf(letters, ids);
  const settings = settingsOf(chosen);
  yield settings.length
    ? table("Settings that differ", ["Setting", ...letters],
      make("tbody", { id: "settings" }, ...settings.map(row => line(row))))
    : make("p", {}, "No setting differs.");
  const names = [...new Set(chosen.flatMap(run => [...run.variants.keys()]))];
  const having = name => letters.filter((_, i) => chosen[i].variants.has(name));
  const isShared = name => having(name)[0] === letters[0] && having(name).length > 1;
  const shared = names.filter(isShared);
  if (shared.length) {
    const differences = letters.slice(1).map(letter => `${letter} \u2212 ${letters[0]}`);
    const head = ["Metric", ...letters, ...differences.flatMap(name => [name, `What ${name} means`])];
    yield table(`Metrics of the variants that ${letters[0]} and another run have`, head,
      ...shared.map(name => bodyOf(name, rowsOf(name, chosen), head.length)));
  }
  const elsewhere = names.filter(name => !isShared(name));
  if (elsewhere.length) {
    yield make("ul", { id: "elsewhere" },
      ...elsewhere.map(name => make("li", {}, `${name}: only in ${having(name).join(", ")}`)));
  }
};

const show = () => {
  const ids = [...runs.keys()].filter(id => ticked.has(id)).reverse(); // the page lists the newest first
  const enough = ids.length > 1 && ids.length <= data.letters.length;
  const chosen = ids.map(unpack);
  document.getElementById("compared").hidden = !enough;
  const first = document.getElementById("likeness");
  first.textContent = enough ? likeness(chosen) : "";
  first.classList.toggle("incomplete", first.textContent !== words.alike);
  const letters = [...data.letters].slice(0, ids.length);
  document.getElementById("difference").replaceChildren(...(enough ? tables(ids, chosen, letters) : []));
};

document.querySelectorAll("tr[data-run]").forEach(row => {
  const id = row.dataset.run;
  if (!runs.has(id)) return;
  const box = make("input", { type: "checkbox", "aria-label": `Compare ${id}` });
  box.addEventListener("change", () => {
    if (box.checked) ticked.add(id); else ticked.delete(id);
    show();
  });
  row.querySelector(".pick").append(box);
});
document.getElementById("everything")?.addEventListener("change", event =>
  document.getElementById("difference").classList.toggle("everything", event.target.checked));
document.documentElement.classList.add("scripted");
