// "Copy as text" copies; without a clipboard the link opens the text instead.

const ANSWER_SECONDS = 3;

async function copy(link) {
  const answer = await fetch(link.href);
  if (!answer.ok) throw new Error(answer.statusText);
  await navigator.clipboard.writeText(await answer.text());
  const words = link.querySelector("span");
  const before = words.textContent;
  words.textContent = document.querySelector("[data-copied]").dataset.copied;
  document.getElementById("announcer").textContent = words.textContent;
  setTimeout(() => (words.textContent = before), ANSWER_SECONDS * 1000);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-copy]");
  if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  copy(link).catch(() => location.assign(link.href));
});
