/* One fact by keyboard: from report to report, and from fact to fact.

   Contract with the server: each report is a [data-report] that can take the focus; within it
   [data-key] names the key that follows a link of the report that has the focus. a[rel=prev]
   and a[rel=next] in .fact-steps lead to the other facts. */

const FIELDS = "input, select, textarea, [contenteditable]";
const STEPS = { j: 1, k: -1 };
const FACTS = { n: "next", p: "prev" };

const reports = () => [...document.querySelectorAll("[data-report]")];
const current = () => document.activeElement?.closest("[data-report]");

function step(by) {
  const all = reports();
  const at = all.indexOf(current());
  const next = at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[at + by];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest(FIELDS)) return;
  const { key } = event;
  const link =
    key in FACTS
      ? document.querySelector(`.fact-steps a[rel=${FACTS[key]}]`)
      : /^[a-z]$/.test(key) && current()?.querySelector(`[data-key=${key}]`);
  if (!(key in STEPS) && !link) return;
  event.preventDefault();
  if (link) link.click();
  else step(STEPS[key]);
});
