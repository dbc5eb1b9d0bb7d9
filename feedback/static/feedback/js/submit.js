// The hand-in form: counts words, takes files, keeps the draft, and sends once. Without this module the
// form works all the same.

import { Autosave, token } from "./autosave.js";
import { Notices } from "./notices.js";

const form = document.querySelector("[data-submit-form]");
const text = form.elements.namedItem("text");
const file = form.elements.namedItem("file");
const autosave = new Autosave(form, new Notices(form.querySelector("[data-keeping]")));

form.setAttribute("data-enhanced", "");

// Words, as the server counts them, but for marks that stand alone ------------------------------------

const IDEOGRAPH = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff";
const WORD = new RegExp(`[${IDEOGRAPH}]|[^\\s${IDEOGRAPH}]{1,40}`, "gu");
const count = form.querySelector("[data-word-count]");

function countWords() {
  const words = text.value.match(WORD)?.filter((word) => /[\p{L}\p{N}]/u.test(word)).length ?? 0;
  const many = count.dataset.many.replace("{number}", words.toLocaleString(document.documentElement.lang));
  count.textContent = words === 0 ? "" : words === 1 ? count.dataset.one : many;
}

// Files: dropped anywhere on the text or its zone, chosen, or taken from the clipboard ----------------

const zone = form.querySelector("[data-drop-zone]");
const uploading = form.querySelector("[data-uploading]");
const words = form.querySelector("[data-upload-words]");
const problem = form.querySelector("[data-file-problem]");

async function upload(chosen) {
  problem.hidden = true;
  if (text.value.trim()) {
    complain(problem.dataset.both);
    return;
  }
  uploading.hidden = false;
  tellProgress(chosen, 0);
  const saved = await autosave.save({ file: chosen, progress: (event) => tellProgress(chosen, event.loaded) });
  uploading.hidden = true;
  file.value = "";
  if (saved) showAttached(chosen.name);
  else complain(autosave.notices.status.textContent || problem.dataset.failed);
}

function tellProgress(chosen, loaded) {
  const done = Math.min(loaded, chosen.size);
  const bar = uploading.querySelector("progress");
  const percent = chosen.size ? Math.floor((100 * done) / chosen.size) : 100;
  const isNews = loaded === 0 || percent - Number(words.dataset.percent) >= 10; // a live region is read out
  bar.value = percent;
  if (!isNews) return;
  words.dataset.percent = percent;
  const sized = { name: chosen.name, done: size(done), total: size(chosen.size) };
  words.textContent = words.dataset.words.replace(/\{(\w+)\}/g, (_, name) => sized[name]);
}

function size(bytes) {
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function complain(sentence) {
  problem.textContent = sentence;
  problem.hidden = false;
  file.value = "";
}

function showAttached(name) {
  form.querySelector("[data-attached]").hidden = false;
  form.querySelector("[data-attached-name]").textContent = name;
  form.querySelector("[data-text-field]").hidden = true;
  zone.hidden = true;
  form.querySelector("[data-take-away]").focus();
}

for (const target of [zone, text]) {
  target.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("dragging");
  });
  target.addEventListener("dragleave", () => zone.classList.remove("dragging"));
  target.addEventListener("drop", (event) => {
    zone.classList.remove("dragging");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    upload(event.dataTransfer.files[0]);
  });
}
text.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  upload(event.clipboardData.files[0]);
});
file.addEventListener("change", () => file.files.length && upload(file.files[0]));

// What the chosen assignment asks for: open while one writes for it --------------------------------------------

const assignment = form.elements.namedItem("assignment");

function showBrief() {
  for (const brief of form.querySelectorAll("[data-brief]")) {
    brief.hidden = brief.dataset.brief !== assignment.value;
    brief.open = !brief.hidden;
  }
}

assignment.addEventListener("change", showBrief);

// Sending: once, and only what the server has -------------------------------------------------------

const button = form.querySelector("[data-submit-button]");
const label = button.textContent;

function ready() {
  button.disabled = false;
  button.textContent = label;
}

form.addEventListener("submit", async (event) => {
  form.elements.namedItem("csrfmiddlewaretoken").value = token();
  if (event.submitter !== button) return;
  event.preventDefault();
  button.disabled = true;
  button.textContent = button.dataset.sending;
  const isEmpty = !text.value.trim() && !form.elements.namedItem("attached").value;
  if (isEmpty || (await autosave.save())) form.submit();
  else ready();
});
addEventListener("pageshow", ready);
addEventListener("beforeunload", () => autosave.isDirty && autosave.remember());

// Decisions -----------------------------------------------------------------------------------------

form.addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  if (pressed?.hasAttribute("data-use-this")) autosave.useThis();
  if (pressed?.hasAttribute("data-discard")) autosave.discard();
  if (pressed?.dataset.keepAsNew) autosave.keepAsNew(pressed.dataset.keepAsNew);
});

form.addEventListener("input", (event) => {
  if (event.target === file) return;
  countWords();
  autosave.changed();
});
autosave.restore();
countWords();
autosave.rescue();
showBrief();
