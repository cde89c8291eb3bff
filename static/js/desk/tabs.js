/* Tabs over the columns on narrow screens, where one column fills the screen.

   Contract with the server: .column#column-{article} with its .outlet. css/desk.css
   shows #column-tabs, made here, only where columns are swiped. */

let watcher = null;

export function drawTabs(order) {
  document.getElementById("column-tabs")?.remove();
  watcher?.disconnect();
  if (order.length < 2) return;
  const columns = document.getElementById("columns");
  const tabs = document.createElement("nav");
  tabs.id = "column-tabs";
  tabs.setAttribute("aria-label", "Columns");
  for (const column of order) {
    const tab = document.createElement("a");
    tab.href = `#${column.id}`;
    tab.textContent = column.querySelector(".outlet").textContent.trim();
    tabs.append(tab);
  }
  columns.before(tabs);
  watcher = new IntersectionObserver(seen, { root: columns, threshold: 0.6 });
  order.forEach((column) => watcher.observe(column));
}

function seen(entries) {
  for (const { target, isIntersecting } of entries) {
    const tab = document.querySelector(`#column-tabs [href="#${target.id}"]`);
    if (isIntersecting) tab?.setAttribute("aria-current", "true");
    else tab?.removeAttribute("aria-current");
    if (isIntersecting) tab?.parentElement.scrollTo({ left: tab.offsetLeft - 24 });
  }
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("#column-tabs a");
  if (!tab) return;
  event.preventDefault();
  document.querySelector(tab.hash).scrollIntoView({ inline: "start", block: "nearest" });
});
