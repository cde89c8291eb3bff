/* What every page does: say what happened, let notices go, close menus.

   Contract with the server: responses may carry #announcement and #notices out
   of band. `announce()` and `notify()` are for the other modules. */

export function announce(text) {
  const region = document.getElementById("announcement");
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

export function notify(text, kind = "") {
  const notice = document.createElement("p");
  notice.className = `notice ${kind}`;
  notice.setAttribute("role", kind === "error" ? "alert" : "status");
  notice.textContent = text;
  document.getElementById("notices").append(notice);
  return notice;
}

const LINGER = 8000; // ms that a notice without an error stays

new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) retire(node);
  }
}).observe(document.getElementById("notices"), { childList: true });
document.querySelectorAll("#notices > .notice").forEach(retire);

function retire(notice) {
  if (!(notice instanceof Element) || notice.matches(".error, .stays")) return;
  setTimeout(() => notice.remove(), LINGER);
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const notice = event.target.closest("#notices > .notice");
  if (notice && !event.target.closest("a, button")) notice.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
