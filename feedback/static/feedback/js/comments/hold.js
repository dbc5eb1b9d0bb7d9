// Keeps the first line that a reader sees where it is, while parts of the page are drawn anew. The browser's own
// anchoring loses its anchor when the part that it stands in is replaced.

const LINES = "#document h1, #progress, #summary > *, .section > h2, .passage";

// Where the first visible piece of the page stands; its name outlives its being drawn anew.
export function firstLine() {
  for (const line of document.querySelectorAll(LINES)) {
    const box = line.getBoundingClientRect();
    if (box.height && box.bottom > 1) return { name: nameOf(line), top: box.top };
  }
  return null;
}

export function keep(line) {
  if (!line) return;
  const there = elementOf(line.name);
  const moved = there ? there.getBoundingClientRect().top - line.top : 0;
  if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: "instant" });
}

export function holding(work) {
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
