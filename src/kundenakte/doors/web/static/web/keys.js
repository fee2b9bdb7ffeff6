// The keyboard: [data-focus-key="/"] gets the focus, [data-key="Enter"] is pressed, [data-rows] is walked through with the arrows.
// While somebody types, only Escape and keys bound inside the form count.

const typing = (target) => target.matches?.("input:not([type=radio],[type=checkbox]), select, textarea, [contenteditable]");

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") return leave(event);
  if (typing(event.target)) return;
  const field = [...document.querySelectorAll("[data-focus-key]")].find((f) => f.dataset.focusKey === event.key);
  if (field) {
    event.preventDefault();
    field.focus();
    field.select?.();
    return;
  }
  if (walk(event)) return;
  // A focused link or button keeps its own Enter.
  if (event.key === "Enter" && event.target.closest?.("a, button, summary, [role=button]")) return;
  const button = [...document.querySelectorAll("[data-key]")].find((b) => b.dataset.key === event.key && (b.offsetParent || b.dataset.press));
  if (button) {
    event.preventDefault();
    button.click();
  }
}

function leave(event) {
  const menu = event.target.closest?.("details[data-menu][open]") || document.querySelector("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (typing(event.target)) event.target.blur();
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  if (!step) return false;
  const list = document.querySelector("[data-rows]");
  if (!list) return false;
  const rows = [...list.querySelectorAll("[data-row]")];
  const links = rows.map((row) => row.querySelector("a[data-open]") || row);
  const active = document.activeElement;
  let at = links.findIndex((link) => link === active || link.closest("[data-row]") === active.closest?.("[data-row]"));
  if (at < 0) at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)];
  if (!next) return false;
  event.preventDefault();
  next.focus();
  return true;
}

document.addEventListener("keydown", press);
document.addEventListener("click", (event) => {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
