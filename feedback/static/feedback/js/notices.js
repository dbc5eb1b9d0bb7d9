// What the form says about keeping a draft: one status line, and notices that the page holds ready in
// its own language. Only shown and filled here, never written.

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }; // as the server writes times

export class Notices {
  constructor(root) {
    this.root = root;
    this.status = root.querySelector("[data-keeping-status]");
  }

  say(what) {
    const time = new Date().toLocaleTimeString(document.documentElement.lang, CLOCK);
    this.write(this.root.dataset[what].replace("{time}", time));
  }

  refused(errors) {
    const problem = Object.values(errors).flat().join(" ");
    this.write(this.root.dataset.refused.replace("{problem}", problem));
  }

  // A live region is read out when it changes: the same words again are no news.
  write(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  show(reason, answer) {
    this.clear();
    const notice = this.root.querySelector(`[data-clash="${reason}"]`);
    notice.hidden = false;
    this.write("");
    if (answer.sign_in) notice.querySelector("[data-sign-in]").href = answer.sign_in;
    if (answer.saved_at) {
      const at = new Date(answer.saved_at);
      notice.querySelector("[data-at]").textContent = at.toLocaleTimeString(document.documentElement.lang, CLOCK);
      notice.querySelector("[data-at]").dateTime = answer.saved_at;
    }
    if (answer.fresh) notice.querySelector("[data-keep-as-new]").dataset.keepAsNew = answer.fresh;
    if (answer.document) {
      const link = notice.querySelector("[data-document]");
      link.hidden = false;
      link.href = answer.document.address;
      link.textContent = answer.document.title;
    }
  }

  clear() {
    for (const notice of this.root.querySelectorAll("[data-clash]")) notice.hidden = true;
  }

  rescued(title, address) {
    const box = this.root.querySelector("[data-rescued]");
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = address;
    link.textContent = title;
    item.append(link);
    box.querySelector("[data-rescued-list]").append(item);
    box.hidden = false;
  }
}
