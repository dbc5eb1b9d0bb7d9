// A teacher's own comment on words that they have selected. The server finds the words by what they are and by
// what stands before them; until then the passage is where the card stands.

import { open } from "../comments/cards.js";
import { layOut } from "../comments/layout.js";

const BEFORE = 60; // characters that tell one place of the same words from another
const LONGEST = 1000; // characters of a passage that one comment can speak of

const button = () => document.querySelector("[data-add-here]");

let chosen = null; // what was selected last: { text, quote, before, range }

function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const textOf = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("#desk .passage .text");
  const text = textOf(range.startContainer);
  const quote = selection.toString().trim();
  if (!text || text !== textOf(range.endContainer) || !quote || quote.length > LONGEST) return null;
  const until = document.createRange();
  until.setStart(text, 0);
  until.setEnd(range.startContainer, range.startOffset);
  return { text, quote, before: until.toString().slice(-BEFORE), range: range.cloneRange() };
}

function offer() {
  const found = selected();
  if (found) chosen = found;
  button().hidden = !found;
  if (!found) return;
  const box = found.range.getBoundingClientRect();
  button().style.top = `${Math.round(box.bottom + scrollY + 6)}px`;
  button().style.left = `${Math.round(Math.max(8, Math.min(box.left, innerWidth - button().offsetWidth - 8)))}px`;
}

// Time first, as all our keys begin.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let index = 0; index < 6; index += 1) bytes[index] = Math.floor(now / 256 ** (5 - index)) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function cardFor({ key, feedback, quote, before, passage }) {
  const note = document.querySelector("[data-new-note]").content.firstElementChild.cloneNode(true);
  note.id = `note-${key}`;
  note.dataset.comment = key;
  for (const field of note.querySelectorAll("[data-name]")) {
    field.name = field.id = `${field.dataset.name}-${key}`;
    if (field.type !== "hidden") field.dataset.part = key;
  }
  for (const label of note.querySelectorAll("[data-for]")) label.htmlFor = `${label.dataset.for}-${key}`;
  const given = { new: feedback, quote, before };
  for (const [name, value] of Object.entries(given)) note.querySelector(`[name="${name}-${key}"]`).value = value;
  const words = note.querySelector(".note-words");
  words.id = `words-${key}`;
  note.querySelector("textarea").dataset.echo = words.id;
  note.querySelector(".note-button").id = `open-${key}`;
  notesOf(passage).append(note);
  return note;
}

function notesOf(passage) {
  const known = passage.querySelector(".notes");
  if (known) return known;
  const list = document.createElement("ol");
  list.className = "notes";
  passage.append(list);
  return list;
}

// Where the selection lies within one piece of text it is marked; else the card stands at its passage.
function mark(range, key) {
  const found = document.createElement("mark");
  found.className = "mark mark-advice";
  found.dataset.comments = key;
  try {
    range.surroundContents(found);
    const start = Object.assign(document.createElement("span"), { className: "mark-start", id: `mark-${key}` });
    found.prepend(start);
  } catch {
    // It begins or ends within another mark.
  }
}

export function add() {
  const { text, quote, before, range } = selected() ?? chosen ?? {};
  const feedback = text && feedbackOf(text.closest(".section"));
  button().hidden = true;
  if (!feedback) return null;
  const key = newKey();
  const note = cardFor({ key, feedback, quote, before, passage: text.closest(".passage") });
  mark(range, key);
  getSelection().removeAllRanges();
  chosen = null;
  show(note);
  note.querySelector("textarea").focus({ preventScroll: true });
  return note;
}

// A section's feedback is named by its fields.
const feedbackOf = (section) => section?.querySelector('.fold [name^="version-"]')?.name.slice("version-".length);

function show(note) {
  document.dispatchEvent(new CustomEvent("comments:changed"));
  open(note, { focus: false });
  layOut();
}

// One that was being written when the page was left: it comes back without its mark.
export function addAgain({ key, new: feedback, quote, before, message, kind, suggestion }) {
  const section = document.querySelector(`[name="version-${feedback}"]`)?.closest(".section");
  if (!section || document.getElementById(`note-${key}`)) return;
  const passages = [...section.querySelectorAll(".passage:has(.text)")];
  const passage = passages.find((each) => each.querySelector(".text").textContent.includes(quote)) ?? passages[0];
  if (!passage) return;
  const note = cardFor({ key, feedback, quote, before, passage });
  for (const [name, value] of Object.entries({ message, kind, suggestion })) note.querySelector(`[name="${name}-${key}"]`).value = value;
  document.dispatchEvent(new CustomEvent("comments:changed"));
}

export function listenToSelections() {
  document.addEventListener("selectionchange", offer);
  button().addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
  button().addEventListener("click", add);
}
