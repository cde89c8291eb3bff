/* Reading a prose diff: from change to change, and from one view to the other at the same place.

   Contract with the server: #diff holds .row[id], those with a change have [data-change] and can
   take the focus; [data-step] are buttons for the next (1) and the previous one (-1), #diff-at
   says which it is; a[data-view] lead to the same diff in another view. */

const FIELDS = "input, select, textarea, [contenteditable]";
const KEYS = { n: 1, p: -1 };
let latest = null; // the row that was stepped to, for who goes on with the buttons

const bar = () => document.querySelector(".diff-bar").getBoundingClientRect().bottom;
const changes = () => [...document.querySelectorAll("#diff [data-change]")];

/* The first of `rows` that is not above what can be seen. */
function firstInView(rows) {
  const top = Math.max(0, bar());
  return rows.findIndex((row) => row.getBoundingClientRect().bottom > top + 1);
}

/* The index of the change before or after the one that was last stepped to, or else is in view. */
function target(rows, by) {
  const active = document.activeElement;
  const here = rows.indexOf(active.closest("[data-step]") ? latest : active.closest("[data-change]"));
  if (here >= 0) return here + by;
  const near = firstInView(rows);
  if (near < 0) return rows.length - 1;
  return by > 0 ? near : near - 1;
}

function step(by) {
  const rows = changes();
  if (!rows.length) return;
  const to = Math.min(Math.max(target(rows, by), 0), rows.length - 1);
  latest = rows[to];
  latest.focus({ preventScroll: true });
  latest.scrollIntoView({ block: "start" });
  document.getElementById("diff-at").textContent = `${to + 1} of `;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!(event.key in KEYS) || event.target.closest(FIELDS)) return;
  event.preventDefault();
  step(KEYS[event.key]);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button) step(Number(button.dataset.step));
  const link = event.target.closest("a[data-view]");
  if (!link) return;
  const rows = [...document.querySelectorAll("#diff .row")].filter((row) => row.offsetParent);
  const row = rows[firstInView(rows)];
  if (row && scrollY > 0) link.hash = row.id;
});
