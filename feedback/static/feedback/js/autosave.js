// Keeps what is typed: in this browser at once, on the server soon after, and again until it is there.
// Saves go one after the other, each over the version that the last one made. What the server answers
// other than "saved" is shown by one of the notices that the page holds ready.

const AFTER = 800; // milliseconds after the last key
const AT_LATEST = 5000; // while somebody types without a pause
const RETRIES = [2000, 4000, 8000, 15000, 30000];
const PREFIX = "marginalia-draft:";
const LEFT_BEHIND = 90_000; // older than any tab that still tries would leave it
const FIELDS = ["form_key", "version", "account", "previous", "assignment", "title", "text"];
const REASONS = { 401: "signed_out", 403: "account", 409: "conflict", 410: "gone" };

export class Autosave {
  constructor(form, notices) {
    this.form = form;
    this.notices = notices;
    this.tail = Promise.resolve(true);
    this.saved = this.content();
    this.blocked = false; // until a person decides
    this.tries = 0;
    addEventListener("online", () => this.retryNow());
    addEventListener("focus", () => this.retryNow());
  }

  field(name) {
    return this.form.elements.namedItem(name);
  }

  get key() {
    return this.form.dataset.key;
  }

  address(key = this.key) {
    return this.form.dataset.save.replace(this.key, key);
  }

  content() {
    return JSON.stringify(["previous", "assignment", "title", "text"].map((name) => this.field(name).value));
  }

  get isDirty() {
    return this.content() !== this.saved;
  }

  // Typing ------------------------------------------------------------------------------------

  changed() {
    this.remember();
    clearTimeout(this.timer);
    this.since ??= Date.now();
    const wait = Math.min(AFTER, Math.max(0, this.since + AT_LATEST - Date.now()));
    this.timer = setTimeout(() => this.save(), wait);
  }

  // True: the server has everything that this page holds.
  save(extra = {}) {
    clearTimeout(this.timer);
    this.since = null;
    this.tail = this.tail.then(() => this.saveNow(extra));
    return this.tail;
  }

  async saveNow(extra) {
    if (this.blocked && !extra.over) return false;
    if (!this.isDirty && !extra.over && !extra.file) return true;
    const content = this.content();
    this.notices.say("saving");
    const answer = await send(this.address(), this.body(extra), extra.progress);
    return this.take(answer, content);
  }

  body({ over, file }) {
    const body = new FormData();
    for (const name of FIELDS) body.append(name, this.field(name).value);
    if (over) body.append("over", "on");
    if (file) body.append("file", file);
    return body;
  }

  // The server's answer -------------------------------------------------------------------------

  take({ status, answer, retryAfter }, content) {
    if (status === 200) return this.wasSaved(answer, content);
    if (status in REASONS && (answer || status === 401)) {
      this.notices.show(REASONS[status], answer ?? {});
      this.blocked = status === 409 || status === 410;
      if (!this.blocked) this.later();
      return false;
    }
    if (status === 422) {
      this.notices.refused(answer?.errors ?? {});
      return false;
    }
    if (status === 400 || status === 413) {
      this.notices.say("tooLarge"); // as it is, it never will be saved: no other try
      return false;
    }
    this.notices.say(this.remember() ? "waiting" : "unkept"); // no answer, 5xx, 429, or a token that ran out
    this.later(retryAfter);
    return false;
  }

  wasSaved(answer, content) {
    this.tries = 0;
    this.blocked = false;
    this.saved = content;
    this.field("version").value = answer.version;
    this.field("over").value = "";
    this.field("attached").value = answer.filename;
    this.notices.clear();
    this.notices.say("saved");
    history.replaceState(history.state, "", answer.address + location.hash);
    document.body.dispatchEvent(new CustomEvent("draft:saved", { detail: answer }));
    if (this.isDirty) {
      this.remember();
      return this.saveNow({});
    }
    this.forget();
    return true;
  }

  later(seconds) {
    const wait = seconds ? seconds * 1000 : RETRIES[Math.min(this.tries, RETRIES.length - 1)];
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  retryNow() {
    if (this.tries > 0) this.save();
  }

  // Decisions of the person -----------------------------------------------------------------------

  useThis() {
    return this.save({ over: true });
  }

  keepAsNew(key) {
    this.forget();
    this.form.dataset.save = this.address(key);
    this.form.dataset.key = this.field("form_key").value = key;
    this.field("version").value = 0;
    this.blocked = false;
    this.saved = "";
    return this.save();
  }

  discard() {
    this.forget();
    this.saved = this.content(); // nothing is kept on the way out
    location.assign(location.pathname);
  }

  // In this browser -------------------------------------------------------------------------------

  name(key = this.key) {
    return `${PREFIX}${this.field("account").value}:${key}`;
  }

  // False: the browser keeps nothing, or the text is larger than it keeps.
  remember() {
    const kept = Object.fromEntries(FIELDS.map((name) => [name, this.field(name).value]));
    try {
      localStorage.setItem(this.name(), JSON.stringify({ ...kept, form_key: this.key, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.name());
    } catch {
      // Nothing was kept.
    }
  }

  // What this draft's page held when it was closed before the server had it.
  restore() {
    const kept = read(this.name());
    if (!kept) return;
    for (const name of ["assignment", "title", "text"]) this.field(name).value = kept[name] ?? "";
    if (!this.isDirty) return this.forget(); // it arrived, and only the answer was lost
    this.field("version").value = kept.version;
    this.save();
  }

  // Texts of other forms that were closed before the server had them: they become drafts now.
  async rescue() {
    for (const name of Object.keys(localStorage).filter((each) => each.startsWith(this.name("")))) {
      const kept = read(name);
      if (name === this.name() || !kept || Date.now() - kept.at < LEFT_BEHIND) continue;
      const body = new FormData();
      for (const field of FIELDS) body.append(field, kept[field] ?? "");
      const { status, answer } = await send(this.address(kept.form_key), body);
      if (status !== 200) continue;
      localStorage.removeItem(name);
      this.notices.rescued(kept.title || kept.text.trim().slice(0, 60), answer.address);
    }
  }
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

// The token of the cookie, not of the page: signing in anew changes it.
export function token() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return found ? found[1] : document.querySelector("[name=csrfmiddlewaretoken]").value;
}

// XMLHttpRequest, because it alone tells how far an upload is. Status 0: no answer came.
function send(address, body, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Accept", "application/json");
    request.timeout = progress ? 0 : 30_000;
    if (progress) request.upload.addEventListener("progress", progress);
    request.addEventListener("loadend", () => {
      done({ status: request.status, answer: parsed(request), retryAfter: Number(request.getResponseHeader("Retry-After")) });
    });
    request.send(body);
  });
}

function parsed(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}
