// Sets each card level with its passage where there is room beside the text. On a narrow screen the open card
// is a sheet from below, which needs no place of its own.

import { place } from "./placement.js";
import { passageOf } from "./writing.js";

export const WIDE = window.matchMedia("screen and (min-width: 64rem) and (scripting: enabled)");

const GAP = 8; // pixels between cards
const RISE = 6; // pixels that a card stands above the line of its passage, to meet the letters
const CLOSED = 32; // pixels that a closed card is tall

const area = () => document.querySelector(".sections");
const startOf = (note) => document.getElementById(`mark-${note.dataset.comment}`)?.closest(".mark");

// All is changed that changes heights, then all is measured, then all is set: the browser works out the page twice.
export function layOut() {
  const whole = area();
  if (!whole) return;
  for (const note of whole.querySelectorAll(".section .note")) reach(note);
  stack([...whole.querySelectorAll(".notes")]);
  const cards = [...whole.querySelectorAll("[data-beside], .note:not([hidden]), .part-comments")].filter(hasPlace);
  if (!WIDE.matches) return clear(whole, cards);
  const origin = topOf(whole);
  const items = cards.map((card) => itemOf(card, origin));
  items.sort((one, other) => one.at - other.at); // stable: as in the text where the same line has several
  const tops = place(items, { gap: GAP, top: topOf(whole.querySelector(".section")) - origin + GAP });
  items.forEach((item, index) => set(item, tops[index]));
  whole.style.minHeight = `${Math.ceil(lowest(items, tops))}px`;
  requestAnimationFrame(() => whole.classList.add("laid")); // only what moves later glides
}

const topOf = (element) => element?.getBoundingClientRect().top ?? 0;

// A comment that is being written has a place once its words are known.
function hasPlace(card) {
  if (!card.matches(".part-comments")) return true;
  return card.classList.toggle("placed", Boolean(passageOf(card)));
}

function itemOf(card, origin) {
  const height = card.offsetHeight - (card.parentElement.matches(".stacked") ? GAP : 0);
  const top = wordsOf(card).getClientRects()[0].top;
  return { card, height, at: top - origin - RISE, fixed: card.matches(".note.open") };
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
function stack(lists) {
  const crowded = lists.map((list) => WIDE.matches && isCrowded(list));
  lists.forEach((list, index) => list.classList.toggle("stacked", crowded[index]));
}

function isCrowded(list) {
  const shown = [...list.children].filter((note) => !note.hidden);
  const text = list.previousElementSibling;
  if (!text || shown.length < 3 || shown.some((note) => note.matches(".open"))) return false;
  return shown.length * (CLOSED + GAP) > text.offsetHeight;
}

// A sheet covers the end of the page, which needs as much room more to be read above it.
function clear(whole, cards) {
  whole.style.minHeight = "";
  for (const card of cards) card.style.top = "";
  const sheet = document.querySelector(".note.open");
  document.documentElement.style.setProperty("--room-below", `${sheet?.offsetHeight ?? 0}px`);
}

// A closed card that is not seen is read in its place, but is no stop of the keyboard: its passage is one.
function reach(note) {
  const isSeen = WIDE.matches || note.matches(".open, .passage-loose .note");
  const button = note.querySelector(".note-button");
  if (button.tabIndex !== (isSeen ? 0 : -1)) button.tabIndex = isSeen ? 0 : -1;
}

// Once for all that changes within a frame.
let planned = 0;

export function layOutSoon() {
  cancelAnimationFrame(planned);
  planned = requestAnimationFrame(layOut);
}
