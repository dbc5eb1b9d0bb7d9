// The hand-in form: counts words, takes dropped files, keeps what is typed while this tab is open,
// and sends once. Without this module the form works all the same.

const form = document.querySelector("[data-submit-form]");
const text = form.elements.namedItem("text");
const file = form.elements.namedItem("file");
const zone = form.querySelector("[data-drop-zone]");
const clear = form.querySelector("[data-drop-clear]");
const DRAFT = "marginalia-draft";

form.setAttribute("data-enhanced", "");

// Words --------------------------------------------------------------------------------------

const count = form.querySelector("[data-word-count]");

function countWords() {
  const words = text.value.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’\-]*/gu)?.length ?? 0;
  count.textContent = words === 0 ? "" : words === 1 ? "1 word" : `${words.toLocaleString("en")} words`;
}

// Draft: it outlives a reload and a session that ended, not this tab ----------------------------

function restoreDraft() {
  if (text.value) return;
  const kept = JSON.parse(sessionStorage.getItem(DRAFT) ?? "{}");
  text.value = kept.text ?? "";
  if (!form.elements.namedItem("title").value) form.elements.namedItem("title").value = kept.title ?? "";
}

function keepDraft() {
  const draft = { text: text.value, title: form.elements.namedItem("title").value };
  try {
    sessionStorage.setItem(DRAFT, JSON.stringify(draft));
  } catch {
    // Larger than the browser keeps: the form itself still has it.
  }
}

// Files ---------------------------------------------------------------------------------------

function showFile() {
  clear.hidden = file.files.length === 0;
}

zone.addEventListener("dragover", (event) => {
  event.preventDefault();
  zone.classList.add("dragging");
});
zone.addEventListener("dragleave", () => zone.classList.remove("dragging"));
zone.addEventListener("drop", (event) => {
  event.preventDefault();
  zone.classList.remove("dragging");
  if (event.dataTransfer.files.length) {
    file.files = event.dataTransfer.files;
    showFile();
  }
});
file.addEventListener("change", showFile);
clear.addEventListener("click", () => {
  file.value = "";
  showFile();
  file.focus();
});

// Sending --------------------------------------------------------------------------------------

const button = form.querySelector("[data-submit-button]");
const words = button.textContent;

form.addEventListener("submit", () => {
  keepDraft();
  button.disabled = true;
  button.textContent = "Handing in …";
});
window.addEventListener("pageshow", () => {
  button.disabled = false;
  button.textContent = words;
});

form.addEventListener("input", () => {
  countWords();
  keepDraft();
});
restoreDraft();
countWords();
showFile();
