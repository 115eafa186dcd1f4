// A chart shows the value of the point nearest to the pointer, or, by the arrow keys, of one point after the other.
const [note] = all("#note");
for (const chart of all("svg[role=img]:has([data-tips])")) {
  let at = -1;
  chart.setAttribute("tabindex", 0);
  // The points with their places on the screen.
  const points = () => {
    const { left, top, width } = chart.getBoundingClientRect(), scale = width / chart.viewBox.baseVal.width;
    return all("[data-tips]:not([style*=none])", chart).flatMap((line) => line.dataset.tips.split("\n")).map((tip) => {
      const [x, y] = tip.split(" ");
      return { x: left + x * scale, y: top + y * scale, scale, text: tip.replace(/\S+ \S+ /, "") };
    });
  };
  const annotate = (x, y, text) => {
    put(note, { hidden: !text, textContent: text });
    put(note.style, { top: `${y + 16}px`, left: `min(${x}px, 100% - 17rem)` });
  };
  on(chart, "pointermove", ({ clientX, clientY }) => {
    let least = 30, found = "";
    for (const { x, y, scale, text } of points()) {
      const far = Math.hypot(x - clientX, y - clientY) / scale;
      if (far < least) [least, found] = [far, text];
    }
    annotate(clientX, clientY, found);
  });
  on(chart, "keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], known = points();
    if (event.key == "Escape") note.hidden = true;
    if (!step || !known.length) return;
    at = (Math.max(at, step < 0 ? 0 : -1) + step + known.length) % known.length;
    annotate(known[at].x, known[at].y, known[at].text);
    say(known[at].text);
    event.preventDefault();
  });
  for (const end of ["pointerleave", "blur"]) on(chart, end, () => (note.hidden = true));
}
