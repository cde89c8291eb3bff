/* Pointer and keys inside the palette, and what opens and closes it. See desk/palette. */

import { notify } from "page";
import { filter, shownCodes } from "desk/codes";
import { textOf } from "desk/offsets";
import { choose, close, isOpen, open, reopen, save, settle, showTarget, tagByKey } from "desk/palette";

document.addEventListener("parallax:selected", (event) => open(event.detail));

document.addEventListener("parallax:refused", (event) => {
  const { entry, message } = event.detail;
  const words = message || "The server refused this tag.";
  if (textOf(entry.fields.revision) && !isOpen()) {
    reopen(entry, words);
    return;
  }
  const notice = notify(`Not saved: “${entry.fields.exact}”. ${words}`, "error");
  if (!textOf(entry.fields.revision)) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Open it again";
  button.addEventListener("click", () => {
    notice.remove();
    reopen(entry, words);
  });
  notice.append(" ", button);
});

// Before htmx and the browser: the outbox sends.
document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("#tag-form")) return; // its own `id` is one of its fields
    event.preventDefault();
    event.stopPropagation();
    if (event.submitter?.name === "code") choose(event.submitter);
    else save();
  },
  true,
);

document.addEventListener("pointerdown", (event) => {
  if (!isOpen() || event.target.closest("#tag-form, #notices, #meanings")) return;
  // A finger in the text may only scroll it; if it clears the selection, that is told.
  if (event.pointerType === "touch" && event.target.closest(".text")) return;
  close({ back: false });
});
document.addEventListener("parallax:unselected", () => close({ back: false }));

document.addEventListener("click", (event) => {
  if (event.target.closest(".palette-cancel")) close();
  if (event.target.closest(".palette-save")) save();
});

document.addEventListener("focusin", (event) => {
  if (event.target.closest("#tag-form")) showTarget();
});

document.addEventListener("input", (event) => {
  if (event.target.id !== "palette-search") return;
  filter(event.target.value);
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".palette-details")) settle();
}, true);

let frame = 0;
function resettle() {
  cancelAnimationFrame(frame);
  if (isOpen()) frame = requestAnimationFrame(settle);
}
addEventListener("resize", resettle);
document.addEventListener("scroll", (event) => {
  if (event.target.matches?.(".column, .columns")) resettle();
}, true);

document.addEventListener("keydown", (event) => {
  const palette = event.target.closest?.("#tag-form");
  if (!palette || event.isComposing) return;
  if (pressed(event, event.target)) {
    event.preventDefault();
    event.stopPropagation();
  }
});

/* Act on a key in the palette; false leaves it to the browser. */
function pressed(event, field) {
  const { key } = event;
  const inList = field.id === "palette-search" || field.name === "code";
  if (key === "Escape") close();
  else if (key === "Tab" && event.shiftKey && field.id === "palette-search") close();
  else if (inList && (key === "ArrowDown" || key === "ArrowUp")) walk(field, key === "ArrowDown");
  else if (key === "Enter" && field.id === "palette-search") chooseFirst();
  else if (key === "Enter" && field.matches(".palette-details input, .palette-details select")) save();
  else if (key === "Enter" && field.matches("textarea") && (event.ctrlKey || event.metaKey)) save();
  else if (field.name === "code" && /^[a-z0-9]$/.test(key) && !event.ctrlKey && !event.metaKey) {
    return tagByKey(key);
  } else return false;
  return true;
}

function chooseFirst() {
  const [first] = shownCodes();
  if (first) choose(first);
}

function walk(field, down) {
  const stops = [document.getElementById("palette-search"), ...shownCodes()];
  const next = stops.indexOf(field) + (down ? 1 : -1);
  stops[(next + stops.length) % stops.length].focus();
}
