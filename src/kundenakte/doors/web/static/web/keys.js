// The keyboard: [data-focus-key="/"] gets the focus, [data-key="Enter"] is pressed, [data-rows] is walked through with the arrows.
// While somebody types, only Escape and keys bound inside the form count.

const typing = (target) => target.matches?.("input:not([type=radio],[type=checkbox]), select, textarea, [contenteditable]");

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") return leave(event);
  if (typing(event.target)) return;
  if (inMenu(event)) return;
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
  const button = [...document.querySelectorAll("[data-key]")].find((b) => b.dataset.key === event.key && (b.offsetParent || "press" in b.dataset) && !b.disabled);
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
  else document.querySelector("[data-back]")?.click();
}

// In an open menu the arrows walk through what it offers; from its button they lead in.
function inMenu(event) {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return false;
  const items = [...menu.querySelectorAll(".menu-list :is(a[href], button)")].filter((item) => item.offsetParent && !item.disabled);
  if (!items.length) return false;
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: (at < 0 ? 0 : at) - 1, Home: 0, End: -1 }[event.key];
  event.preventDefault();
  items.at(next % items.length).focus();
  return true;
}

// [data-back]: leads back to where one was; its address is for whoever came from elsewhere.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-back]");
  if (!link || history.length < 2 || !document.referrer.startsWith(`${location.origin}/`)) return;
  event.preventDefault();
  history.back();
});

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

// [data-roving]: the Tab key stops once in the list, at the row in focus or else the current one; the arrows walk.
function rove() {
  document.querySelectorAll("[data-roving]").forEach((list) => {
    const links = [...list.querySelectorAll("[data-row] a[data-open]")];
    const stop = links.find((link) => link === document.activeElement) || list.querySelector('[aria-current="true"] a[data-open]') || links[0];
    links.forEach((link) => { link.tabIndex = link === stop ? 0 : -1; });
  });
}
rove();
document.addEventListener("focusin", (event) => event.target.closest?.("[data-roving]") && rove());
document.addEventListener("polled", rove);

// What was pressed may go with the part of the page it stood in: then the keyboard goes on at the beginning of the new part.
document.addEventListener("htmx:afterSettle", (event) => {
  const { target, requestConfig } = event.detail;
  if (document.activeElement !== document.body || !requestConfig?.elt || requestConfig.elt.isConnected) return;
  const part = target?.id ? document.getElementById(target.id) : null;
  (part?.querySelector('[tabindex="-1"]') || part?.querySelector("a[href], button"))?.focus({ preventScroll: true });
});

document.addEventListener("keydown", press);
// A menu closes when a click or the Tab key goes on elsewhere.
for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
}
