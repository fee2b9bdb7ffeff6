// [data-list]: rows ([data-row] with a[data-open]) are walked with the arrows or j and k, marked with Space, opened with Enter.
// [data-previews="#pane"] names the pane that shows the document of the current row: its own address with ?teil=vorschau, by htmx.
// Where the pane is not shown (narrow windows) links are just links. Other scripts go on in the list by the event
// "list-step" with detail 1 or -1, and hear of a new current row by "list-chosen" with the row and the next one.

const PAUSE = 60;
// At the end of the address: nobody asked for it, the pane is only shown anew.
const RENEWED = "&neu=1";
const lists = () => [...document.querySelectorAll("[data-list]")];
const theList = () => lists()[0] || null;
const rowsOf = (list) => [...list.querySelectorAll("[data-row]")];
const linkOf = (row) => row?.querySelector("a[data-open]") || null;
const markOf = (row) => row?.querySelector("[data-mark]") || null;
const current = (list) => list.querySelector('[data-row][aria-current="true"]');
const form = () => document.getElementById("marked");
let anchor = null;
let waiting = 0;

// --- the preview -----------------------------------------------------------------------------------------------------
function paneOf(list) {
  const pane = document.querySelector(list.dataset.previews || "#preview");
  return pane && pane.offsetParent ? pane : null;
}

function load(pane, address) {
  if (pane.dataset.shown === address) return;
  pane.dataset.shown = address;
  window.htmx.ajax("GET", address, { target: pane, source: pane, swap: "innerHTML" });
}

function show(list, row, pause) {
  const pane = paneOf(list);
  const link = linkOf(row);
  if (!pane || !link) return;
  clearTimeout(waiting);
  const address = `${link.href}?teil=vorschau`;
  if (pause) waiting = setTimeout(() => load(pane, address), pause);
  else load(pane, address);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (target?.id !== "preview" || !target.dataset.shown) return;
  // Signed out meanwhile: the page itself has to say so.
  if (!xhr.responseURL.includes("teil=vorschau")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
  // Somebody began to write while the answer was on its way.
  if (xhr.responseURL.includes(RENEWED) && isWrittenOn(target)) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "preview") event.detail.target.scrollTop = 0;
});
document.addEventListener("htmx:responseError", (event) => {
  const pane = event.detail.target;
  if (pane?.id === "preview") pane.replaceChildren();
});

// What has become of the document meanwhile, here or by a colleague, shows in the pane as in its row. An open form for its
// data stays, and what somebody has typed and not sent yet.
function isWrittenOn(pane) {
  const typed = (field) => field.value !== field.defaultValue;
  return pane.querySelector("form.describe") || [...pane.querySelectorAll("input:not([type=hidden], [type=search]), textarea")].some(typed);
}
function renew(shown) {
  const pane = document.getElementById("preview");
  if (!pane?.offsetParent || isWrittenOn(pane)) return;
  delete pane.dataset.shown;
  load(pane, `/dokument/${shown.dataset.shows}?teil=vorschau&sicht=${shown.dataset.view}${RENEWED}`);
}
const shown = () => document.querySelector("#preview > .pane[data-shows]");
const rowShown = (pane) => document.getElementById(`d${pane.dataset.shows}`);
document.addEventListener("listed", () => {
  const pane = shown();
  const row = pane && rowShown(pane);
  if (row && row.dataset.edition !== pane.dataset.edition) renew(pane);
});
document.addEventListener("filed", (event) => {
  const pane = shown();
  // Its row is renewed at once, and then the pane; on the timeline there is none.
  if (pane && pane.dataset.shows === String(event.detail.document) && !rowShown(pane)) renew(pane);
});

// --- the current row -------------------------------------------------------------------------------------------------
function choose(row, { focus = true, pause = PAUSE } = {}) {
  const list = row.closest("[data-list]");
  list.querySelectorAll("[data-row][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
  if (focus) {
    linkOf(row)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  remember(row);
  show(list, row, pause);
  const all = rowsOf(list);
  row.dispatchEvent(new CustomEvent("list-chosen", { bubbles: true, detail: { row, next: all[all.indexOf(row) + 1] || null } }));
}

// The address names the document, so that going back and sending the address on lead to the same view.
function remember(row) {
  const address = new URL(location.href);
  if (!paneOf(row.closest("[data-list]")) || address.searchParams.get("dokument") === row.dataset.documentRow) return;
  address.searchParams.set("dokument", row.dataset.documentRow);
  history.replaceState(history.state, "", address);
}

function here(list) {
  const focused = document.activeElement?.closest?.("[data-row]");
  return focused && list.contains(focused) ? focused : current(list);
}

function step(list, by, extend) {
  const all = rowsOf(list);
  if (!all.length) return;
  const at = all.indexOf(here(list));
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (extend) {
    anchor = anchor && list.contains(anchor) ? anchor : all[Math.max(at, 0)];
    range(anchor, next);
  } else anchor = next;
  choose(next);
}
document.addEventListener("list-step", (event) => {
  const list = theList();
  if (list) step(list, event.detail, false);
});

// --- marks -----------------------------------------------------------------------------------------------------------
function range(from, to) {
  const all = rowsOf(from.closest("[data-list]"));
  const [low, high] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  all.forEach((row, at) => {
    const mark = markOf(row);
    if (mark) mark.checked = at >= low && at <= high;
  });
  told();
}

function toggle(row) {
  const mark = markOf(row);
  if (!mark) return;
  mark.checked = !mark.checked;
  anchor = row;
  told();
}

function told() {
  const list = theList();
  const bar = form();
  if (!list || !bar) return;
  const marks = [...list.querySelectorAll("[data-mark]")];
  const count = marks.filter((mark) => mark.checked).length;
  const words = count === 1 ? bar.dataset.wordOne : `${count} ${bar.dataset.wordMany}`;
  bar.querySelector("[data-marked-count]").textContent = words;
  // Offered where it succeeds for one of them at least; the next page names the others.
  const move = bar.querySelector("[data-move-marked]");
  if (move && count) move.hidden = !marks.some((mark) => mark.checked && "mayMove" in mark.dataset);
  const status = document.querySelector("[data-list-status]");
  if (status) status.textContent = count ? words : bar.dataset.wordNone;
  const whole = document.querySelector("[data-mark-all]");
  if (whole) {
    whole.checked = count > 0 && count === marks.length;
    whole.indeterminate = count > 0 && count < marks.length;
  }
}
const anyMarked = () => Boolean(document.querySelector("[data-list] [data-mark]:checked"));

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-mark]")) {
    anchor = event.target.closest("[data-row]");
    told();
  } else if (event.target.matches?.("[data-mark-all]")) {
    document.querySelectorAll("[data-list] [data-mark]").forEach((mark) => { mark.checked = event.target.checked; });
    told();
  }
});
// After the fields have been set back.
document.addEventListener("reset", (event) => event.target === form() && setTimeout(told));

// --- keyboard and mouse ----------------------------------------------------------------------------------------------
const typing = (target) => target.matches?.("input:not([type=radio],[type=checkbox]), select, textarea, [contenteditable]");
const presses = (target) => target.closest?.("a, button, summary, input, [role=button], [role=option], [role=tab]");
const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, Home: -Infinity, End: Infinity };

document.addEventListener("keydown", (event) => {
  const list = theList();
  if (!list || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  if (typing(target) || target.closest?.("#preview, dialog, details[data-menu][open]")) return;
  const inList = list.contains(target);
  if (event.key in STEPS) step(list, STEPS[event.key], event.shiftKey && event.key !== "j" && event.key !== "k");
  else if (event.key === " " && !target.matches?.("[data-mark]") && (inList || !presses(target))) {
    const row = here(list);
    if (!row) return;
    if (event.shiftKey && anchor && list.contains(anchor)) range(anchor, row);
    else toggle(row);
  } else if (event.key === "Escape" && anyMarked()) form().reset();
  else if (event.key === "Enter" && !presses(target) && here(list)) linkOf(here(list)).click();
  else return;
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-list] [data-row]");
  if (row && event.target.matches("a[data-open]") && row.getAttribute("aria-current") !== "true") choose(row, { focus: false });
});

document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-list] [data-row]");
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  const link = event.target.closest("a, button, input, label");
  if (event.shiftKey && anchor && anchor !== row && !event.target.closest("a")) {
    range(anchor, row);
    return;
  }
  // detail is 0 when the keyboard pressed the link: then it opens.
  if (event.shiftKey || event.detail === 0 || !paneOf(row.closest("[data-list]"))) return;
  if (link && !link.matches("a[data-open]")) return;
  event.preventDefault();
  anchor = row;
  choose(row, { pause: 0 });
});
document.addEventListener("dblclick", (event) => {
  const row = event.target.closest?.("[data-list] [data-row]");
  if (row && paneOf(row.closest("[data-list]")) && !event.target.closest("input, button")) location.href = linkOf(row).href;
});

// --- the beginning ---------------------------------------------------------------------------------------------------
function begin(list) {
  if (list.dataset.bound) return;
  list.dataset.bound = "1";
  // Space marks the current row; the boxes need not be stations of the Tab key as well.
  list.querySelectorAll("[data-mark]").forEach((mark) => { mark.tabIndex = -1; });
  document.querySelectorAll("[data-mark-all]").forEach((mark) => { mark.hidden = false; });
  const wanted = new URL(location.href).searchParams.get("dokument");
  const all = rowsOf(list);
  const row = all.find((one) => one.dataset.documentRow === wanted) || all[0];
  const pane = paneOf(list);
  if (!row || !pane) return;
  // Further down the list; what is none of this file's, or not for this user, has not been asked for.
  if (wanted && row.dataset.documentRow !== wanted && list.dataset.askedFor === wanted) {
    load(pane, `${linkOf(row).href.replace(/\d+$/, wanted)}?teil=vorschau`);
    return;
  }
  choose(row, { focus: false, pause: 0 });
  if (wanted) row.scrollIntoView({ block: "nearest" });
}
const all = () => lists().forEach(begin);
all();
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.querySelector?.("[data-list]")) {
    anchor = null;
    all();
    told();
  }
  event.detail.elt.querySelectorAll?.("[data-mark]").forEach((mark) => { mark.tabIndex = -1; });
});
document.addEventListener("listed", () => {
  // It may be the first list of this page.
  all();
  told();
});
