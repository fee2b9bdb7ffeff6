// [data-previews="#pane"]: in a list, the row in focus shows its document in the pane; Enter or a double click opens it.
// Where the pane is not shown (narrow windows) links are just links.

let turn = 0;
let last = "";

async function show(pane, link) {
  if (last === link.href && pane.dataset.shown === link.href) return;
  last = link.href;
  const mine = ++turn;
  let shown;
  try {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true", "HX-Target": "preview" } });
    if (mine !== turn || !answer.ok || answer.redirected) return;
    shown = await answer.text();
  } catch { /* the network comes back, or the page is left: then the row is asked about again */
    if (mine === turn) last = "";
    return;
  }
  if (mine !== turn) return;
  pane.innerHTML = shown;
  pane.dataset.shown = link.href;
  pane.scrollTop = 0;
  window.htmx?.process(pane);
  pane.querySelectorAll("[data-poll]").length && document.dispatchEvent(new CustomEvent("polled", { detail: pane }));
}

function paneOf(list) {
  const pane = document.querySelector(list.dataset.previews);
  return pane && pane.offsetParent ? pane : null;
}

let waiting = 0;
function choose(row) {
  const list = row.closest("[data-previews]");
  const pane = list && paneOf(list);
  const link = row.querySelector("a[data-preview]");
  if (!pane || !link) return false;
  list.querySelectorAll("[data-row][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
  clearTimeout(waiting);
  waiting = setTimeout(() => show(pane, link), 60);
  return true;
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-previews] [data-row]");
  if (row) choose(row);
});
document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-previews] [data-row]");
  // detail is 0 when the keyboard pressed the link: then it opens.
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.detail === 0) return;
  const other = event.target.closest("a, button");
  if (other && !other.matches("a[data-preview]")) return;
  if (choose(row)) {
    event.preventDefault();
    row.querySelector("a[data-preview]").focus({ preventScroll: true });
  }
});
document.addEventListener("dblclick", (event) => {
  const link = event.target.closest?.("[data-previews] [data-row]")?.querySelector("a[data-preview]");
  if (link) location.href = link.href;
});
