// Reading by keyboard. On a passage or in a note, the arrows up and down go to the next comment, right (or
// Enter) from passage to note, left (or Escape) back to the passage. Elsewhere, and in fields, keys keep
// their own meaning.

import { idsAt, stopInNote, stopInText } from "./notes.js";

const inField = (target) => Boolean(target.closest("input, textarea, select"));

function goTo(stop) {
  if (!stop) return false;
  stop.focus({ preventScroll: true });
  stop.closest(".note, .mark").scrollIntoView({ block: "center" });
  return true;
}

// The comment whose passage, or note, is the next one in the page.
function neighbour(current, step) {
  const stops = [...document.querySelectorAll(current.closest(".note") ? ".note" : ".mark:has(.mark-start)")];
  const here = stops.indexOf(current.closest(".note, .mark"));
  const there = stops[here + step];
  if (here < 0 || !there) return null;
  return there.classList.contains("note") ? stopInNote(there.dataset.comment) : there.querySelector("a");
}

function toNote(target) {
  const link = target.closest(".mark")?.querySelector("a");
  return link ? stopInNote(link.hash.slice("#note-".length)) : null;
}

const toText = (target) => (target.closest(".note") ? stopInText(idsAt(target)[0]) : null);

const STEPS = {
  ArrowDown: (target) => neighbour(target, 1),
  ArrowUp: (target) => neighbour(target, -1),
  ArrowRight: toNote,
  ArrowLeft: toText,
  Escape: toText,
};

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const { target } = event;
  if (!target.closest?.(".mark, .note") || (inField(target) && event.key !== "Escape")) return;
  if (event.key === "Escape" && closeForm(target)) return event.preventDefault();
  if (goTo(STEPS[event.key]?.(target))) event.preventDefault();
});

// Escape in the form for what is wrong closes it first.
function closeForm(target) {
  const form = target.closest("details.wrong[open]");
  if (!form) return false;
  form.open = false;
  form.querySelector("summary").focus();
  return true;
}
