/* What goes with a code: target, polarity, voice, speaker, note.

   Contract with the server: the fields of that name in #tag-form, in a <details
   class="palette-details"> with a .palette-save button. What was said last is
   offered again, for this page: the target and polarity, and each text's speaker. */

const NAMES = ["target", "polarity", "voice", "speaker", "note"];

const last = { target: "", polarity: "" };
const speakers = new Map(); // revision → who was quoted last

export function clearDetails(form) {
  fillDetails(form, { voice: "outlet" });
  form.querySelector(".palette-details").open = false;
  form.querySelector(".palette-save").hidden = true;
}

export function fillDetails(form, fields) {
  for (const name of NAMES) form.elements[name].value = fields[name] ?? "";
}

/* Ask for what `button`'s code wants before it can be saved. */
export function askDetails(form, button) {
  const { target, polarity } = form.elements;
  target.value ||= last.target;
  polarity.value ||= last.polarity;
  form.querySelector(".palette-details").open = true;
  const save = form.querySelector(".palette-save");
  save.hidden = false;
  save.textContent = `Tag: ${nameOf(button)}`;
  target.focus({ preventScroll: true });
  target.select();
  target.closest(".palette-details").scrollIntoView({ block: "nearest" });
}

export function rememberDetails({ revision, target, polarity, voice, speaker }) {
  if (target) Object.assign(last, { target, polarity });
  if (voice === "attributed") speakers.set(revision, speaker);
}

/* Turn the voice round; returns what to say. */
export function toggleVoice(form, revision) {
  const { voice, speaker } = form.elements;
  const attributed = voice.value !== "attributed";
  voice.value = attributed ? "attributed" : "outlet";
  speaker.value = attributed ? (speakers.get(revision) ?? "") : "";
  form.querySelector(".palette-details").open = attributed;
  if (!attributed) return "Voice: the outlet’s own.";
  return speaker.value ? `Voice: ${speaker.value}.` : "Voice: attributed to a speaker.";
}

function nameOf(button) {
  return [...button.childNodes]
    .filter((node) => node.nodeType === Node.TEXT_NODE)
    .map((node) => node.data)
    .join("")
    .trim();
}

document.addEventListener("input", (event) => {
  const field = event.target.closest("#tag-form [name=speaker]");
  if (field?.value) field.form.elements.voice.value = "attributed";
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("#tag-form [name=voice]");
  if (field?.value === "outlet") field.form.elements.speaker.value = "";
});
