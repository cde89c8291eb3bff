/* The palette of codes at the selection: open, choose, save, close.

   Contract with the server: #tag-form (hidden until there is a selection) with
   .palette-quote, #palette-search, buttons [name=code] and the details of
   desk/details. Its fields go to the outbox with id, revision, start, end and exact. */

import { announce } from "page";
import { filter, rememberCode, showRecent } from "desk/codes";
import { askDetails, clearDetails, fillDetails, rememberDetails, toggleVoice } from "desk/details";
import { paint } from "desk/highlights";
import { lead } from "desk/leading";
import { rangeOf, textOf } from "desk/offsets";
import { put } from "desk/outbox";
import { placeAt } from "desk/placing";
import { selected, selectSpan } from "desk/selection";

let span = null; // what the palette is about; null: closed
let chosen = null; // the button of a code that waits for its details

const form = () => document.getElementById("tag-form");

export function isOpen() {
  return span !== null;
}

/* Open at `found`, leaving the focus where it is; the same words again change nothing. */
export function open(found) {
  if (span && ["revision", "start", "end"].every((name) => span[name] === found[name])) return;
  clearDetails(form());
  span = found;
  chosen = null;
  const { exact } = found;
  form().querySelector(".palette-quote").textContent =
    exact.length > 90 ? `${exact.slice(0, 60)} … ${exact.slice(-25)}` : exact;
  form().querySelector(".palette-error")?.remove();
  lead(form(), found);
  form().hidden = false;
  showRecent();
  filter("");
  settle();
}

/* Close; the focus, if it was here, and the selection go back to the text. */
export function close({ back = true } = {}) {
  if (!span) return;
  const was = span;
  const held = form().contains(document.activeElement);
  span = null;
  form().hidden = true;
  document.getElementById("palette-search").value = "";
  paint("parallax-target", []);
  if (!back || !held) return;
  textOf(was.revision)?.focus({ preventScroll: true });
  selectSpan(was);
}

export function settle() {
  if (span && textOf(span.revision)) placeAt(form(), span);
}

/* The browser drops its selection when a field takes the focus: show it ourselves. */
export function showTarget() {
  const text = span && textOf(span.revision);
  if (text) paint("parallax-target", [rangeOf(text, span.start, span.end)]);
}

export function search() {
  const found = span ?? selected();
  if (!found) {
    announce("Select words first.");
    return;
  }
  open(found);
  document.getElementById("palette-search").focus({ preventScroll: true });
}

/* Tag by hot-key. False if no code has it. */
export function tagByKey(key) {
  const button = form().querySelector(`li[data-hotkey="${CSS.escape(key)}"] button[name=code]`);
  const found = span ?? selected();
  if (button && found) {
    open(found);
    choose(button);
  } else if (button) announce("Select words first.");
  return Boolean(button);
}

export function voice() {
  const found = span ?? selected();
  if (!found) return;
  open(found);
  announce(toggleVoice(form(), span.revision));
  settle();
}

/* Tag with a code, after its details where it asks for them. */
export function choose(button) {
  const again = chosen?.value === button.value;
  const { target, polarity } = form().elements;
  chosen = button;
  const complete = target.value.trim() && polarity.value;
  if (button.hasAttribute("data-asks-target") && !(again && complete)) {
    askDetails(form(), button);
    settle();
  } else save();
}

export function save() {
  if (!span) return;
  if (!chosen) {
    announce("Choose a code.");
    document.getElementById("palette-search").focus();
    return;
  }
  const fields = Object.fromEntries(new FormData(form()));
  Object.assign(fields, span, { id: newId(), code: chosen.value });
  delete fields.csrfmiddlewaretoken;
  rememberCode(chosen.value);
  rememberDetails(fields);
  close();
  put({ url: form().action, fields });
}

/* Open again with what the server refused. */
export function reopen({ fields }, message) {
  const { revision, start, end, exact, code } = fields;
  close({ back: false });
  open({ revision, start, end, exact });
  fillDetails(form(), fields);
  chosen = form().querySelector(`#palette-codes button[value="${CSS.escape(code)}"]`);
  const error = document.createElement("p");
  error.className = "palette-error error";
  error.setAttribute("role", "alert");
  error.textContent = message;
  form().prepend(error);
  if (chosen) askDetails(form(), chosen);
  settle();
}

/* A UUID of version 4; randomUUID is missing where the page does not come by https. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
