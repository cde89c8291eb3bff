/* Arrow keys between the boxes of the assignments.

   Contract with the server: table#parts has a row per story and a cell per person; a cell that
   can be changed holds one checkbox. */

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function boxAt(row, column) {
  return row?.cells[column]?.querySelector("input[type=checkbox]");
}

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const cell = event.target.closest?.("#parts tbody td");
  if (!step || !cell || event.target.type !== "checkbox" || event.ctrlKey || event.metaKey) return;
  const rows = [...cell.closest("tbody").rows];
  let row = rows.indexOf(cell.parentElement) + step[0];
  let column = cell.cellIndex + step[1];
  // Cells without a box, as of people who left, are passed over.
  while (rows[row]?.cells[column] && !boxAt(rows[row], column)) {
    row += step[0];
    column += step[1];
  }
  const box = boxAt(rows[row], column);
  if (!box) return;
  event.preventDefault();
  box.focus();
});
