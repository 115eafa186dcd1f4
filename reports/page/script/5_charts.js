// A chart shows the value of the point nearest to the pointer.
const [note] = all("#note");
for (const chart of all("svg[role=img]")) {
  on(chart, "pointermove", ({ clientX, clientY }) => {
    const { left, top, width } = chart.getBoundingClientRect(), scale = chart.viewBox.baseVal.width / width;
    let least = 30, found = "";
    for (const line of all("[data-tips]:not([style*=none])", chart)) {
      for (const tip of line.dataset.tips.split("\n")) {
        const [x, y] = tip.split(" "), far = Math.hypot(x - (clientX - left) * scale, y - (clientY - top) * scale);
        if (far < least) [least, found] = [far, tip];
      }
    }
    note.textContent = found.replace(/\S+ \S+ /, "");
    note.hidden = !found;
    note.style.top = `${clientY + 16}px`;
    note.style.left = `min(${clientX}px, 100% - 17rem)`;
  });
  on(chart, "pointerleave", () => (note.hidden = true));
}
