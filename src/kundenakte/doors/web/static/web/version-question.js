// [data-version-question]: the dialog that asks whether a file is to be the next version of a document.
// It answers the event "version-question" with detail { asked: { question, file, effect, warnings }, answer(yes) }.

const dialog = document.querySelector("[data-version-question]");
let before = Promise.resolve();

if (dialog) {
  document.addEventListener("version-question", (event) => {
    event.preventDefault();
    // One question after the other, also when two documents were dropped on at once.
    before = before.then(() => put(event.detail));
  });
  dialog.querySelectorAll("[data-no]").forEach((button) => button.addEventListener("click", () => dialog.close("no")));
  // The page behind it has keys of its own.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.querySelector("[data-yes]").addEventListener("click", () => dialog.close("yes"));
}

function put({ asked, answer }) {
  fill("question", asked.question);
  fill("file", asked.file);
  fill("effect", asked.effect);
  const model = dialog.querySelector("template");
  const warnings = dialog.querySelector("[data-warnings]");
  warnings.replaceChildren(...asked.warnings.map((text) => {
    const note = model.content.cloneNode(true);
    note.querySelector("span").textContent = text;
    return note;
  }));
  const focused = document.activeElement;
  return new Promise((done) => {
    // Escape closes it without a value: that is a no.
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      answer(dialog.returnValue === "yes");
      focused?.focus?.();
      done();
    }, { once: true });
    dialog.showModal();
    // What the file is nobody has read yet: Enter alone does not replace what is valid.
    dialog.querySelector("footer [data-no]").focus();
  });
}

function fill(name, text) {
  dialog.querySelector(`[data-${name}]`).textContent = text;
}
