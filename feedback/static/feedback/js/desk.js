// The teacher's desk: a document's page on which everything that was written about it can be changed. What is
// typed is saved by itself; going on and releasing wait until it is.

import { layOutSoon } from "./comments/layout.js";
import { addAgain, listenToSelections } from "./desk/adding.js";
import { listenToBank } from "./desk/bank.js";
import { listenToDeskKeys } from "./desk/keys.js";
import * as status from "./desk/status.js";
import { post, Saving } from "./desk/saving.js";

const FIRST_WORDS = 90;
const form = document.getElementById("desk");

let isReleasing = false; // it waits until all is saved

const say = (what) => status.say(isReleasing && what === "waiting" ? "releaseWaits" : what);
const saving = new Saving(form, { ...status, say, clash: (clash) => status.clashNotice(clash, { keepMine, takeTheirs }) });

// Typing ---------------------------------------------------------------------------------------------

form.addEventListener("input", ({ target }) => {
  const echo = target.dataset.echo && document.getElementById(target.dataset.echo);
  if (echo) echo.textContent = target.value.slice(0, FIRST_WORDS);
  if (target.name?.startsWith("remove-")) takeOut(target);
  if (target.name?.startsWith("kind-")) recolour(target);
  if (target.dataset.part) saving.changed(target);
  layOutSoon();
});

// What was taken out stays on the page until it is left, and comes back with the same box.
function takeOut(box) {
  const note = box.closest(".note, .remark");
  note.classList.toggle("taken-out", box.checked);
  for (const field of note.querySelectorAll("textarea")) field.readOnly = box.checked;
}

function recolour(select) {
  const note = select.closest(".note");
  if (!note) return;
  note.dataset.kind = select.value;
  note.classList.toggle("note-praise", select.value === "praise");
  note.classList.toggle("note-advice", select.value !== "praise");
  note.querySelector(".note-kind:not(.note-kind-plain)").lastChild.textContent = select.selectedOptions[0].text;
}

// A line of a list goes up or down by key.
form.addEventListener("keydown", (event) => {
  const { target, key, altKey } = event;
  if (!altKey || !target.matches("[data-lines]") || !["ArrowUp", "ArrowDown"].includes(key)) return;
  event.preventDefault();
  const lines = target.value.split("\n");
  const at = target.value.slice(0, target.selectionStart).split("\n").length - 1;
  const to = at + (key === "ArrowUp" ? -1 : 1);
  if (to < 0 || to >= lines.length) return;
  [lines[at], lines[to]] = [lines[to], lines[at]];
  target.value = lines.join("\n");
  const place = lines.slice(0, to).join("\n").length + (to ? 1 : 0);
  target.setSelectionRange(place, place);
  target.dispatchEvent(new Event("input", { bubbles: true }));
});

// Decisions ------------------------------------------------------------------------------------------

function keepMine({ part, version, gone }) {
  if (!gone) return saving.decide(part, version);
  const box = form.elements.namedItem(`remove-${part}`);
  if (box) saving.stored.set(box.name, "on"); // not taken out: put back
  return saving.decide(part, version);
}

function takeTheirs({ part, version, stored, typed, gone }) {
  for (const name of Object.keys(typed)) {
    const field = form.elements.namedItem(name);
    if (!field) continue;
    if (field.type === "checkbox") field.checked = false;
    else field.value = stored[name] ?? field.value;
    saving.stored.set(name, field.type === "checkbox" ? "" : field.value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (gone) document.getElementById(`note-${part}`)?.remove();
  return saving.decide(part, version);
}

// Going on: nothing is left behind -------------------------------------------------------------------------

const BUTTONS = { "data-undo-button": undo, "data-read-button": onward, "data-release-button": onward };

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  const act = Object.entries(BUTTONS).find(([name]) => button?.hasAttribute(name))?.[1];
  if (act) return once(button, () => act(button));
  if (button?.name === "move") return once(button, () => move(button));
  return saving.save();
});

async function once(button, work) {
  if (button.disabled) return;
  button.disabled = true;
  try {
    await work();
  } finally {
    button.disabled = false;
  }
}

async function undo() {
  if (!(await saving.save())) return;
  await post(form.dataset.undo, new FormData());
  location.reload();
}

async function move(button) {
  if (!(await saving.save())) return;
  const body = new FormData();
  body.append("move", button.value);
  if ((await post(form.dataset.save, body)).status !== 200) return status.say("waiting");
  const note = button.closest("li");
  const beside = button.value.startsWith("up:") ? note.previousElementSibling : note.nextElementSibling;
  if (beside && button.value.startsWith("up:")) beside.before(note);
  else beside?.after(note);
  button.focus();
  layOutSoon();
}

// The whole form goes: what is on the screen is what is released. Without an answer it is tried again.
async function onward(button) {
  let tries = 0;
  const address = button.getAttribute("formaction") ?? form.getAttribute("action");
  for (;;) {
    isReleasing = true;
    await saving.settled();
    const { status: code, answer } = await post(address, new FormData(form));
    if (code === 200 && answer?.next) return location.assign(answer.next);
    if (answer?.clashes) return saving.take(answer, new Map());
    if (answer?.problem) return status.write(answer.problem);
    if (code === 401 || code === 403) status.say("signedOut");
    else status.say("releaseWaits");
    tries += 1;
    await new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 1000 * 2 ** tries)));
  }
}

for (const link of document.querySelectorAll(".desk-bar a, [data-onward]")) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    await saving.save(); // what could not be sent is kept, and sent from the next page
    location.assign(link.href);
  });
}

addEventListener("beforeunload", () => saving.dirty.length && saving.remember());
document.addEventListener("signed-out", () => saving.end());

// From an earlier visit ----------------------------------------------------------------------------------------

function tellOf({ title, address }) {
  const words = document.querySelector("[data-desk-words]").dataset.elsewhere;
  const line = Object.assign(document.createElement("p"), { className: "message message-warning", textContent: `${words} ` });
  line.append(Object.assign(document.createElement("a"), { href: address, textContent: title }));
  document.querySelector(".document-head").append(line);
}

listenToBank();
listenToSelections();
listenToDeskKeys();
const kept = saving.kept();
if (kept) {
  kept.added.forEach(addAgain);
  saving.restore(kept);
}
saving.rescue(tellOf);
