/* Say on the button how many pages of a harvest are ticked.

   Contract with the server: #harvest-pages is a POST form with checkboxes `page`, and one button
   named `action` with the value `fetch`. */

function count() {
  const form = document.getElementById("harvest-pages");
  const button = form?.querySelector("[value=fetch]");
  if (!button) return;
  const ticked = form.querySelectorAll("input[name=page]:checked").length;
  button.textContent = ticked ? `Fetch ${ticked} page${ticked === 1 ? "" : "s"}` : "Fetch the ticked pages";
}

document.addEventListener("change", (event) => {
  if (event.target.matches("#harvest-pages input[name=page]")) count();
});

// Going back, the browser ticks the boxes again without an event.
addEventListener("pageshow", count);
