// A picture wider than its window opens where the case stands: [data-show-here] around something with the class "here".
for (const frame of document.querySelectorAll("[data-show-here]")) {
  const here = frame.querySelector(".here");
  if (here) {
    const inside = here.getBoundingClientRect();
    const window = frame.getBoundingClientRect();
    frame.scrollLeft += inside.left + inside.width / 2 - window.left - window.width / 2;
    frame.scrollTop += inside.top + inside.height / 2 - window.top - window.height / 2;
  }
}
