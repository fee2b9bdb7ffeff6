// Finding words on all pages of a document: the server says where they stand, here they are marked and walked through.
// A search that led here (data-asked) marks its words the same way.

const SVG = "http://www.w3.org/2000/svg";
const PAUSE = 250;
const AGAIN = 1000;

export function finder(viewer) {
  const bar = viewer.root.querySelector(".viewer-find");
  const field = bar.querySelector("[data-find]");
  const count = bar.querySelector("[data-find-count]");
  const opener = viewer.root.querySelector('[data-do="find"]');
  let hits = [];
  let at = -1;
  let turn = 0;
  let waiting = 0;
  let asked = "";

  function mark() {
    viewer.sheets.querySelectorAll("svg.marks").forEach((old) => old.remove());
    const drawn = new Map();
    hits.forEach((hit, number) => {
      const sheet = viewer.frame(hit.page)?.querySelector(".sheet");
      if (!sheet) return;
      if (!drawn.has(sheet)) {
        const svg = document.createElementNS(SVG, "svg");
        for (const [name, value] of [["class", "marks"], ["viewBox", "0 0 1 1"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
        sheet.querySelector("img").after(svg);
        drawn.set(sheet, svg);
      }
      for (const [left, top, right, bottom] of hit.boxes) {
        const rect = document.createElementNS(SVG, "rect");
        const sides = { x: left - 0.002, y: top - 0.001, width: right - left + 0.004, height: bottom - top + 0.002, "data-hit": number };
        for (const [name, value] of Object.entries(sides)) rect.setAttribute(name, value);
        if (number === at) rect.setAttribute("class", "strong");
        drawn.get(sheet).append(rect);
      }
    });
  }

  function show(next) {
    at = hits.length ? (next + hits.length) % hits.length : -1;
    viewer.sheets.querySelectorAll(".marks rect").forEach((rect) => rect.classList.toggle("strong", Number(rect.dataset.hit) === at));
    count.textContent = hits.length ? `${at + 1} / ${hits.length}` : asked ? viewer.root.dataset.wordNone : "";
    if (at < 0) return;
    const rect = viewer.sheets.querySelector(`.marks rect[data-hit="${at}"]`);
    const area = viewer.scroller() === document ? { top: 60, bottom: innerHeight } : viewer.sheets.getBoundingClientRect();
    const place = rect?.getBoundingClientRect();
    if (place && (place.top < area.top + 20 || place.bottom > area.bottom - 20)) rect.scrollIntoView({ block: "center", inline: "nearest" });
    viewer.told(hits[at].page);
  }

  async function ask(query, from = 1) {
    const mine = ++turn;
    const later = () => setTimeout(() => { if (mine === turn && viewer.root.isConnected) ask(query, from); }, AGAIN);
    let told;
    try {
      const answer = await fetch(`${viewer.root.dataset.places}?${query}`, { headers: { Accept: "application/json" } });
      if (mine !== turn || !answer.ok || answer.redirected) return;
      told = await answer.json();
    } catch { /* the network comes back, or the page is left */
      return void later();
    }
    if (mine !== turn) return;
    hits = told.hits;
    at = -1;
    mark();
    const next = hits.findIndex((hit) => hit.page >= from);
    show(Math.max(next, 0));
    // The words are still being read: nothing found means nothing yet.
    if (!told.coming) return;
    count.textContent = viewer.root.dataset.wordComing;
    later();
  }

  function typed() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      asked = field.value.trim();
      if (asked) ask(`text=${encodeURIComponent(asked)}`, viewer.current());
      else clear();
    }, PAUSE);
  }

  function clear() {
    turn++;
    hits = [];
    mark();
    show(-1);
    count.textContent = "";
  }

  function shown(is) {
    bar.hidden = !is;
    opener.setAttribute("aria-expanded", is);
    viewer.laid();
  }

  field.addEventListener("input", typed);
  return {
    mark,
    step: (by) => show(at + by),
    isOpen: () => !bar.hidden,
    open(words, from) {
      shown(true);
      if (words === undefined) {
        const chosen = String(getSelection()).trim();
        if (chosen && chosen.length < 100 && viewer.root.contains(getSelection().anchorNode)) {
          field.value = chosen.replace(/\s+/g, " ");
          typed();
        }
        field.focus();
        field.select();
      } else {
        asked = words;
        ask(`suche=${encodeURIComponent(words)}`, from || 1);
      }
    },
    close() {
      clearTimeout(waiting);
      shown(false);
      clear();
      viewer.sheets.focus({ preventScroll: true });
    },
    key(event) {
      if (event.target !== field) return;
      if (event.key === "Enter") {
        event.preventDefault();
        show(at + (event.shiftKey ? -1 : 1));
      } else if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        this.close();
      }
    },
  };
}
