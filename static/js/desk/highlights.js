/* Paints ranges without touching the DOM: the CSS Custom Highlight API.

   The names are those of css/marks.css: parallax-pending (tagged, not saved yet),
   parallax-target (what the palette is about), parallax-flash (arrived here).
   A browser without the API shows none of them, and loses nothing else. */

export function paint(name, ranges) {
  if (!CSS.highlights) return;
  if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
  else CSS.highlights.delete(name);
}
