// [data-copy="id of a field"]: a click selects the field's text and copies it. Without scripts the button stays hidden and
// the field can be selected; where the browser gives no clipboard (plain http), the old command does it.

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    if (!document.execCommand("copy")) return;
  }
  const words = button.querySelector("span");
  const before = words.textContent;
  words.textContent = button.dataset.copySaid;
  setTimeout(() => (words.textContent = before), 3000);
}

document.querySelectorAll("[data-copy]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
  document.getElementById(button.dataset.copy).addEventListener("focus", (event) => event.target.select());
});
