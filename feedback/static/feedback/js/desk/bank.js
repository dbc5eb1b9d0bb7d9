// A teacher's comment bank: a comment goes into it, or one of it into the card that is open.

import { post } from "./saving.js";
import { write } from "./status.js";

const dialog = () => document.getElementById("bank");
const fieldOf = (card, name) => card.querySelector(`[name^="${name}-"]`);

let card = null; // that asked for a comment

async function choose(button) {
  card = button.closest(".note, .remark");
  const answer = await fetch(dialog().dataset.list).catch(() => null);
  if (!answer?.ok) return;
  dialog().querySelector("[data-bank-list]").innerHTML = await answer.text();
  dialog().showModal();
}

function use({ dataset, children }) {
  const message = [...children].find((child) => "message" in child.dataset).textContent;
  const given = { kind: dataset.kind, message, suggestion: dataset.suggestion };
  for (const [name, value] of Object.entries(given)) {
    const field = fieldOf(card, name);
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  dialog().close();
  fieldOf(card, "message").focus();
}

async function keep(button) {
  const body = new FormData();
  for (const name of ["kind", "message", "suggestion"]) body.append(name, fieldOf(button.closest(".note, .remark"), name).value);
  const { answer } = await post(dialog().dataset.keep, body);
  if (answer) write(answer.words ?? answer.problem);
}

export function listenToBank() {
  document.addEventListener("click", ({ target }) => {
    const [from, to, item] = ["[data-from-bank]", "[data-to-bank]", "[data-use]"].map((each) => target.closest(each));
    if (from) choose(from);
    else if (to) keep(to);
    else if (item) use(item);
  });
}
