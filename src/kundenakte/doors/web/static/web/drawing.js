// [data-drawing]: a form that sends a process as BPMN. With this script it is drawn with bpmn-js, and beside the picture
// stands what our own attributes say of the chosen element; without it the form has the source alone.
import { OURS, WORDS, onlyOurs } from "./drawing-words.js";
import { askedOf, fill } from "./drawing-panel.js";

const form = document.querySelector("[data-drawing]");
const source = form.querySelector("textarea[name=quelle]");
const said = form.querySelector("[data-drawing-said]");
const desk = form.querySelector("[data-drawing-desk]");
const german = document.documentElement.lang.startsWith("de");

function translate(template, values = {}) {
  const words = (german && WORDS[template]) || template;
  return words.replace(/{([^}]+)}/g, (whole, name) => values[name] ?? whole);
}

// `defer` scripts run in order of the page, modules after them: bpmn-js is there.
const modeler = new window.BpmnJS({
  container: form.querySelector("[data-drawing-canvas]"),
  moddleExtensions: { kundenakte: OURS },
  additionalModules: [{ translate: ["value", translate] }, onlyOurs(translate)],
});

let isChanged = false;
let checking = 0;

async function drawn() {
  return (await modeler.saveXML({ format: true })).xml;
}

async function check() {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
  body.set("quelle", await drawn());
  const answer = await fetch(form.dataset.check, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  said.innerHTML = await answer.text();
  said.classList.toggle("is-refused", Boolean(said.querySelector(".lucide-circle-alert")));
}

function soon() {
  clearTimeout(checking);
  checking = setTimeout(check, 700);
}

const panel = form.querySelector("[data-drawing-panel]");
let shown = null;
let isFromPanel = false;
// Fields write while their event passes through them: between going down to them and coming up again.
for (const kind of ["change", "click"]) {
  panel.addEventListener(kind, () => { isFromPanel = true; }, true);
  panel.addEventListener(kind, () => { isFromPanel = false; });
}

function show(asked) {
  shown = asked;
  fill(modeler, asked, panel);
}

form.addEventListener("submit", async (event) => {
  if (form.dataset.sending) return;
  event.preventDefault();
  // A field that is still being written says so when it is left.
  document.activeElement?.blur();
  source.value = await drawn();
  form.dataset.sending = "1";
  isChanged = false;
  form.submit();
});

window.addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});

try {
  await modeler.importXML(source.value);
  form.querySelector("[data-drawing-source]").hidden = true;
  desk.hidden = false;
  const canvas = modeler.get("canvas");
  canvas.resized();
  canvas.zoom("fit-viewport", "auto");
  // A long process is begun at its beginning, in a size that can be read.
  if (canvas.zoom() < 0.6) {
    canvas.zoom(0.8);
    const box = canvas.viewbox();
    canvas.viewbox({ ...box, x: box.inner.x - 130, y: box.inner.y - 40 });
  }
  const root = canvas.getRootElement();
  show(askedOf(modeler, null, root));
  modeler.on("selection.changed", ({ newSelection }) => show(askedOf(modeler, newSelection.length === 1 ? newSelection[0] : null, canvas.getRootElement())));
  modeler.on("commandStack.changed", () => { isChanged = true; soon(); });
  // What was written in the picture itself, or taken back, stands beside it as well.
  modeler.on("elements.changed", ({ elements }) => {
    if (elements.includes(shown.element) && !isFromPanel) show(shown);
  });
  form.dataset.ready = "1";
  await check();
} catch {
  // What cannot be drawn can still be read and mended as text.
  desk.hidden = true;
}
