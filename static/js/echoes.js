/* Echoes by keyboard: rows, ticks, and undo.

   Contract with the server: #echoes holds tr.echo[tabindex=-1], each with a box [name=echo]
   if it may be tagged; #ticked-count says how many are; #tick-all ticks those of the page.
   `data-key` is the letter that works a button. */

const FIELDS = "input:not([type=checkbox]), select, textarea";

const rows = () => [...document.querySelectorAll("#echoes .echo")];
const boxes = () => [...document.querySelectorAll("#echoes [name=echo]")];
const current = () => document.activeElement?.closest(".echo");
const ticked = () => boxes().filter((box) => box.checked).length;

let last = null; // the box that was ticked before, from which Shift goes on

function tell() {
  const all = document.getElementById("tick-all");
  if (!all) return;
  const count = ticked();
  document.getElementById("ticked-count").textContent = count ? `the ${count} ticked` : "the ticked";
  all.textContent = count === boxes().length ? "Tick none" : "Tick all here";
}

function move(step) {
  const every = rows();
  const at = every.indexOf(current());
  const next = at < 0 ? every[step > 0 ? 0 : every.length - 1] : every[at + step];
  if (!next) {
    if (step > 0) document.getElementById("echoes-more")?.focus();
    return;
  }
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function press(key) {
  if (key === "j" || key === "ArrowDown") return move(1), true;
  if (key === "k" || key === "ArrowUp") return move(-1), true;
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (button) return button.click(), true;
  const row = current();
  if (key === "x" && row) return row.querySelector("[name=echo]")?.click(), true;
  if (key === "Enter" && document.activeElement === row) return row?.querySelector(".kwic-words").click(), true;
  return false;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest(FIELDS)) return;
  // The arrows scroll the page until a row is chosen.
  if (event.key.startsWith("Arrow") && !current()) return;
  if (press(event.key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#tick-all")) {
    const on = ticked() < boxes().length;
    for (const box of boxes()) box.checked = on;
    tell();
  }
  const box = event.target.closest("[name=echo]");
  if (!box) return;
  const all = boxes();
  if (event.shiftKey && last) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const between of all.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
  tell();
});

tell();
