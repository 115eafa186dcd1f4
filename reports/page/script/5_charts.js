// A chart shows the value of the point nearest to the pointer, or, by the arrow keys, of one point after the other.
const [note] = all("#note");
const points = (chart) => all("[data-tips]:not([style*=none])", chart).flatMap((line) => line.dataset.tips.split("\n")).map((tip) => {
  const [x, y] = tip.split(" ");
  return [+x, +y, tip.replace(/\S+ \S+ /, "")];
});
const annotate = (text, x, y) => {
  note.hidden = !text;
  note.textContent = text;
  note.style.top = `${y + 16}px`;
  note.style.left = `min(${x}px, 100% - 17rem)`;
};
for (const chart of all("svg[role=img]:has([data-tips])")) {
  const box = () => chart.getBoundingClientRect(), scale = () => chart.viewBox.baseVal.width / box().width;
  let at = -1;
  chart.setAttribute("tabindex", 0);
  on(chart, "pointermove", ({ clientX, clientY }) => {
    const { left, top } = box(), by = scale();
    let least = 30, found = "";
    for (const [x, y, text] of points(chart)) {
      const far = Math.hypot(x - (clientX - left) * by, y - (clientY - top) * by);
      if (far < least) [least, found] = [far, text];
    }
    annotate(found, clientX, clientY);
  });
  on(chart, "keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], all = points(chart);
    if (!step || !all.length) return;
    at = (at + step + all.length) % all.length;
    const [x, y, text] = all[at], { left, top } = box();
    annotate(text, left + x / scale(), top + y / scale());
    say(text);
    event.preventDefault();
  });
  for (const end of ["pointerleave", "blur"]) on(chart, end, () => (note.hidden = true));
}
