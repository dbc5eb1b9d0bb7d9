// Keeps a document's page fresh. The server draws; this module hears what changed and asks for the
// part anew, and appends prose while it is being written. What it misses, the next look repairs.

import { withAnchor } from "./comments/scroll_anchor.js";

const PROGRESS_AFTER = 120; // milliseconds: several events in a row are one look
const LISTEN_AFTER = 5000; // milliseconds
const CHANGED = "changed";
const QUOTE = ".quote";

let source = null;
let look = 0;

const page = () => document.getElementById("document");
const tell = (element, name) => element?.dispatchEvent(new CustomEvent(`${name}:${CHANGED}`));

function lookAgain() {
  clearTimeout(look);
  look = setTimeout(() => tell(document.getElementById("progress"), "progress"), PROGRESS_AFTER);
}

// Events ---------------------------------------------------------------------------------------

function listen() {
  const url = page()?.dataset.events;
  if (!url || source) return;
  source = new EventSource(`${url}?from=${page().dataset.liveFrom}`);
  source.addEventListener("job", lookAgain);
  source.addEventListener("document", lookAgain);
  source.addEventListener("reset", () => tell(page(), "document"));
  source.addEventListener("text", (event) => write(JSON.parse(event.data), event.lastEventId));
  source.addEventListener("error", listenLater);
}

// A browser takes up a broken stream by itself, but gives up where it is refused once: a server that
// restarts, or has too many streams for now. What was missed meanwhile is drawn anew.
function listenLater() {
  if (source?.readyState !== EventSource.CLOSED) return;
  stopListening();
  setTimeout(() => {
    if (source || !("live" in document.getElementById("progress").dataset)) return;
    tell(page(), "document");
  }, LISTEN_AFTER);
}

function stopListening() {
  source?.close();
  source = null;
}

// Prose as it is written: never a live region, a screen reader would read every syllable ---------

function write({ section, attempt, pieces }, id) {
  const card = section ? document.getElementById(`section-${section}`) : document.getElementById("summary");
  const written = card?.querySelector("[data-written]");
  if (!written || !isAfter(id, card.dataset.liveFrom)) return;
  if (written.dataset.attempt && written.dataset.attempt !== String(attempt)) clearParts(written);
  written.dataset.attempt = String(attempt);
  withAnchor(() => {
    for (const [part, offset, text] of pieces) {
      const paragraph = partOf(written, part);
      paragraph.textContent = paragraph.textContent.slice(0, offset) + text;
    }
    written.hidden = false;
  });
  document.dispatchEvent(new CustomEvent("comments:written"));
}

function clearParts(written) {
  for (const part of written.querySelectorAll("[data-part]")) part.remove();
}

function partOf(written, name) {
  const known = [...written.querySelectorAll("[data-part]")].find((part) => part.dataset.part === name);
  if (known) return known;
  const paragraph = document.createElement("p");
  paragraph.dataset.part = name;
  paragraph.className = `part part-${name.split(".")[0]}`;
  if (name.endsWith(QUOTE)) {
    paragraph.className = "part-quote"; // says where its comment belongs: it stands in the text already
    paragraph.hidden = true;
  }
  written.append(paragraph);
  return paragraph;
}

function isAfter(id, other) {
  const [a, b] = [id, other].map((each) => each.split("-").map(Number));
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

// After each look: draw anew what is another version, and say what changed --------------------------

function compare() {
  const outline = document.getElementById("outline");
  const progress = document.getElementById("progress");
  if (progress.dataset.structure !== page().dataset.structure) return tell(page(), "document");
  for (const item of outline?.querySelectorAll("[data-section]") ?? []) {
    const card = document.getElementById(`section-${item.dataset.section}`);
    if (card && card.dataset.version !== item.dataset.version) tell(card, "card");
  }
  const summary = document.getElementById("summary");
  if (summary && outline && summary.dataset.version !== outline.dataset.summaryVersion) tell(summary, "card");
  if (!("live" in progress.dataset)) stopListening();
  announce(progress.dataset.words);
}

let announced = document.getElementById("progress")?.dataset.words;

function announce(words) {
  if (words === announced) return;
  announced = words;
  document.getElementById("announcer").textContent = words;
  document.title = document.title.replace(/: .* · /, `: ${words} · `);
}

// The server sends states only for the places that this page has: while another structure is on its
// way, the banner is new already and the sections are not.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id === "progress") event.detail.parameters.structure = page().dataset.structure;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "progress") compare();
  if (event.target.id === "document") {
    stopListening();
    listen();
    announce(document.getElementById("progress").dataset.words);
  }
});

// A page that comes back from the browser's cache has missed everything.
window.addEventListener("pageshow", (event) => event.persisted && tell(page(), "document"));
window.addEventListener("pagehide", stopListening);

listen();
