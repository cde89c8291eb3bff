/* Take the page that a bookmark sends from the window which opened this one.

   Contract with the server: #clip is the form, its data-most the largest page in bytes; its fields
   `page` and `url` are filled here. #clip-came shows what came, #clip-awaited is there while
   nothing did, #clip-by-hand is the way without. #clip-place is swapped by htmx; 401 on sending
   means that the session has ended, and what came stays here meanwhile.
   Contract with templates/annotations/clip_bookmarklet.js: see there. The page is shown as plain
   text alone, and goes nowhere before the person sends it. */

import { announce, notify } from "page";

const MEGABYTE = 1024 * 1024;
const PATIENCE = 6000; // ms until we say that nothing has come
const FIRST_WORDS = 60;

const form = document.getElementById("clip");
const part = (name) => document.getElementById(`clip-${name}`);

function show(name) {
  for (const one of ["came", "awaited", "by-hand"]) part(one).hidden = one !== name;
}

function sayWhy(text) {
  show("by-hand");
  part("why").textContent = text;
  announce(text);
}

/* Return why a message is not taken, or "". The address has to be the sender's own. */
function objection(data, origin) {
  if (![data.url, data.title, data.html, data.text].every((one) => typeof one === "string")) return "What came is no page.";
  if (!/^https?:/.test(data.url) || !URL.canParse(data.url)) return "Only pages of the web can be sent, with http or https.";
  if (new URL(data.url).origin !== origin) return "The page gave an address that is not its own.";
  const size = new Blob([data.html]).size;
  const most = Number(form.dataset.most);
  if (size <= most) return "";
  return `The page has ${(size / MEGABYTE).toFixed(1)} MB; at most ${most / MEGABYTE} MB are taken.`;
}

/* The beginning of a text, without a copy of all of it in pieces. */
function firstWords(text) {
  const words = text.slice(0, 4000).split(/\s+/).filter(Boolean);
  return words.slice(0, FIRST_WORDS).join(" ") + (words.length > FIRST_WORDS ? " …" : "");
}

function take({ url, title, html, text }) {
  form.elements.page.value = html;
  form.elements.url.value = url;
  part("title").textContent = title.trim() || "A page without a title";
  part("address").textContent = url;
  part("size").textContent = `${Math.ceil(new Blob([html]).size / 1024)} kB`;
  part("words").textContent = firstWords(text);
  show("came");
  announce("The page is here. Choose a story and send it.");
}

addEventListener("message", (event) => {
  if (!window.opener || event.source !== window.opener || event.data?.kind !== "parallax: page") return;
  if (form.elements.page.value) return; // what the person sees is what they send
  event.source.postMessage("parallax: got", event.origin === "null" ? "*" : event.origin);
  const why = objection(event.data, event.origin);
  if (why) sayWhy(`${why} Paste the article’s text instead.`);
  else take(event.data);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "clip-place" || event.detail.xhr.status !== 401) return;
  event.detail.isError = false;
  notify("You were logged out. The page is kept here; log in and send it again.", "warning stays");
  window.htmx.ajax("GET", form.getAttribute("action"), { target: "#clip-place", swap: "outerHTML" });
});

document.addEventListener("htmx:responseError", (event) => {
  notify(`The page was not sent (${event.detail.xhr.status}). Try again.`, "error");
});

document.addEventListener("htmx:sendError", () => notify("The server was not reached. Try again.", "error"));

if (window.opener) {
  show("awaited");
  // To whomever opened us: it says nothing that the opener does not know.
  window.opener.postMessage("parallax: ready", "*");
  setTimeout(() => {
    if (!part("awaited").hidden) sayWhy("No page has come from the window that opened this one. Press the bookmark again, or paste the article’s text.");
  }, PATIENCE);
}
