// What a teacher types, kept: in this browser at once, on the server soon after, and again until it is there.
// Only fields that changed are sent, each with the version that it was typed over.

const AFTER = 800; // milliseconds after the last key
const AT_LATEST = 4000; // while somebody types without a pause
const RETRIES = [2000, 4000, 8000, 15000, 30000];
const ANSWER = 30_000;
const PREFIX = "marginalia-review:";

const valueOf = (field) => (field.type === "checkbox" ? (field.checked ? "on" : "") : field.value);

export class Saving {
  constructor(form, status) {
    this.form = form;
    this.status = status; // shows: say(what), write(words), clash(clash), refused(errors)
    this.stored = new Map(this.fields.map((field) => [field.name, valueOf(field)]));
    this.blocked = new Set(); // parts that a person has to decide on
    this.refused = new Set(); // fields that can't be stored as they are
    this.tail = Promise.resolve(true);
    this.tries = 0;
    this.waiting = []; // resolved when all is stored
    for (const name of ["online", "focus"]) addEventListener(name, () => this.tries && this.save());
  }

  get fields() {
    return [...this.form.elements].filter((field) => field.dataset.part && field.name);
  }

  get dirty() {
    return this.fields.filter((field) => valueOf(field) !== (this.stored.get(field.name) ?? ""));
  }

  version(part) {
    return this.form.elements.namedItem(`version-${part}`);
  }

  // Typing --------------------------------------------------------------------------------------

  changed(field) {
    if (field) this.refused.delete(field.name);
    this.remember();
    clearTimeout(this.timer);
    this.since ??= Date.now();
    this.timer = setTimeout(() => this.save(), Math.min(AFTER, Math.max(0, this.since + AT_LATEST - Date.now())));
  }

  // True: the server has all that is on the screen.
  save() {
    clearTimeout(this.timer);
    this.since = null;
    this.tail = this.tail.then(() => this.saveNow());
    return this.tail;
  }

  // When the server has it, however long that takes.
  async settled() {
    if (await this.save()) return;
    await new Promise((resolve) => this.waiting.push(resolve));
  }

  async saveNow() {
    const sent = this.dirty.filter((field) => !this.blocked.has(field.dataset.part) && !this.refused.has(field.name));
    if (!sent.length) return this.atRest();
    const values = new Map(sent.map((field) => [field.name, valueOf(field)]));
    this.status.say("saving");
    const { status, answer } = await post(this.form.dataset.save, this.body(values, sent));
    if (status === 200 && answer) return this.take(answer, values);
    if (status === 401) this.status.say("signedOut");
    else if (status === 409 && answer?.problem) this.status.write(answer.problem);
    else if (status === 403 || status === 404) return this.refuse("reload");
    else this.status.say(this.remember() ? "waiting" : "unkept");
    this.later();
    return false;
  }

  refuse(what) {
    this.remember();
    this.status.say(what);
    return false;
  }

  body(values, sent) {
    const body = new FormData();
    body.append("page", this.form.elements.namedItem("page").value);
    for (const [name, value] of values) {
      // A box that is not checked any more: the comment comes back.
      if (name.startsWith("remove-") && !value) body.append(name.replace("remove-", "restore-"), "on");
      else body.append(name, value);
    }
    for (const part of new Set(sent.map((field) => field.dataset.part))) this.addPart(body, part);
    return body;
  }

  addPart(body, part) {
    body.append(`version-${part}`, this.version(part)?.value ?? "");
    if (!this.form.elements.namedItem(`new-${part}`)) return;
    for (const name of ["new", "quote", "before", "message", "kind", "suggestion"]) {
      const field = this.form.elements.namedItem(`${name}-${part}`);
      if (field && !body.has(field.name)) body.append(field.name, field.value);
    }
  }

  // What the server answers --------------------------------------------------------------------------

  take({ versions, clashes, errors }, values) {
    this.tries = 0;
    for (const [part, version] of Object.entries(versions)) if (this.version(part)) this.version(part).value = version;
    for (const name of Object.keys(errors)) this.refused.add(name);
    for (const clash of clashes) this.blocked.add(clash.part);
    const failed = new Set([...Object.keys(errors), ...clashes.flatMap((clash) => Object.keys(clash.typed))]);
    for (const [name, value] of values) if (!failed.has(name)) this.stored.set(name, value);
    clashes.forEach((clash) => this.status.clash(clash));
    this.status.refused(errors);
    return this.dirty.length ? this.saveNow() : this.atRest();
  }

  atRest() {
    const isWhole = !this.dirty.length;
    if (!isWhole) {
      this.remember();
      this.status.say(this.blocked.size ? "clash" : "refused");
      return false;
    }
    this.forget();
    if (this.stored.size) this.status.say("saved");
    for (const resolve of this.waiting.splice(0)) resolve();
    return true;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), RETRIES[Math.min(this.tries++, RETRIES.length - 1)]);
  }

  // A person decided: theirs over the version that stands there now.
  decide(part, version) {
    if (this.version(part)) this.version(part).value = version;
    this.blocked.delete(part);
    return this.save();
  }

  // In this browser ---------------------------------------------------------------------------------

  name(key = this.form.dataset.key) {
    return `${PREFIX}${this.form.dataset.account}:${key}`;
  }

  remember() {
    if (this.isOver) return false;
    const { key, save, title } = this.form.dataset;
    const values = this.dirty.map((field) => [field.name, valueOf(field), field.dataset.part]);
    const parts = new Set(values.map(([, , part]) => part));
    const versions = [...parts].map((part) => [part, this.version(part)?.value ?? ""]);
    const added = [...parts].filter((part) => this.form.elements.namedItem(`new-${part}`)).map((part) => this.ofNew(part));
    const page = this.form.elements.namedItem("page").value;
    try {
      if (!values.length) localStorage.removeItem(this.name(key));
      else localStorage.setItem(this.name(key), JSON.stringify({ page, save, title, address: location.pathname, values, versions, added }));
      return true;
    } catch {
      return false;
    }
  }

  ofNew(part) {
    const names = ["new", "quote", "before", "message", "kind", "suggestion"];
    const found = names.map((name) => [name, this.form.elements.namedItem(`${name}-${part}`)?.value ?? ""]);
    return Object.fromEntries([["key", part], ...found]);
  }

  // After a sign-out nothing is left on this computer.
  end() {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  forget() {
    try {
      localStorage.removeItem(this.name());
    } catch {
      // Nothing was kept.
    }
  }

  kept(name = this.name()) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  }

  // What this text's page held when it was left before the server had it. It is sent as from that page.
  restore(kept) {
    this.form.elements.namedItem("page").value = kept.page;
    for (const [part, version] of kept.versions) if (this.version(part)) this.version(part).value = version;
    for (const [name, value] of kept.values) {
      const field = this.form.elements.namedItem(name);
      if (!field) continue;
      if (field.type === "checkbox") field.checked = value === "on";
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    return this.save();
  }

  // Texts of other students that were left before the server had them.
  async rescue(tell) {
    for (const name of Object.keys(localStorage).filter((each) => each.startsWith(this.name("")))) {
      const kept = name === this.name() ? null : this.kept(name);
      if (!kept) continue;
      const body = new FormData();
      body.append("page", kept.page);
      for (const [field, value] of kept.values) {
        if (field.startsWith("remove-") && !value) body.append(field.replace("remove-", "restore-"), "on");
        else body.append(field, value);
      }
      for (const [part, version] of kept.versions) body.append(`version-${part}`, version);
      for (const { key, ...fields } of kept.added) {
        for (const [field, value] of Object.entries(fields)) if (!body.has(`${field}-${key}`)) body.append(`${field}-${key}`, value);
      }
      const { status, answer } = await post(kept.save, body);
      if (status === 200 && answer && !answer.clashes.length && !Object.keys(answer.errors).length) localStorage.removeItem(name);
      else tell(kept);
    }
  }
}

// The token of the cookie, not of the page: signing in anew changes it.
function token() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return found ? found[1] : document.querySelector("[name=csrfmiddlewaretoken]").value;
}

// Status 0: no answer came.
export async function post(address, body) {
  const headers = { "X-CSRFToken": token(), Accept: "application/json" };
  try {
    const response = await fetch(address, { method: "POST", body, headers, redirect: "manual", signal: AbortSignal.timeout(ANSWER) });
    if (response.type === "opaqueredirect") return { status: 401, answer: null };
    const isJson = response.headers.get("Content-Type")?.includes("json");
    return { status: response.status, answer: isJson ? await response.json() : null };
  } catch {
    return { status: 0, answer: null };
  }
}
