// Keeps the first line that a reader sees where it is, while parts of the page are drawn anew. The browser's own
// anchoring loses its anchor when the part that it stands in is replaced.

// A page scrolls by whole pixels. What is left over is made good the next time, or many small parts would drift.
let left = { pixels: 0, at: 0 };

const LINES = "#document h1, #progress, #summary > *, .section > h2, .passage";

// What is held: the passage of the open comment where that is on the screen, else the first visible piece of the
// page. Its name outlives its being drawn anew.
export function firstLine() {
  const open = document.querySelector(".passage:has(.note.open)");
  const lines = [...document.querySelectorAll(LINES)];
  const line = open && isSeen(open) ? open : lines.find(isSeen);
  const drift = left.at === scrollY ? left.pixels : 0;
  return line ? { name: nameOf(line), top: line.getBoundingClientRect().top - drift, at: scrollY } : null;
}

function isSeen(line) {
  const box = line.getBoundingClientRect();
  return box.height > 0 && box.bottom > 1 && box.top < innerHeight;
}

// A page that was scrolled meanwhile stays as it is.
export function keep(line) {
  const there = line?.at === scrollY ? elementOf(line.name) : null;
  if (!there) return;
  const moved = () => there.getBoundingClientRect().top - line.top;
  if (Math.abs(moved()) >= 1) window.scrollBy({ top: moved(), behavior: "instant" });
  left = { pixels: moved(), at: scrollY };
}

export function withAnchor(work) {
  const line = firstLine();
  work();
  keep(line);
}

function nameOf(line) {
  const within = line.closest("[id]");
  return within === line ? [line.id, -1] : [within.id, [...within.children].indexOf(line)];
}

function elementOf([id, index]) {
  const within = document.getElementById(id);
  return index < 0 ? within : (within?.children[index] ?? within);
}
