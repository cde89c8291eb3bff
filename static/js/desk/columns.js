/* Columns: move and close. What is open, in which order, stands in the address.

   Contract with the server: #columns holds .column[data-article]; their links
   .move-left, .move-right and .close-column lead to the same desk with other
   ?articles=, and so work without this file, at the price of a page load.
   Every input [name=articles] follows. A column is dragged by its .column-bar.
   Widths are desk/widths. */

import { announce } from "page";
import { drawTabs } from "desk/tabs";
import { keepAddress, layOut } from "desk/widths";

const columns = () => document.getElementById("columns");
const open = () => [...columns().querySelectorAll(":scope > .column")];
const outletOf = (column) => column.querySelector(".outlet").textContent.trim();

/* Bring address, links, tabs and side list in line with the columns. */
function follow() {
  const order = open();
  const ids = order.map((column) => column.dataset.article);
  for (const input of document.querySelectorAll("input[name=articles]")) input.value = ids.join(",");
  order.forEach((column, at) => {
    const others = ids.filter((_, index) => index !== at);
    link(column, "move-left", at > 0 && swapped(ids, at - 1, at));
    link(column, "move-right", at + 1 < ids.length && swapped(ids, at, at + 1));
    link(column, "close-column", ids.length > 1 && others);
    column.querySelector(".column-bar").draggable = ids.length > 1;
  });
  sortLists(order);
  layOut(order);
  keepAddress();
  drawTabs(order);
}

/* Only if need be: to move a list of thousands is slow. */
function sortLists(order) {
  const listOf = ({ dataset }) =>
    document.querySelector(`#annotation-list > [data-revision="${dataset.revision}"]`);
  const lists = order.map(listOf).filter(Boolean);
  const sorted = lists.every((list, at) => list === (lists[at - 1]?.nextElementSibling ?? list));
  if (!sorted) document.getElementById("annotation-list").prepend(...lists);
}

function link(column, name, ids) {
  const LABELS = { "move-left": ["←", "Move # to the left"], "move-right": ["→", "Move # to the right"] };
  const tools = column.querySelector(".column-tools");
  let anchor = tools.querySelector(`.${name}`);
  if (!anchor && ids && LABELS[name]) {
    anchor = document.createElement("a");
    anchor.className = name;
    anchor.textContent = LABELS[name][0];
    anchor.setAttribute("aria-label", LABELS[name][1].replace("#", outletOf(column)));
    tools.insertBefore(anchor, tools.querySelector(".close-column"));
    if (name === "move-left") tools.prepend(anchor);
  }
  if (!anchor) return;
  anchor.hidden = !ids;
  if (ids) anchor.href = `?articles=${ids.join(",")}`;
}

function swapped(ids, left, right) {
  const moved = [...ids];
  [moved[left], moved[right]] = [ids[right], ids[left]];
  return moved;
}

function move(column, before) {
  const scrolled = open().map((each) => [each, each.scrollTop]);
  columns().insertBefore(column, before);
  for (const [each, top] of scrolled) each.scrollTop = top;
  follow();
  announce(`${outletOf(column)} is column ${open().indexOf(column) + 1} of ${open().length}.`);
}

document.addEventListener("click", (event) => {
  const anchor = event.target.closest(".column-tools a");
  if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const column = anchor.closest(".column");
  const order = open();
  const at = order.indexOf(column);
  if (anchor.matches(".close-column")) {
    const said = `${outletOf(column)} closed.`;
    document.querySelector(`#annotation-list > [data-revision="${column.dataset.revision}"]`)?.remove();
    column.remove();
    follow();
    (open()[at] ?? open()[at - 1]).querySelector(".text").focus({ preventScroll: true });
    announce(said);
    return;
  }
  move(column, anchor.matches(".move-left") ? order[at - 1] : (order[at + 2] ?? null));
  const again = anchor.hidden ? column.querySelector(".column-tools a:not([hidden])") : anchor;
  again.focus({ preventScroll: true });
});

let dragged = null;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".column-bar")?.parentElement ?? null;
  if (dragged) event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  if (dragged && event.target.closest?.("#columns")) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const target = event.target.closest?.(".column");
  if (!dragged || !target || target === dragged) return;
  event.preventDefault();
  const { left, width } = target.getBoundingClientRect();
  const order = open().filter((column) => column !== dragged);
  const after = event.clientX > left + width / 2 ? 1 : 0;
  move(dragged, order[order.indexOf(target) + after] ?? null);
});

document.addEventListener("dragend", () => {
  dragged = null;
});

if (columns()) follow();
