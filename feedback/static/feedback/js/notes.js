// Ties passages and notes together, in both directions, by pointer and by keyboard; and sets each
// note beside its passage where there is room for a margin. Without it the links still lead there.

const WIDE = window.matchMedia("(min-width: 64rem)");
const GAP = 12; // pixels between notes

const marksOf = (id) => document.querySelectorAll(`.mark[data-comments~="${id}"]`);
const noteOf = (id) => document.getElementById(`note-${id}`);

// Highlighting -----------------------------------------------------------------------------------

function idsAt(target) {
  const mark = target.closest?.(".mark");
  if (mark) return mark.dataset.comments.split(" ");
  const note = target.closest?.(".note");
  return note ? [note.dataset.comment] : [];
}

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
  const goal = anchor && document.getElementById(anchor.hash.slice(1));
  if (!goal) return;
  const stop = goal.querySelector("a") ?? goal.closest(".mark")?.querySelector("a");
  requestAnimationFrame(() => stop?.focus({ preventScroll: true }));
});

// Margin -----------------------------------------------------------------------------------------

function place(section) {
  const notes = [...section.querySelectorAll(".note")];
  for (const note of notes) note.style.marginTop = "";
  if (!WIDE.matches || notes.length === 0) return;
  const list = notes[0].parentElement.getBoundingClientRect();
  let bottom = list.top;
  for (const note of notes) {
    const mark = document.getElementById(`mark-${note.dataset.comment}`)?.parentElement;
    const wanted = mark ? mark.getBoundingClientRect().top : bottom;
    const first = note === notes[0];
    const top = Math.max(wanted, first ? bottom : bottom + GAP);
    note.style.marginTop = `${top - bottom - (first ? 0 : GAP)}px`;
    bottom = top + note.offsetHeight;
  }
}

const placeAll = () => document.querySelectorAll(".section").forEach(place);

// Outline ----------------------------------------------------------------------------------------

const outline = () => document.querySelector(".outline details");

function fitOutline() {
  if (outline()) outline().open = WIDE.matches;
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const link = document.querySelector(`#outline a[href="#${entry.target.id}"]`);
      if (entry.isIntersecting) link?.setAttribute("aria-current", "true");
      else link?.removeAttribute("aria-current");
    }
  },
  { rootMargin: "-20% 0px -70% 0px" },
);

function watch() {
  seen.disconnect();
  document.querySelectorAll(".section").forEach((section) => seen.observe(section));
}

WIDE.addEventListener("change", () => {
  fitOutline();
  placeAll();
});
window.addEventListener("resize", placeAll);
document.fonts.ready.then(placeAll);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "document") fitOutline();
  placeAll();
  watch();
});
fitOutline();
placeAll();
watch();
