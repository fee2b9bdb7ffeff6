// Candidates and their marks: the candidate under the pointer or in focus lights up its words on the page.
// While another customer is chosen by typing, Enter files there (the form's first button); a candidate's key then takes
// that choice back and asks for Enter, so that nothing goes to another file than the one the screen shows.

const light = (place) => {
  document.querySelectorAll(".marks rect[data-candidate]").forEach((rect) => rect.classList.toggle("strong", rect.dataset.candidate === place));
};
for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const button = event.target.closest?.("button[data-candidate]");
    if (button) light(button.dataset.candidate);
  });
}

const form = document.getElementById("decide");
const chosen = form?.querySelector("[data-choose-value]");
chosen?.addEventListener("change", () => {
  const files = form.querySelector("[data-enter-files]");
  files.disabled = false;
  files.dataset.key = "Enter";
});
form?.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-candidate]");
  // A click nobody made with pointer or Enter: the key of the candidate was pressed.
  if (!button || event.isTrusted || !chosen.value) return;
  event.preventDefault();
  chosen.value = "";
  form.querySelector("[data-choose-text]").value = "";
  button.focus();
});
