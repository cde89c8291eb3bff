/* Walk the matrix with the arrow keys, open a cell beside it, and find the way back.

   Contract with the server: #matrix holds a table of role grid, whose cells are
   #cell-{fact}-{article}, each with an a.cell-open that htmx loads into #report-panel;
   what arrives there is a .report whose data-cell names its cell, and the keyboard goes on at
   its alert, its data-focus or its heading. An empty answer closes the panel. Only the cell that the keyboard stands on is a tab stop. */

const CELLS = "[role=gridcell], [role=rowheader], [role=columnheader]";
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
let here = ""; // id of the cell that the keyboard stands on

function panel() {
  return document.getElementById("report-panel");
}

function cellAround(node) {
  return node.closest?.("#matrix")?.contains(node) ? node.closest(CELLS) : null;
}

/* Make the cell that the keyboard stands on the grid's only tab stop. */
function settle() {
  const cells = [...document.querySelectorAll("#matrix table :is(" + CELLS + ")")];
  const current = cells.find((cell) => cell.id && cell.id === here) ?? cells[0];
  for (const cell of cells) {
    cell.tabIndex = cell === current ? 0 : -1;
    for (const inner of cell.querySelectorAll("a, button")) inner.tabIndex = cell.tabIndex;
  }
  const open = panel()?.querySelector(".report")?.dataset.cell;
  for (const cell of document.querySelectorAll("#matrix td")) {
    if (cell.id === open) cell.setAttribute("aria-current", "true");
    else cell.removeAttribute("aria-current");
  }
}

function stand(cell) {
  here = cell.id;
  settle();
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function step(cell, [down, across]) {
  const rows = [...document.querySelectorAll("#matrix tr")];
  const row = rows.indexOf(cell.parentElement);
  const column = [...cell.parentElement.children].indexOf(cell);
  return rows[row + down]?.children[column + across];
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel()?.querySelector(".report")) return close();
  const cell = cellAround(event.target);
  if (!cell || event.altKey || event.metaKey) return undefined;
  let to = STEPS[event.key] && step(cell, STEPS[event.key]);
  if (event.key === "Home") to = cell.parentElement.children[1];
  if (event.key === "End") to = cell.parentElement.lastElementChild;
  if (to) {
    event.preventDefault();
    stand(to);
  } else if (event.key === "Enter" && event.target === cell) {
    event.preventDefault();
    cell.querySelector("a")?.click();
  }
  return undefined;
});

document.addEventListener("focusin", (event) => {
  const cell = cellAround(event.target);
  if (!cell || cell.id === here) return;
  here = cell.id;
  settle();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#report-panel .close-report")) {
    event.preventDefault();
    return close();
  }
  const cell = cellAround(event.target);
  if (cell && event.target.closest(".to-desk")) {
    history.replaceState(history.state, "", `#${cell.id}`); // the browser's Back comes to the cell
  } else if (cell?.matches("td") && !event.target.closest("a, button") && getSelection().isCollapsed) {
    cell.querySelector(".cell-open").click();
  }
  return undefined;
});

function close() {
  panel().replaceChildren();
  settle();
  if (here) document.getElementById(here)?.focus();
}

document.addEventListener("htmx:afterSettle", (event) => {
  const report = event.detail.target === panel() ? panel().querySelector(".report") : null;
  if (report) {
    here = report.dataset.cell;
    document.getElementById(here)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    (report.querySelector("[role=alert], [data-focus]") ?? report.querySelector("h2")).focus();
  } else if (event.detail.target === panel()) {
    close();
  }
  settle();
});

function arrive() {
  const cell = document.getElementById(location.hash.slice(1));
  if (cell?.matches(CELLS)) stand(cell);
  else settle();
}

document.addEventListener("htmx:historyRestore", settle);
addEventListener("hashchange", arrive);
arrive();
