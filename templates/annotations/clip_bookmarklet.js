{% comment %}
The bookmark that sends a page: it becomes one line, so every statement ends in a semicolon and
no comment of the script's own may stand in it. Contract with static/js/clip.js: that says "ready"
as soon as it listens, and "got" once it has the page. Wants `address`, of the clip page.
{% endcomment %}
(() => {
  const address = "{{ address|escapejs }}";
  const origin = new URL(address).origin;
  const opened = window.open(address);
  if (!opened) {
    alert("Your browser kept the window of Parallax shut. Allow pop-ups here, and try again.");
    return;
  }
  const answer = (event) => {
    if (event.source !== opened || event.origin !== origin) return;
    if (event.data === "parallax: got") removeEventListener("message", answer);
    if (event.data !== "parallax: ready") return;
    const html = document.documentElement.outerHTML;
    const text = (document.querySelector("article, main") || document.body).innerText;
    const page = { kind: "parallax: page", url: location.href, title: document.title, html, text };
    opened.postMessage(page, origin);
  };
  addEventListener("message", answer);
})();
