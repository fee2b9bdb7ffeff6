// [data-live="edition"]: what colleagues do to the file shows here without a reload. The page asks again every few seconds
// with the edition it shows (ETag); what comes is laid into the list row by row: selection, marks, focus and scroll stay.
// A page nobody looks at does not ask.

const SECONDS = 6;
let timer = 0;
let asking = false;
// Somebody asked while an answer was on its way: that answer may be older than what was asked for.
let again = false;

const body = () => document.querySelector("[data-live]");
const key = (row) => row.id || `p${row.dataset.documentRow}`;

function address() {
  const made = new URL(location.href);
  made.searchParams.delete("dokument");
  made.searchParams.delete("nach");
  return made;
}

async function ask() {
  clearTimeout(timer);
  const element = body();
  if (!element) return;
  if (asking) {
    again = true;
    return;
  }
  if (!document.hidden) {
    asking = true;
    try {
      await look(element);
    } catch { /* the network comes back, or the page is left */ }
    asking = false;
  }
  const soon = again;
  again = false;
  timer = setTimeout(ask, soon ? 0 : SECONDS * 1000);
}

async function look(element) {
  const asked = address();
  const headers = { "HX-Request": "true", "HX-Target": "file-body", "If-None-Match": `"${element.dataset.live}"` };
  const answer = await fetch(asked, { headers, credentials: "same-origin", cache: "no-store" });
  if (answer.status !== 200 || answer.redirected) return;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  const fresh = holder.content.querySelector("[data-live]");
  // Somebody went on meanwhile.
  if (!fresh || !element.isConnected || address().href !== asked.href) return;
  renew(element, fresh);
}

function renew(element, fresh) {
  const before = Number(element.dataset.total);
  const seen = (live) => live.split("-")[0];
  const onlySealed = seen(element.dataset.live) === seen(fresh.dataset.live);
  element.dataset.live = fresh.dataset.live;
  element.dataset.total = fresh.dataset.total;
  sections(element.querySelector("#sections"), fresh.querySelector("#sections"));
  calmly(element.querySelector("#section-step"), fresh.querySelector("#section-step"));
  const came = rows(element, fresh);
  // A list that is all new, such as the first one of a file, stands there as it is.
  if (!onlySealed && came !== null) news(element, Math.max(came, Number(fresh.dataset.total) - before));
  document.dispatchEvent(new CustomEvent("listed"));
}

// Links keep their place under pointer and focus; only what stands in them is new.
function sections(old, fresh) {
  const links = [...fresh.querySelectorAll("a[id]")];
  if (links.every((link) => document.getElementById(link.id)) && links.length === old.querySelectorAll("a[id]").length) {
    for (const link of links) {
      const mine = document.getElementById(link.id);
      if (mine.innerHTML !== link.innerHTML) mine.innerHTML = link.innerHTML;
      mine.className = link.className;
    }
  } else calmly(old, fresh);
}

// Not under somebody's hands. True when it is renewed.
function calmly(old, fresh) {
  if (!old || !fresh || old.contains(document.activeElement) || old.querySelector("details[open]")) return false;
  old.replaceChildren(...fresh.childNodes);
  window.htmx?.process(old);
  return true;
}

function rows(element, fresh) {
  const old = element.querySelector("[data-list]");
  const list = fresh.querySelector("[data-list]");
  // The pane holds chips and count as well.
  if (!old || !list || old.tagName !== list.tagName) {
    return calmly(element.querySelector("#list-pane"), fresh.querySelector("#list-pane")) ? null : 0;
  }
  calmly(element.querySelector(".list-chips"), fresh.querySelector(".list-chips"));
  const count = fresh.querySelector(".list-count");
  if (count) element.querySelector(".list-count")?.replaceChildren(...count.childNodes);
  // Somewhere in the middle of a list that is paged without scripts, and on the timeline, the note is enough.
  if (!old.hasAttribute("data-list-live")) return 0;
  return laid(old, list);
}

function laid(old, list) {
  const had = [...old.querySelectorAll("[data-row]")];
  const known = new Map(had.map((row) => [key(row), row]));
  const wanted = [...list.querySelectorAll("[data-row]")];
  const scroller = old.closest(".list-scroll");
  const fixed = held(had, scroller);
  const at = fixed?.getBoundingClientRect().top;
  const focused = old.contains(document.activeElement) ? document.activeElement.closest("[data-row]")?.id : "";
  const onMark = document.activeElement.matches("[data-mark]");
  const more = old.querySelector("#document-more");
  const moreOfFresh = list.querySelector("#document-more");
  const names = new Set(wanted.map(key));
  // Behind the last row both know, what had been scrolled to stays.
  let last = -1;
  had.forEach((row, index) => { if (names.has(key(row))) last = index; });
  const behind = moreOfFresh ? had.slice(last + 1) : [];
  const laidRows = wanted.map((row) => taken(row, known.get(key(row))));
  const end = behind.length ? more : moreOfFresh;
  old.replaceChildren(...laidRows, ...behind, ...(end ? [end] : []));
  laidRows.forEach((row) => window.htmx?.process(row));
  if (end && end !== more) window.htmx?.process(end);
  if (focused) document.querySelector(`#${focused} ${onMark ? "[data-mark]" : "a[data-open]"}`)?.focus({ preventScroll: true });
  // The row itself may have been renewed.
  const there = fixed && [...laidRows, ...behind].find((row) => key(row) === key(fixed));
  if (there && scroller) scroller.scrollTop += there.getBoundingClientRect().top - at;
  return wanted.filter((row) => !known.has(key(row))).length;
}

// The row that keeps its place on the screen: the current one if it is in sight, else the first in sight.
function held(all, scroller) {
  if (!scroller || !all.length) return null;
  const box = scroller.getBoundingClientRect();
  const inSight = all.filter((row) => {
    const own = row.getBoundingClientRect();
    return own.bottom > box.top && own.top < box.bottom;
  });
  return inSight.find((row) => row.getAttribute("aria-current") === "true") || inSight[0] || null;
}

function taken(row, mine) {
  if (!mine) {
    row.classList.add("fresh");
    row.querySelectorAll("[data-mark]").forEach((mark) => { mark.tabIndex = -1; });
    return row;
  }
  if (mine.dataset.edition === row.dataset.edition) return mine;
  const [old, fresh] = [mine.querySelector("[data-mark]"), row.querySelector("[data-mark]")];
  if (old && fresh) [fresh.checked, fresh.tabIndex] = [old.checked, -1];
  if (mine.getAttribute("aria-current")) row.setAttribute("aria-current", "true");
  return row;
}

function news(element, came) {
  const note = element.querySelector("[data-news]");
  if (!note) return;
  // Until somebody looks, what came is added up.
  const count = came + Number(note.dataset.news);
  note.dataset.news = count;
  const words = count > 1 ? `${count} ${element.dataset.wordMany}` : count === 1 ? element.dataset.wordOne : element.dataset.wordChanged;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  button.addEventListener("click", () => {
    document.querySelector(".list-scroll")?.scrollTo({ top: 0 });
    note.replaceChildren();
    note.dataset.news = 0;
  });
  note.replaceChildren(button);
}

timer = setTimeout(ask, SECONDS * 1000);
document.addEventListener("visibilitychange", () => document.hidden || ask());
// Something this page uploaded has arrived.
document.addEventListener("filed", ask);
