// Sets each card level with its passage where there is room beside the text. On a narrow screen the open card
// is a sheet from below, which needs no place of its own.

import { place } from "./placement.js";
import { passageOf } from "./writing.js";

export const WIDE = window.matchMedia("screen and (min-width: 64rem) and (scripting: enabled)");

const GAP = 8; // pixels between cards
const RISE = 6; // pixels that a card stands above the line of its passage, whose letters it meets
const CLOSED = 32; // pixels that a closed card is tall

const area = () => document.querySelector(".sections");
const startOf = (note) => document.getElementById(`mark-${note.dataset.comment}`)?.closest(".mark");

export function layOut() {
  const whole = area();
  if (!whole) return;
  const cards = [...whole.querySelectorAll("[data-beside], .note:not([hidden]), .part-comments")];
  whole.querySelectorAll(".section .note").forEach(reach);
  for (const list of whole.querySelectorAll(".notes")) list.classList.toggle("stacked", WIDE.matches && isCrowded(list));
  if (!WIDE.matches) return clear(whole, cards);
  const origin = whole.getBoundingClientRect().top;
  const items = cards.map((card) => itemOf(card, origin)).filter(Boolean);
  items.sort((one, other) => one.at - other.at); // stable: as in the text where the same line has several
  const tops = place(items, { gap: GAP });
  items.forEach((item, index) => set(item, tops[index]));
  requestAnimationFrame(() => whole.classList.add("laid")); // only what moves later glides
  whole.style.minHeight = `${Math.ceil(lowest(items, tops))}px`;
}

function itemOf(card, origin) {
  const words = wordsOf(card);
  card.classList.toggle("placed", Boolean(words));
  if (!words) return null; // what is being written, before it says on which words
  const box = words.getClientRects()[0];
  const height = card.offsetHeight;
  const stacked = card.parentElement.classList.contains("stacked");
  return { card, at: box.top - origin - RISE, height: stacked ? height - GAP : height, fixed: card.matches(".note.open") };
}

function wordsOf(card) {
  if (card.matches("[data-beside]")) return card.parentElement.querySelector("h2");
  if (card.matches(".part-comments")) return passageOf(card);
  return startOf(card) ?? card.closest(".passage");
}

// A part that is being written stands within what stands beside its section.
function set({ card }, top) {
  const outer = card.parentElement.closest("[data-beside]");
  card.style.top = `${Math.round(top - (outer ? parseFloat(outer.style.top) : 0))}px`;
}

const lowest = (items, tops) => Math.max(0, ...items.map((item, index) => tops[index] + item.height + GAP));

// Many in one passage lie on each other like papers, until one of them is opened.
function isCrowded(list) {
  const shown = [...list.children].filter((note) => !note.hidden);
  const text = list.previousElementSibling;
  if (!text || shown.length < 3 || shown.some((note) => note.matches(".open"))) return false;
  return shown.length * (CLOSED + GAP) > text.offsetHeight;
}

function clear(whole, cards) {
  whole.style.minHeight = "";
  for (const card of cards) card.style.top = "";
}

// A closed card that is not seen is read in its place, but is no stop of the keyboard: its passage is one.
function reach(note) {
  const isSeen = WIDE.matches || note.matches(".open, .passage-loose .note");
  note.querySelector(".note-button").tabIndex = isSeen ? 0 : -1;
}

// Once for all that changes within a frame.
let planned = 0;

export function layOutSoon() {
  cancelAnimationFrame(planned);
  planned = requestAnimationFrame(layOut);
}
