/* Choose among the sentences that may report a fact, and accept one, with a key each.

   Contract with the server: #report-offer holds .candidate elements, whose data-start and
   data-end are code points of the .text beside it, and buttons whose data-accept is their key.
   In a .candidate the buttons of the chosen one answer. As soon as a row of quotes holds words
   the keys are the form's, so that nobody sets a cell in other words than those selected. */

import { announce } from "page";
import { paint } from "desk/highlights";
import { rangeOf } from "desk/offsets";

const SETTING = ["r", "p", "n"];
const TYPED = "textarea, select, input:not([type=radio])";

function offer() {
  return document.getElementById("report-offer");
}

function chosen() {
  return offer()?.querySelector(".candidate.chosen");
}

/* Show in the text where the chosen sentence stands. */
function show({ scroll = false } = {}) {
  const text = document.querySelector(".report .text");
  const candidate = chosen();
  const ranges = [];
  if (text && candidate) {
    ranges.push(rangeOf(text, Number(candidate.dataset.start), Number(candidate.dataset.end)));
  }
  paint("parallax-offer", ranges);
  const shown = ranges[0] ?? [...(CSS.highlights?.get("parallax-quote") ?? [])][0];
  if (!text || !scroll || !shown) return;
  const box = text.closest(".report-column");
  box.scrollTop += shown.getBoundingClientRect().top - box.getBoundingClientRect().top - 40;
}

function choose(candidate) {
  for (const other of offer().querySelectorAll(".candidate")) {
    other.classList.toggle("chosen", other === candidate);
  }
  candidate.scrollIntoView({ block: "nearest" });
  show({ scroll: true });
  const words = candidate.querySelector("blockquote").textContent;
  announce(`Sentence ${candidate.querySelector(".candidate-key").textContent}: ${words}`);
}

function hasWords() {
  const rows = document.querySelectorAll("#report-form [data-part=exact]");
  return [...rows].some((row) => row.value.trim());
}

/* The button that a key stands for now, if there is one. */
function buttonFor(key) {
  const at = `[data-accept="${CSS.escape(key)}"]`;
  const own = chosen()?.querySelector(at);
  const others = [...offer().querySelectorAll(at)];
  const button = own ?? others.find((other) => !other.closest(".candidate"));
  return button && SETTING.includes(key) && hasWords() ? null : button;
}

function press(event) {
  if (!offer() || !event.target.closest?.(".report, body") || event.target.matches(TYPED)) return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const candidate = offer().querySelectorAll(".candidate")[Number(event.key) - 1];
  const target = event.key === "." ? offer().querySelector(".next-offer") : buttonFor(event.key);
  if (!candidate && !target) return;
  event.preventDefault();
  event.stopPropagation(); // the same letters choose a status in the form
  if (candidate) choose(candidate);
  else target.click();
}

document.addEventListener("keydown", press, { capture: true });

document.addEventListener("click", (event) => {
  const candidate = event.target.closest("#report-offer .candidate");
  if (candidate && !event.target.closest("a, button, summary")) choose(candidate);
});

/* A cell may be closed before its answer comes, which then has no place: ask for all instead. */
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (!target.matches(".ask-cell")) return;
  const dropIfClosed = (event) => {
    if (target.isConnected) return;
    event.preventDefault();
    document.body.dispatchEvent(new CustomEvent("suggestions-stale"));
  };
  target.addEventListener("htmx:beforeOnLoad", dropIfClosed, { once: true });
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!offer() || !detail.target.matches("#report-panel, #report-offer")) return;
  show({ scroll: true });
  if (detail.target.id === "report-offer" && document.activeElement === document.body) {
    document.querySelector(".report h2").focus(); // the button that was pressed is gone
  }
});
show({ scroll: true });
