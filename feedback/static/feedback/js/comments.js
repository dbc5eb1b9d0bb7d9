// Comments beside the words that they speak of. What is here ties the parts together: comments/cards.js holds
// which one is open, layout.js where they stand, filter.js which are shown, keyboard.js how they are reached.

import { close, link, noteOf, open, openAt, openNote, returnNav, step } from "./comments/cards.js";
import { changed, filter } from "./comments/filter.js";
import { firstLine, keep } from "./comments/scroll_anchor.js";
import { listenToKeys } from "./comments/keyboard.js";
import { layOut, layOutSoon, WIDE } from "./comments/layout.js";
import { highlight } from "./comments/writing.js";

// By hand --------------------------------------------------------------------------------------------

const ACTIONS = {
  "[data-next]": () => step(1),
  "[data-previous]": () => step(-1),
  "[data-close]": () => close(),
};

document.addEventListener("click", (event) => {
  const { target } = event;
  for (const [name, act] of Object.entries(ACTIONS)) if (target.closest(name)) return act();
  const fold = target.closest("[data-fold-button]");
  const note = target.closest(".note-button")?.closest(".note");
  const mark = target.closest(".section .mark");
  if (fold) unfold(fold);
  else if (note) note === openNote() ? close() : open(note);
  else if (mark && !event.ctrlKey && !event.metaKey && !String(window.getSelection())) {
    event.preventDefault();
    openAt(mark);
  }
});

function unfold(button) {
  const isOpen = button.closest("[data-fold]").classList.toggle("open");
  button.setAttribute("aria-expanded", String(isOpen));
  layOut();
}

document.addEventListener("pointerover", (event) => link(event.target));
document.addEventListener("focusin", (event) => link(event.target));
document.addEventListener("change", (event) => event.target.closest("#comment-tools") && changed());

// A link to a comment opens it: the way back from an answer, or from a mail.
function openLinked() {
  if (location.hash.startsWith("#note-")) open(noteOf(location.hash.slice("#note-".length)), { focus: false });
}

// As the page changes -----------------------------------------------------------------------------------

let line = null;
let wasOpen = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  line = firstLine();
  wasOpen = openNote()?.dataset.comment ?? "";
  if (event.detail.target.contains(openNote())) returnNav();
});

function settle() {
  if (wasOpen && !openNote()) open(noteOf(wasOpen), { focus: false, scroll: false });
  wasOpen = "";
  filter();
  layOut();
  highlight();
  keep(line);
}

// htmx gives what is new its own classes only when it settles, 20 ms after the swap.
document.addEventListener("htmx:afterSwap", () => {
  settle();
  line = firstLine();
});
document.addEventListener("htmx:afterSettle", () => {
  settle();
  line = null;
});
document.addEventListener("comments:changed", changed);
document.addEventListener("comments:written", () => {
  layOutSoon();
  highlight();
});
document.addEventListener("toggle", (event) => event.target.closest?.(".section") && layOut(), true);
window.addEventListener("resize", layOutSoon);
window.addEventListener("hashchange", openLinked);
WIDE.addEventListener("change", layOut);
document.fonts.ready.then(layOut);

listenToKeys();
filter();
layOut();
highlight();
openLinked();
