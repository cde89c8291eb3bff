/* A small card that names the codes of the mark under the pointer or the caret.

   Contract with the server: mark[data-a] and the entries of desk/entries. It is
   made here, hidden from screen readers: the caret announces the same. */

import { where } from "desk/selection";

const MOST = 6;

function cardFor(ids) {
  const entries = ids.map((id) => document.getElementById(`a-${id}`)).filter(Boolean);
  const lines = entries.slice(0, MOST).map((entry) => {
    const line = document.createElement("span");
    line.append(entry.querySelector(".code-chip").cloneNode(true));
    line.append(` ${entry.querySelector("small").textContent}`);
    return line;
  });
  if (entries.length > MOST) lines.push(`and ${entries.length - MOST} more`);
  return lines;
}

function show(mark) {
  const lines = mark ? cardFor(mark.dataset.a.split(" ")) : [];
  let card = document.getElementById("mark-card");
  if (!lines.length) {
    card?.remove();
    return;
  }
  if (!card) {
    card = document.createElement("div");
    card.id = "mark-card";
    card.setAttribute("aria-hidden", "true");
    document.getElementById("desk").append(card);
  }
  card.replaceChildren(...lines);
  const [line] = mark.getClientRects();
  const left = Math.max(8, Math.min(line.left, innerWidth - card.offsetWidth - 8));
  const above = line.top - card.offsetHeight - 6;
  card.style.setProperty("--left", `${left}px`);
  card.style.setProperty("--top", `${above > 8 ? above : line.bottom + 12}px`);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "touch" && !event.buttons) show(event.target.closest(".text mark[data-a]"));
});
document.addEventListener("pointerdown", () => show(null));
document.addEventListener("scroll", () => show(null), true);

document.addEventListener("keyup", (event) => {
  if (!event.target.closest?.(".text") || !/^Arrow|^[[\].,]$|Home|End/.test(event.key)) return;
  const at = where();
  const node = at && getSelection().getRangeAt(0).startContainer;
  show(node?.parentElement.closest("mark[data-a]"));
});
