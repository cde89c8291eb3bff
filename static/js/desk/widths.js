/* Widths of the columns: separators between them, by pointer and by arrow keys.

   Contract with the server: none but the address, where widths=30,40,30 stands
   beside articles=; a column's share is --share in css/desk.css. */

const LEAST = 12; // percent of the row that a column keeps

const columns = () => document.getElementById("columns");
const open = () => [...columns().querySelectorAll(":scope > .column")];
const shareOf = (column) => Number(column.style.getPropertyValue("--share"));

function share(column, percent) {
  column.style.setProperty("--share", percent);
}

/* Put a separator before each column but the first, and give new columns their share. */
export function layOut(order) {
  const known = order.map(shareOf);
  const given = (new URLSearchParams(location.search).get("widths") ?? "").split(",").map(Number);
  const fits = given.length === order.length && given.every((width) => width >= LEAST);
  if (known.every((width) => !width)) {
    order.forEach((column, at) => share(column, fits ? given[at] : 100 / order.length));
  } else {
    const whole = known.reduce((sum, width) => sum + width, 0);
    order.forEach((column, at) => share(column, (known[at] * 100) / whole));
  }
  columns().querySelectorAll(":scope > .resizer").forEach((old) => old.remove());
  for (const column of order.slice(1)) column.before(separator(column));
}

/* Keep order and widths in the address, so that a reload and a sent link show the same. */
export function keepAddress() {
  const order = open();
  const kept = new URLSearchParams(location.search);
  kept.delete("article");
  kept.set("articles", order.map((column) => column.dataset.article).join(","));
  const widths = order.map((column) => Math.round(shareOf(column)));
  if (Math.max(...widths) - Math.min(...widths) > 1) kept.set("widths", widths.join(","));
  else kept.delete("widths");
  const query = kept.toString().replaceAll("%2C", ",").replaceAll("%40", "@");
  history.replaceState(history.state, "", `?${query}${location.hash}`);
}

function separator(column) {
  const bar = document.createElement("div");
  bar.className = "resizer";
  bar.tabIndex = 0;
  bar.setAttribute("role", "separator");
  bar.setAttribute("aria-orientation", "vertical");
  bar.setAttribute("aria-valuemin", LEAST);
  const outlet = column.previousElementSibling.querySelector(".outlet").textContent.trim();
  bar.setAttribute("aria-label", `Width of ${outlet}`);
  bar.setAttribute("aria-controls", column.previousElementSibling.id);
  say(bar, column.previousElementSibling, column);
  return bar;
}

function say(bar, left, right) {
  bar.setAttribute("aria-valuenow", Math.round(shareOf(left)));
  bar.setAttribute("aria-valuemax", Math.round(shareOf(left) + shareOf(right) - LEAST));
}

/* Give the left neighbour `percent` of the row; the right one gets the rest of both. */
function resize(bar, percent) {
  const left = bar.previousElementSibling;
  const right = bar.nextElementSibling;
  const both = shareOf(left) + shareOf(right);
  const width = Math.max(LEAST, Math.min(both - LEAST, percent));
  share(left, width);
  share(right, both - width);
  for (const each of columns().querySelectorAll(".resizer")) {
    say(each, each.previousElementSibling, each.nextElementSibling);
  }
}

let held = null; // {bar, x, width} while a pointer drags

document.addEventListener("pointerdown", (event) => {
  const bar = event.target.closest(".resizer");
  if (!bar) return;
  bar.setPointerCapture(event.pointerId);
  held = { bar, x: event.clientX, width: shareOf(bar.previousElementSibling) };
  event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  if (!held) return;
  const moved = ((event.clientX - held.x) * 100) / columns().clientWidth;
  resize(held.bar, held.width + moved);
});

for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    if (held) keepAddress();
    held = null;
  });
}

document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.(".resizer");
  if (!bar) return;
  const now = shareOf(bar.previousElementSibling);
  const wanted = { ArrowLeft: now - 2, ArrowRight: now + 2, Home: 0, End: 100 }[event.key];
  if (wanted === undefined) return;
  event.preventDefault();
  resize(bar, wanted);
  keepAddress();
});

document.addEventListener("dblclick", (event) => {
  if (!event.target.closest(".resizer")) return;
  const order = open();
  order.forEach((column) => share(column, 100 / order.length));
  layOut(order);
  keepAddress();
});
