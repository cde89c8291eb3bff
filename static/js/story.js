/* Open the desk with the articles in the order in which they were ticked.

   Contract with the server: #article-choice is a GET form to the desk with
   checkboxes `article`; the desk reads them, or `articles=3,1,2` in that order.
   Each box has an <output class="place"> beside it for its place in the row. */

const ticked = []; // ids in the order of ticking

const form = () => document.getElementById("article-choice");
const boxes = () => [...form().querySelectorAll("input[name=article]")];

function show() {
  for (const box of boxes()) {
    const place = ticked.indexOf(box.value);
    box.closest("label").querySelector(".place").textContent = place < 0 ? "" : place + 1;
  }
  const button = form().querySelector("button");
  button.textContent = ticked.length ? `Open ${ticked.length} on the desk` : "Open the desk";
}

function follow(box) {
  const place = ticked.indexOf(box.value);
  if (box.checked && place < 0) ticked.push(box.value);
  if (!box.checked && place >= 0) ticked.splice(place, 1);
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("#article-choice input[name=article]")) return;
  follow(event.target);
  show();
});

document.addEventListener("submit", (event) => {
  if (event.target !== form() || !ticked.length) return;
  event.preventDefault();
  location.assign(`${form().action}?articles=${ticked.join(",")}`);
});

// Going back, the browser ticks the boxes again without an event.
addEventListener("pageshow", () => {
  if (!form()) return;
  boxes().forEach(follow);
  const help = document.getElementById("choice-help");
  help.textContent = help.dataset.ordered;
  show();
});
