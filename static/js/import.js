/* What HTML cannot do on the import pages: count the words that stay, tick many
   lines at once, and say that a file is too large before it is sent.

   Contract with the server: #draft holds a checkbox `keep` per line with
   data-words, and one item with data-words for the rest of a very long text; .drop
   and .flag are cleaning's verdicts. #upload holds the file input, whose
   data-most is the largest size of one file in bytes. The server checks again. */

const MEGABYTE = 1024 * 1024;

function count() {
  const staying = document.querySelectorAll("#draft input:checked[data-words], #draft li[data-words]");
  let words = 0;
  for (const line of staying) words += Number(line.dataset.words);
  document.getElementById("word-count").value = words;
}

function tick(kind) {
  for (const box of document.querySelectorAll("#draft input[name=keep]")) {
    if (kind === "keep") box.checked = true;
    else if (box.closest(".line").matches(".drop")) box.checked = false;
  }
  count();
}

function showChosen(input) {
  const most = Number(input.dataset.most);
  const items = [...input.files].map((file) => {
    const item = document.createElement("li");
    const size = document.createElement("span");
    const name = document.createElement("span");
    name.textContent = file.name;
    size.textContent = file.size < MEGABYTE / 10
      ? `${Math.ceil(file.size / 1024)} kB`
      : `${(file.size / MEGABYTE).toFixed(1)} MB`;
    if (file.size > most) {
      item.className = "too-large";
      size.textContent += `: too large, at most ${most / MEGABYTE} MB`;
    }
    item.append(name, size);
    return item;
  });
  const list = document.getElementById("chosen");
  list.replaceChildren(...items);
  list.hidden = !items.length;
  // When nothing of what is chosen can be read, there is no point in sending it.
  const hopeless = items.length > 0 && items.every((item) => item.className);
  document.querySelector("#upload button").disabled = hopeless;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("#draft input[name=keep]")) count();
  if (event.target.matches("#upload input[type=file]")) showChosen(event.target);
});

document.addEventListener("click", (event) => {
  const bulk = event.target.closest("[data-bulk]");
  if (bulk) tick(bulk.dataset.bulk);
});

for (const kind of ["dragenter", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!event.target.matches?.("#upload input[type=file]")) return;
    event.target.classList.toggle("over", kind === "dragenter");
  });
}

// Going back, the browser restores ticks and files without an event.
addEventListener("pageshow", () => {
  const bulk = document.querySelector("#draft .bulk");
  if (bulk) {
    bulk.hidden = false;
    count();
  }
  const input = document.querySelector("#upload input[type=file]");
  if (input) showChosen(input);
});
