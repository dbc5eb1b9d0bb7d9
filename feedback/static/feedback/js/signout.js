// After a sign-out nothing of students' texts is left on this computer, also nothing that was not sent.

const PREFIX = "marginalia-review:"; // desk/saving.js

document.querySelector(".menu-leave")?.addEventListener("submit", () => {
  document.dispatchEvent(new CustomEvent("signed-out"));
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
});
