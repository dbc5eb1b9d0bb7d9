// Ties passages and notes together, in both directions, by pointer and by focus. Without it the links
// still lead there.

export const marksOf = (id) => document.querySelectorAll(`.mark[data-comments~="${id}"]`);
export const noteOf = (id) => document.getElementById(`note-${id}`);

// The comments that an element belongs to: a passage may have several, a note is one.
export function idsAt(target) {
  const mark = target.closest?.(".mark");
  if (mark) return mark.dataset.comments.split(" ");
  const note = target.closest?.(".note");
  return note ? [note.dataset.comment] : [];
}

// Where the keyboard stops at a comment: in its note, or at its passage.
export const stopInNote = (id) => noteOf(id)?.querySelector("a.note-link, button, summary");
export const stopInText = (id) => document.getElementById(`mark-${id}`)?.closest(".mark")?.querySelector("a");

function link(ids) {
  for (const element of document.querySelectorAll(".linked")) element.classList.remove("linked");
  for (const id of ids) {
    noteOf(id)?.classList.add("linked");
    for (const mark of marksOf(id)) mark.classList.add("linked");
  }
}

document.addEventListener("pointerover", (event) => link(idsAt(event.target)));
document.addEventListener("focusin", (event) => link(idsAt(event.target)));

// A passage under several comments leads to the narrowest one; a click on any part of it will do.
document.addEventListener("click", (event) => {
  const mark = event.target.closest(".mark");
  if (!mark || event.target.closest("a") || String(window.getSelection())) return;
  document.querySelector(`.mark[data-comments="${mark.dataset.comments}"] a`)?.click() ??
    noteOf(mark.dataset.comments.split(" ").at(-1))?.scrollIntoView({ block: "center" });
});

// A followed link takes the keyboard along: the next Tab goes on from the note, or from the passage.
document.addEventListener("click", (event) => {
  const anchor = event.target.closest("a[href^='#note-'], a[href^='#mark-']");
  if (!anchor) return;
  const id = anchor.hash.slice("#note-".length);
  const stop = anchor.hash.startsWith("#note-") ? stopInNote(id) : stopInText(id);
  requestAnimationFrame(() => stop?.focus({ preventScroll: true }));
});
