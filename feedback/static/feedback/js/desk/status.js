// What the page says about keeping: one line in the bar, and a notice at each field that a person has to decide
// on. Words come from the page, in its language.

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const words = () => document.querySelector("[data-desk-words]").dataset;
const line = () => document.querySelector("[data-status]");

export function say(what) {
  const time = new Date().toLocaleTimeString(document.documentElement.lang, CLOCK);
  write(words()[what].replace("{time}", time));
}

// A live region is read out when it changes: the same words again are no news.
export function write(sentence) {
  if (line().textContent !== sentence) line().textContent = sentence;
}

export function refused(errors) {
  for (const old of document.querySelectorAll(".desk-error")) old.remove();
  for (const [name, sentence] of Object.entries(errors)) {
    const field = document.getElementsByName(name)[0];
    const problem = Object.assign(document.createElement("p"), { className: "desk-error", textContent: sentence });
    problem.setAttribute("role", "alert");
    field?.after(problem);
  }
}

// Clashes: mine or theirs, field by field of one part -----------------------------------------------------

export function clashNotice({ part, version, stored, typed, gone }, { keepMine, takeTheirs }) {
  const first = document.getElementsByName(Object.keys(typed)[0])[0];
  const old = document.getElementById(`clash-${part}`);
  old?.remove();
  const notice = document.querySelector("[data-clash-notice]").content.firstElementChild.cloneNode(true);
  notice.id = `clash-${part}`;
  notice.querySelector("[data-clash-words]").hidden = gone;
  notice.querySelector("[data-gone-words]").hidden = !gone;
  const theirs = Object.keys(typed).map((name) => stored[name] ?? "").filter(Boolean);
  notice.querySelector("[data-theirs]").hidden = gone || !theirs.length;
  notice.querySelector("[data-theirs]").textContent = theirs.join("\n");
  const decided = (act) => () => {
    notice.remove();
    act({ part, version, stored, typed, gone });
  };
  notice.querySelector("[data-keep-mine]").addEventListener("click", decided(keepMine));
  notice.querySelector("[data-take-theirs]").addEventListener("click", decided(takeTheirs));
  (first?.closest(".desk-field, .desk-acts") ?? document.querySelector(".document-head")).append(notice);
}
