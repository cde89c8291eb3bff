/* The codes in the palette: which are shown, and those used last.

   Contract with the server: #palette-codes holds li[data-search] around a button
   [name=code] each; #palette-recent is an empty group for the codes used last. */

const RECENT = "parallax-recent-codes";
const SHOWN = 5;

export function filter(query) {
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of document.querySelectorAll("#palette-codes > li")) {
    item.hidden = !terms.every((term) => item.dataset.search.includes(term));
  }
  const recent = document.getElementById("palette-recent");
  recent.hidden = terms.length > 0 || !recent.childElementCount;
}

/* The buttons that can be reached now, in the order in which they are seen. */
export function shownCodes() {
  const list = "#palette-recent:not([hidden]) button, #palette-codes > li:not([hidden]) > button";
  return [...document.querySelectorAll(list)];
}

export function showRecent() {
  const buttons = recentKeys().map((key) =>
    document.querySelector(`#palette-codes button[value="${CSS.escape(key)}"]`),
  );
  const copies = buttons.filter(Boolean).map((button) => button.cloneNode(true));
  document.getElementById("palette-recent").replaceChildren(...copies);
}

export function rememberCode(key) {
  const keys = [key, ...recentKeys().filter((each) => each !== key)].slice(0, SHOWN);
  try {
    localStorage.setItem(RECENT, keys.join(" "));
  } catch {
    // Without storage the palette is only less handy.
  }
}

function recentKeys() {
  try {
    return (localStorage.getItem(RECENT) ?? "").split(" ").filter(Boolean);
  } catch {
    return [];
  }
}
