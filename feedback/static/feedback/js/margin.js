// Sets each note beside its passage where there is room for a margin, and marks in the outline what is read.

const WIDE = window.matchMedia("(min-width: 64rem)");
const GAP = 12; // pixels between notes

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
document.addEventListener("toggle", (event) => event.target.matches?.(".margin details") && placeAll(), true);
document.fonts.ready.then(placeAll);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "document") fitOutline();
  placeAll();
  watch();
});
fitOutline();
placeAll();
watch();
