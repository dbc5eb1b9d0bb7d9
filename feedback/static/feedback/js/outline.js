// The list of sections: open where it stands beside the text, and marked at what is read.

const WIDE = window.matchMedia("(min-width: 64rem)");

const list = () => document.querySelector(".outline details");

function fit() {
  if (list()) list().open = WIDE.matches;
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const link = document.querySelector(`#outline a[href="#${entry.target.id}"]`);
      if (entry.isIntersecting) link?.setAttribute("aria-current", "true");
      else link?.removeAttribute("aria-current");
    }
  },
  { rootMargin: "-20% 0px -70% 0px" },
);

function watch() {
  seen.disconnect();
  document.querySelectorAll(".section").forEach((section) => seen.observe(section));
}

WIDE.addEventListener("change", fit);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "document") fit();
  watch();
});
fit();
watch();
