// A comment that is still being written finds its words: the model quotes them before it says anything.

const TEXT = ".passage .text";
const HIGHLIGHT = "being-written";

const places = new WeakMap(); // by the part that is written

// The range of the words that a part speaks of; null while they are not known.
export function passageOf(part) {
  const known = places.get(part);
  if (known?.startContainer.isConnected) return known;
  const quote = quoteOf(part);
  const found = quote && part.textContent ? rangeOf(part.closest(".section"), quote) : null;
  if (found) places.set(part, found);
  return found;
}

function quoteOf(part) {
  const beside = part.parentElement.querySelector(`[data-part="${part.dataset.part}.quote"]`);
  return beside?.textContent.trim() ?? "";
}

// White space and its line breaks may differ between the text and what a model quotes of it.
function rangeOf(section, quote) {
  for (const text of section?.querySelectorAll(TEXT) ?? []) {
    const words = quote.split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const found = text.textContent.match(new RegExp(words.join("\\s+")));
    if (found) return rangeWithin(text, found.index, found.index + found[0].length);
  }
  return null;
}

function rangeWithin(element, start, end) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let at = 0, node = walker.nextNode(); node; at += node.length, node = walker.nextNode()) {
    if (at <= start && start < at + node.length) range.setStart(node, start - at);
    if (at < end && end <= at + node.length) {
      range.setEnd(node, end - at);
      break;
    }
  }
  return range;
}

// Marks the words without touching the text.
export function highlight() {
  if (!("highlights" in CSS)) return;
  const parts = [...document.querySelectorAll(".part-comments")];
  const ranges = parts.map(passageOf).filter(Boolean);
  if (ranges.length) CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
  else CSS.highlights.delete(HIGHLIGHT);
}
