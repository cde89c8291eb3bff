/* Puts the palette where it hides neither the words it is about nor itself.

   css/palette.css reads --left and --top, and .definitions-left when the definition
   of a code finds no room on the right. On narrow screens it is a sheet at the
   bottom, and the words are scrolled up from under it. */

import { rangeOf, textOf } from "desk/offsets";

const GAP = 8;
const DEFINITION = 300; // px that a definition beside the palette takes

export function placeAt(form, span) {
  const text = textOf(span.revision);
  const lines = [...rangeOf(text, span.start, span.end).getClientRects()].filter((r) => r.width);
  if (!lines.length) return;
  const first = lines[0];
  const end = lines.at(-1);
  if (matchMedia("(max-width: 40rem)").matches) {
    const sheet = form.getBoundingClientRect();
    if (end.bottom > sheet.top - GAP) {
      text.closest(".column").scrollBy(0, end.bottom - sheet.top + 2 * GAP);
    }
    return;
  }
  const { offsetWidth: width, offsetHeight: height } = form;
  const left = Math.max(GAP, Math.min(end.left, innerWidth - width - GAP));
  const column = text.closest(".column").getBoundingClientRect();
  let top = end.bottom + GAP;
  if (top + height > innerHeight - GAP) top = first.top - GAP - height;
  top = Math.max(column.top, Math.min(top, innerHeight - height - GAP));
  form.style.setProperty("--left", `${left}px`);
  form.style.setProperty("--top", `${top}px`);
  form.classList.toggle("definitions-left", left + width + DEFINITION > innerWidth);
}
