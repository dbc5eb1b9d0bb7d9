// Shows the comments of one kind, on one criterion, or those that are open. The list of sections counts what is
// shown.

import { cards, close, openNote } from "./cards.js";
import { layOut } from "./layout.js";

const tools = () => document.getElementById("comment-tools");
const all = () => [...document.querySelectorAll(".section .note")];
const chosen = (name) => tools()?.querySelector(`[name="${name}"]`)?.value ?? "";
const isFiltered = () => ["kind", "criterion", "state"].some((name) => chosen(name));

// A comment with an answer is dealt with.
const stateOf = (note) => (note.querySelector(".reaction")?.dataset.verdict ? "dealt-with" : "open");

function isShown(note) {
  return (
    (!chosen("kind") || note.dataset.kind === chosen("kind")) &&
    (!chosen("criterion") || note.dataset.criterion === chosen("criterion")) &&
    (!chosen("state") || stateOf(note) === chosen("state") || note.matches(".open"))
  );
}

export function filter() {
  if (!tools()) return;
  offerCriteria();
  for (const note of all()) note.hidden = !isShown(note);
  for (const mark of document.querySelectorAll(".mark")) mark.classList.toggle("mark-off", !mark.dataset.comments.split(" ").some(isOn));
  for (const list of document.querySelectorAll(".section .notes")) list.hidden = ![...list.children].some((note) => !note.hidden);
  if (openNote()?.hidden) close({ focus: false });
  count();
}

const isOn = (id) => document.getElementById(`note-${id}`)?.hidden === false;

// Counts, in the words that the server wrote ------------------------------------------------------

function count() {
  const bar = tools();
  const [shown, total] = [cards().length, all().length];
  bar.querySelector("[data-count]").textContent = inWords(shown, total);
  bar.classList.toggle("has-none", !total);
  for (const item of document.querySelectorAll("#outline [data-section]")) countIn(item);
}

function countIn(item) {
  const section = document.getElementById(`section-${item.dataset.section}`);
  const notes = [...(section?.querySelectorAll(".note") ?? [])];
  const label = item.querySelector("[data-shown]");
  label.hidden = !isFiltered() || !notes.length;
  label.textContent = label.hidden ? "" : inWords(notes.filter((note) => !note.hidden).length, notes.length);
}

function inWords(shown, total) {
  const { some, one, many } = tools().dataset;
  const words = isFiltered() ? some : total === 1 ? one : many;
  return words.replace("{shown}", shown).replace("{total}", total);
}

// Criteria are known once comments have come.
function offerCriteria() {
  const field = tools().querySelector("[name=criterion]");
  const named = new Set(all().map((note) => note.dataset.criterion).filter(Boolean));
  for (const option of field.options) named.delete(option.value);
  for (const name of named) field.add(new Option(name, name));
  field.closest("label").hidden = field.options.length < 2;
}

export function changed() {
  filter();
  layOut();
}
