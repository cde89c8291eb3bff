/* Keys of the desk that are neither the caret's (desk/caret) nor the palette's (desk/picking).

   Codes have the letters and digits; commands have the other keys. The list that
   readers see is the dialog #keys in templates/annotations/_desk_keys.html. */

import { announce } from "page";
import { isReached, showReached, toTag } from "desk/entries";
import { step } from "desk/history";
import { close, isOpen, open, search, tagByKey, voice } from "desk/palette";
import { selected } from "desk/selection";

const FIELDS = "input, textarea, select, [contenteditable], dialog";

const texts = () => [...document.querySelectorAll(".column .text")];

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const text = event.target.closest?.(".text");
  const typing = event.target.closest?.(FIELDS);
  if (everywhere(event) || (!typing && onPage(event)) || (text && inText(event, text))) {
    event.preventDefault();
  }
});

function everywhere(event) {
  if (event.key === "F6") return turnTo(event.shiftKey ? -1 : 1);
  const digit = event.altKey && !event.ctrlKey && event.code.match(/^Digit([1-9])$/);
  return digit ? focusOn(texts()[digit[1] - 1]) : false;
}

function onPage(event) {
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  const key = event.key.toLowerCase();
  if (command && key === "z") step(event.shiftKey ? "redo" : "undo");
  else if (command && key === "y") step("redo");
  else if (event.key === "?" && !command) document.getElementById("keys")?.showModal();
  else return false;
  return true;
}

function inText(event, text) {
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
  if (!plain && !event.getModifierState("AltGraph")) return false;
  if (event.key === "]" || event.key === ".") toTag(text, 1);
  else if (event.key === "[" || event.key === ",") toTag(text, -1);
  else if (event.key === "Enter" && isReached() && !isOpen()) showReached();
  else if (event.key === "Enter" || event.key === "/") search();
  else if (event.key === "'" || event.key === '"') voice();
  else if (event.key === "=") toEchoes();
  else if (event.key === "Tab" && !event.shiftKey && isOpen()) search();
  else if (event.key === "Escape") leave();
  else if (plain && !event.shiftKey && !event.repeat) return tagByKey(letterOf(event));
  else return false;
  return true;
}

/* The key's letter or digit; on a keyboard of another script, what a Latin one has there. */
function letterOf({ key, code }) {
  if (/^[a-z0-9]$/i.test(key)) return key.toLowerCase();
  const latin = /^[^\x00-\x7f]$/.test(key) && code.match(/^Key([A-Z])$/);
  return latin ? latin[1].toLowerCase() : "";
}

/* To where else the selected words occur; the palette's link knows the address. */
function toEchoes() {
  const found = selected();
  if (found) open(found);
  if (isOpen()) document.querySelector("#tag-form .palette-echoes").click();
  else announce("Select words first.");
}

function leave() {
  if (isOpen()) close();
  else getSelection().collapseToStart();
}

function turnTo(way) {
  const stops = texts();
  const now = stops.findIndex((text) => text.closest(".column").contains(document.activeElement));
  const next = now < 0 ? 0 : (now + way + stops.length) % stops.length;
  return focusOn(stops[next]);
}

function focusOn(text) {
  if (!text) return false;
  close({ back: false });
  text.closest(".column").scrollIntoView({ block: "nearest", inline: "nearest" });
  text.focus({ preventScroll: true });
  return true;
}

document.addEventListener("click", (event) => {
  const keys = document.getElementById("keys");
  if (event.target.closest("#show-keys")) keys.showModal();
  else if (event.target === keys) keys.close(); // its backdrop
});
