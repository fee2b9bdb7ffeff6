// [data-reorder="form id"]: a list whose rows (data-id) are put in order by dragging their .grip, or by the buttons
// "hoch" and "runter" of that form. Each move is sent at once; without this script the buttons send the form.

async function send(list, form, row) {
  const body = new FormData(form);
  body.set("order", [...list.children].map((one) => one.dataset.id).join(","));
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, credentials: "same-origin" });
  } catch {
    return void location.reload();
  }
  // Somebody else was quicker, or the sign-in has run out: the page as it is now says so.
  if (answer.status !== 204) return void location.reload();
  const revision = answer.headers.get("X-Revision");
  if (revision) document.querySelectorAll('input[name="revision"]').forEach((field) => { field.value = revision; });
  const place = list.parentElement.querySelector("[data-reorder-said]");
  const name = row.querySelector(".plan-name")?.textContent.trim() || "";
  if (place) place.textContent = `${name}: ${place.dataset.reorderWords} ${[...list.children].indexOf(row) + 1} / ${list.children.length}`;
}

// One after the other: the next move needs the revision the last one made.
let sending = Promise.resolve();
function moved(list, form, row) {
  sending = sending.then(() => send(list, form, row));
}

function step(list, form, button) {
  const row = button.closest("[data-id]");
  const other = button.name === "hoch" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (button.name === "hoch") other.before(row);
  else other.after(row);
  button.focus();
  moved(list, form, row);
}

function drag(list, form, grip, down) {
  const row = grip.closest("[data-id]");
  const before = row.nextElementSibling;
  down.preventDefault();
  row.classList.add("is-dragged");
  const move = (event) => {
    const over = [...list.children].find((one) => {
      const box = one.getBoundingClientRect();
      return one !== row && event.clientY >= box.top && event.clientY <= box.bottom;
    });
    if (!over) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(row);
    else over.after(row);
  };
  // On the document: a row that is put elsewhere loses the pointer it had captured.
  const end = () => {
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", end);
    document.removeEventListener("pointercancel", end);
    row.classList.remove("is-dragged");
    if (row.nextElementSibling !== before) moved(list, form, row);
  };
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
}

document.querySelectorAll("[data-reorder]").forEach((list) => {
  const form = document.getElementById(list.dataset.reorder);
  list.classList.add("can-drag");
  list.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="hoch"], button[name="runter"]');
    if (!button || button.form !== form) return;
    event.preventDefault();
    step(list, form, button);
  });
  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    if (grip && event.button === 0) drag(list, form, grip, event);
  });
});
