/* What the codes mean, in a dialog over the desk: by the palette's link, or with ? in the palette.

   Contract with the server: the link .palette-meanings leads to #code-panel, a page part with
   details[id=meaning-{key}][data-search] for each code, which holds button[data-choose={key}]. It
   is asked for once, when it is first wanted. */

import { notify } from "page";
import { choose, isOpen } from "desk/palette";

const dialog = () => document.getElementById("meanings");

function made() {
  const made = document.createElement("dialog");
  made.id = "meanings";
  made.setAttribute("aria-label", "What the codes mean");
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = "Search codes and definitions";
  search.setAttribute("aria-label", search.placeholder);
  const close = document.createElement("button");
  close.className = "quiet";
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", "Close");
  const head = document.createElement("p");
  head.append(search, close);
  const panel = document.createElement("div");
  panel.id = "code-panel";
  made.append(head, panel);
  document.getElementById("desk").append(made);
  return made;
}

/* Open at the code of that key, or at the top. */
async function show(key) {
  const shown = dialog() ?? made();
  if (!shown.open) shown.showModal();
  if (!shown.querySelector("details")) await load();
  find("");
  shown.querySelector("input").value = "";
  const meaning = key && document.getElementById(`meaning-${key}`);
  if (!meaning) return;
  meaning.open = true;
  meaning.scrollIntoView({ block: "start" });
  meaning.querySelector("summary").focus({ preventScroll: true });
}

async function load() {
  const { href } = document.querySelector(".palette-meanings");
  try {
    await htmx.ajax("GET", href, { target: "#code-panel", swap: "outerHTML" });
  } catch {
    // Said below, as for an answer without codes.
  }
  if (!dialog().querySelector("#code-panel > *")) {
    dialog().close();
    notify("The codes cannot be shown: the server was not reached.", "error");
  }
}

function find(query) {
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
  for (const meaning of dialog().querySelectorAll("details")) {
    meaning.hidden = !terms.every((term) => meaning.dataset.search.includes(term));
  }
}

document.addEventListener("input", (event) => {
  if (event.target.closest("#meanings")) find(event.target.value);
});

document.addEventListener("click", (event) => {
  if (event.target.closest(".palette-meanings")) {
    event.preventDefault();
    show();
  } else if (event.target === dialog() || event.target.closest("#meanings p .quiet")) {
    dialog().close(); // its backdrop, or its button
  }
  const key = event.target.closest("#meanings [data-choose]")?.dataset.choose;
  if (!key) return;
  dialog().close();
  const button = document.querySelector(`#palette-codes button[value="${CSS.escape(key)}"]`);
  if (button && isOpen()) choose(button);
});

document.addEventListener("keydown", (event) => {
  const inCodes = event.target.closest?.("#palette-codes, #palette-recent, #palette-search");
  if (event.key !== "?" || !inCodes) return;
  event.preventDefault();
  event.stopPropagation();
  show(event.target.name === "code" ? event.target.value : "");
}, true);
