/* Say what the bookmark is for when it is pressed where it would only open an empty page.

   Contract with the server: #clip-bookmark is a link with a javascript: address, to be dragged. */

import { notify } from "page";

document.addEventListener("click", (event) => {
  if (!event.target.closest("#clip-bookmark")) return;
  event.preventDefault();
  notify("Drag this button onto your bookmarks bar. It works on the pages of others, not here.", "warning");
});
