// A teacher's keys, beside those for reading: to change, take out and add comments, and from student to student.

import { openNote } from "../comments/cards.js";
import { isOff } from "../comments/keyboard.js";
import { add } from "./adding.js";

const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable]";

const press = (selector) => document.querySelector(selector)?.click();
const field = (name) => openNote()?.querySelector(`[name^="${name}-"]`);

const KEYS = {
  e: () => field("message")?.focus(),
  x: () => field("remove")?.click(),
  c: () => add(),
  b: () => openNote()?.querySelector("[data-from-bank]")?.click(),
  z: () => press("[data-undo-button]"),
  r: () => press("[data-read-button]"),
  R: () => press("[data-release-button]"),
  N: () => press(".desk-bar [rel=next]"),
  P: () => press(".desk-bar [rel=prev]"),
  g: () => document.getElementById("id_grade")?.focus(),
};

export function listenToDeskKeys() {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || isOff()) return;
    if (target.closest?.(FIELDS) || document.querySelector("dialog[open]") || !(key in KEYS)) return;
    event.preventDefault();
    KEYS[key]();
  });
}
