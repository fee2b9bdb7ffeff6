// Candidates and their marks: the candidate under the pointer or in focus lights up its words on the page.
// [data-press="1"] presses the candidate with that place; it carries the Enter key.

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-press]");
  if (button) document.querySelector(`button[data-candidate="${button.dataset.press}"]`)?.click();
});
const light = (place) => {
  document.querySelectorAll(".marks rect[data-candidate]").forEach((rect) => rect.classList.toggle("strong", rect.dataset.candidate === place));
};
for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const button = event.target.closest?.("button[data-candidate]");
    if (button) light(button.dataset.candidate);
  });
}
