// A notification of the browser's when the document is done, if it is asked for: while this page is open
// in some tab. Permission is asked for by the button alone.

const WANTED = "notify";
const key = () => `${WANTED}:${location.pathname}`;
const button = () => document.querySelector("[data-notify]");
const isWanted = () => sessionStorage.getItem(key()) === "1" && Notification.permission === "granted";

function show() {
  if (!button()) return;
  button().hidden = false;
  button().setAttribute("aria-pressed", String(isWanted()));
}

async function toggle() {
  if (isWanted()) sessionStorage.removeItem(key());
  else if ((await Notification.requestPermission()) === "granted") sessionStorage.setItem(key(), "1");
  else document.querySelector("[data-notify-status]").textContent = button().dataset.refused;
  show();
}

// The banner tells the end: it was live, and is no longer.
function look() {
  show();
  const progress = document.getElementById("progress");
  if (!progress || "live" in progress.dataset || !isWanted()) return;
  sessionStorage.removeItem(key());
  const { title, words } = progress.dataset;
  const notification = new Notification(title, { body: words, tag: location.pathname });
  notification.addEventListener("click", () => window.focus());
}

if ("Notification" in window) {
  document.addEventListener("click", (event) => event.target.closest("[data-notify]") && toggle());
  document.addEventListener("htmx:afterSwap", look); // before the page is painted, or the text would jump
  look();
}
