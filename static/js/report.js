/* Set a cell: words selected in the article fill a row of quotes, one key chooses the status.

   Contract with the server: #report-form is a form with .quote-row elements, whose
   fields end in -start, -end, -exact, -occurrence, -stance and -speaker; #empty-quote
   is a template of one, numbered __prefix__. Places are code points, checked on the server;
   a row without start and end is looked up by its words, unless -span has them in an older
   text: then .older-words says so, and where they stand in this one. */

import "desk/caret";
import { announce } from "page";
import { paint } from "desk/highlights";
import { rangeOf } from "desk/offsets";
import { reportSelection, where } from "desk/selection";

const QUOTED = ["reported", "partial"];
const TYPED = "textarea, select, input:not([type=radio])";

function form() {
  return document.getElementById("report-form");
}

function field(row, part) {
  return row.querySelector(`[name$="-${part}"]`);
}

/* The row that a selection fills: the one it filled last, else the first without words. */
function openRow() {
  const rows = [...form().querySelectorAll(".quote-row")];
  return (
    rows.find((row) => row.classList.contains("open")) ??
    rows.find((row) => !field(row, "exact").value.trim()) ??
    addRow()
  );
}

function addRow() {
  const total = form().querySelector('[name$="-TOTAL_FORMS"]');
  const row = document.getElementById("empty-quote").content.cloneNode(true).firstElementChild;
  for (const element of row.querySelectorAll("[name], [id]")) {
    for (const name of ["name", "id"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace("__prefix__", total.value));
    }
  }
  total.value = Number(total.value) + 1;
  document.getElementById("another-quote").before(row);
  return row;
}

function open(row) {
  for (const other of form().querySelectorAll(".quote-row")) {
    other.classList.toggle("open", other === row);
  }
}

function place(row, { start, end, exact }) {
  field(row, "start").value = start;
  field(row, "end").value = end;
  field(row, "exact").value = exact;
  field(row, "occurrence").value = "";
  row.querySelector(".older-words")?.remove();
}

/* Where a row's words stand in the text: as chosen, or as those of an older text were carried. */
function placeOf(row) {
  const [start, end] = [field(row, "start").value, field(row, "end").value];
  if (start !== "" && end !== "") return [Number(start), Number(end)];
  return row.querySelector(".older-words")?.dataset.carried?.split("-").map(Number) ?? null;
}

/* Show in the text which words the rows hold. */
function show() {
  const text = document.querySelector(".report .text");
  if (!text) return;
  const ranges = [];
  for (const row of form().querySelectorAll(".quote-row")) {
    const place = placeOf(row);
    row.classList.toggle("placed", place !== null);
    if (place) ranges.push(rangeOf(text, ...place));
  }
  paint("parallax-quote", ranges);
}

document.addEventListener("parallax:selected", ({ detail }) => {
  if (!form() || detail.revision !== document.querySelector(".report .text").dataset.revision) return;
  const row = openRow();
  open(row);
  place(row, detail);
  const status = form().querySelector("[name=status]:checked");
  if (!QUOTED.includes(status?.value)) form().querySelector('[value="reported"]').checked = true;
  show();
  announce(`Quoted: ${detail.exact}`);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#another-quote")) {
    event.preventDefault();
    open(null);
    const row = openRow();
    open(row);
    field(row, "exact").focus();
  }
  const row = event.target.closest(".remove-quote")?.closest(".quote-row");
  if (!row) return;
  row.remove();
  open(null);
  openRow();
  show();
});

document.addEventListener("input", (event) => {
  const row = event.target.closest(".quote-row");
  if (!row) return;
  const part = event.target.dataset.part;
  if (part === "exact" || part === "occurrence") {
    field(row, "start").value = field(row, "end").value = "";
    row.querySelector(".older-words")?.remove();
    show();
  }
  const stance = field(row, "stance");
  if (part === "speaker" && event.target.value && stance.value === "asserted") {
    stance.value = "attributed";
  }
});

/* The keyboard's caret starts at the top of the text. */
document.addEventListener("focusin", (event) => {
  const text = event.target.closest(".report .text");
  if (text && where()?.text !== text) getSelection().collapse(text.firstElementChild, 0);
});

document.addEventListener("keydown", (event) => {
  const report = event.target.closest(".report");
  if (!report || event.altKey) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form().querySelector("[name=next]").click();
  } else if (event.key === "Enter" && event.target.matches(".text")) {
    reportSelection();
  } else if (!event.ctrlKey && !event.metaKey && !event.target.matches(TYPED)) {
    const radio = form().querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!radio) return;
    radio.checked = true;
    radio.focus();
  }
});

document.addEventListener("htmx:afterSettle", show);
show();
