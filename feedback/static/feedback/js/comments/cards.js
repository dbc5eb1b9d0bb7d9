// The cards of a document: which one is open, and what is tied to it. One is open at most.

import { firstLine, keep } from "./scroll_anchor.js";
import { layOut, WIDE } from "./layout.js";

const MARGIN = 24; // pixels of the screen that stay free around what is shown

export const noteOf = (id) => document.getElementById(`note-${id}`);
export const marksOf = (id) => document.querySelectorAll(`.mark[data-comments~="${id}"]`);
export const openNote = () => document.querySelector(".note.open");
export const cards = () => [...document.querySelectorAll(".section .note:not([hidden])")];

const buttonOf = (note) => note.querySelector(".note-button");
const linkOf = (id) => document.querySelector(`.mark a[href="#note-${id}"]`) ?? marksOf(id)[0]?.querySelector("a");
const home = () => document.getElementById("comment-tools");
const nav = () => document.querySelector("[data-nav]");

// Opening and closing ------------------------------------------------------------------------------

export function open(note, { focus = true, scroll = true } = {}) {
  if (!note?.matches(".section .note")) return note?.scrollIntoView({ block: "center" });
  if (note !== openNote()) {
    const line = scroll ? null : firstLine();
    shut(openNote());
    note.classList.add("open");
    buttonOf(note).setAttribute("aria-expanded", "true");
    for (const mark of marksOf(note.dataset.comment)) mark.classList.add("open");
    takeNav(note);
    layOut();
    keep(line);
  }
  if (scroll) show(note);
  if (focus) buttonOf(note).focus({ preventScroll: true });
}

export function close({ focus = true } = {}) {
  const note = openNote();
  if (!note) return;
  shut(note);
  layOut();
  if (focus) (linkOf(note.dataset.comment) ?? buttonOf(note)).focus({ preventScroll: true });
}

function shut(note) {
  if (!note) return;
  note.classList.remove("open");
  buttonOf(note).setAttribute("aria-expanded", "false");
  for (const mark of document.querySelectorAll(".mark.open")) mark.classList.remove("open");
  returnNav();
}

// Previous, next and close stand in the open card, and wait elsewhere for the next one.
function takeNav(note) {
  if (!nav()) return;
  note.querySelector(".note-head").append(nav());
  nav().hidden = false;
  const all = cards();
  nav().querySelector("[data-position]").textContent = `${all.indexOf(note) + 1}/${all.length}`;
}

export function returnNav() {
  if (!nav()) return;
  nav().hidden = true;
  home()?.append(nav());
}

// The passage stays on the screen: above the sheet, or wherever its card is seen whole.
function show(note) {
  const mark = marksOf(note.dataset.comment)[0] ?? note.closest(".passage");
  const first = mark.getClientRects()[0];
  const top = (WIDE.matches ? home().getBoundingClientRect().height : 0) + MARGIN;
  const room = WIDE.matches ? innerHeight - MARGIN : innerHeight - note.offsetHeight - MARGIN;
  const height = WIDE.matches ? Math.max(first.height, note.offsetHeight) : heightOf(mark, first);
  if (first.top >= top && first.top + height <= room) return;
  const aim = Math.max(top, Math.min(first.top, room - height));
  window.scrollBy({ top: first.top - aim });
}

const heightOf = (mark, first) => mark.getBoundingClientRect().bottom - first.top;

// From one to the next ---------------------------------------------------------------------------

export function step(by) {
  const all = cards();
  const note = openNote();
  const next = note ? all[all.indexOf(note) + by] : by > 0 ? all.find(isBelow) : all.findLast((each) => !isBelow(each));
  if (next) open(next);
  return Boolean(next);
}

function isBelow(note) {
  const mark = marksOf(note.dataset.comment)[0] ?? note.closest(".passage");
  return mark.getBoundingClientRect().bottom > home().getBoundingClientRect().bottom;
}

// A passage under several comments opens the narrowest, and with each further click the next one.
export function openAt(mark) {
  const here = mark.dataset.comments.split(" ").map(noteOf).filter((note) => note && !note.hidden);
  const led = noteOf(mark.querySelector("a")?.hash.slice("#note-".length));
  const at = here.indexOf(openNote());
  const first = here.includes(led) ? led : here[0];
  open(at < 0 ? first : here[(at + 1) % here.length]);
}

// Pointing at one of a passage and its card marks the other.
export function link(target) {
  for (const element of document.querySelectorAll(".linked")) element.classList.remove("linked");
  const mark = target.closest?.(".mark");
  const note = target.closest?.(".section .note");
  const ids = mark ? mark.dataset.comments.split(" ") : note ? [note.dataset.comment] : [];
  for (const id of ids) for (const each of [noteOf(id), ...marksOf(id)]) each?.classList.add("linked");
}
