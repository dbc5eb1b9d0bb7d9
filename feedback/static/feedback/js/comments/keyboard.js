// Reading by keyboard: j and n to the next comment, k and p to the previous one, ? for the list of keys. From a
// passage, right leads to its card; left and Escape lead back. Fields keep their keys, and single letters can
// be switched off.

import { close, noteOf, open, openNote, step } from "./cards.js";

const OFF = "comment-keys-off";
const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable]";

const help = () => document.getElementById("comment-keys");
export const isOff = () => localStorage.getItem(OFF) === "1";

const LETTERS = {
  j: () => step(1),
  n: () => step(1),
  k: () => step(-1),
  p: () => step(-1),
  "?": () => help()?.showModal(),
};

const ARROWS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  ArrowLeft: () => close(),
};

function onKey(event) {
  const { key, target } = event;
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  if (key === "Escape") return escape(event);
  if (target.closest?.(FIELDS) || document.querySelector("dialog[open]")) return;
  const action = ofCard(key, target) ?? (isOff() ? null : LETTERS[key]);
  if (!action) return;
  action();
  event.preventDefault();
}

// Arrows scroll the page, but where the focus is on a card's head or on a passage.
function ofCard(key, target) {
  const mark = target.closest?.(".mark");
  if (mark && key === "ArrowRight") return () => open(noteOf(target.hash.slice("#note-".length)));
  if (mark && key in ARROWS) return fromMark(mark, key);
  return target.closest?.(".note.open .note-button") ? ARROWS[key] : null;
}

// From passage to passage, without opening anything.
function fromMark(mark, key) {
  const links = [...document.querySelectorAll(".mark:not(.mark-off) a")];
  const next = links[links.indexOf(mark.querySelector("a")) + (key === "ArrowDown" ? 1 : -1)];
  return key === "ArrowLeft" || !next ? null : () => next.focus();
}

// Escape closes the form for what is wrong first, then the card.
function escape(event) {
  const form = event.target.closest?.("details.wrong[open]");
  if (document.querySelector("dialog[open]")) return;
  if (form) {
    form.open = false;
    form.querySelector("summary").focus();
  } else if (openNote()) close();
  else return;
  event.preventDefault();
}

export function listenToKeys() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) localStorage.setItem(OFF, event.target.checked ? "0" : "1");
  });
  document.addEventListener("click", (event) => event.target.closest("[data-keys]") && showHelp());
  for (const box of document.querySelectorAll("[data-keys-on]")) box.checked = !isOff();
}

function showHelp() {
  help().querySelector("[data-keys-on]").checked = !isOff();
  help().showModal();
}
