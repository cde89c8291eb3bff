/* Cases by keyboard.

   Contract with the server: #cases holds li.case[tabindex=-1], each with a link .to-desk; the
   links to other pages have rel=prev and rel=next. */

const FIELDS = "input, select, textarea";

const cases = () => [...document.querySelectorAll("#cases .case")];
const current = () => document.activeElement?.closest(".case");

function move(step) {
  const every = cases();
  const at = every.indexOf(current());
  const next = at < 0 ? every[step > 0 ? 0 : every.length - 1] : every[at + step];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function press(key) {
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1), true;
  const link = { "]": "a[rel=next]", "[": "a[rel=prev]" }[key];
  if (link) return document.querySelector(link)?.click(), true;
  if (key !== "Enter" || document.activeElement !== current()) return false;
  current()?.querySelector(".to-desk").click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!event.target.closest(FIELDS) && press(event.key)) event.preventDefault();
});
