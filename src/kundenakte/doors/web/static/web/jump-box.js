// [data-jump-box]: Ctrl+K on any page, or / while nobody types, opens a field that leads to customers, documents, sections and commands.
// Arrows choose, Enter goes (with Ctrl in a new tab), Esc closes. The browser remembers the last pages by kind and number only.

const box = document.querySelector("[data-jump-box]");
const opener = document.querySelector("[data-jump-open]");
const MOST_REMEMBERED = 8;

function remember() {
  const found = /^\/(akte|dokument)\/(\d+)(?:\/|$)/.exec(location.pathname);
  const key = `jump-recent-${box.dataset.who}`;
  let places = [];
  try {
    places = (localStorage.getItem(key) || "").split(",").filter(Boolean);
    if (found) {
      const here = `${found[1]}-${found[2]}`;
      places = [here, ...places.filter((place) => place !== here)].slice(0, MOST_REMEMBERED);
      localStorage.setItem(key, places.join(","));
    }
  } catch { /* no storage: nothing is remembered */ }
  return places.join(",");
}

function bind() {
  const recent = remember();
  const field = box.querySelector("[role=combobox]");
  const list = box.querySelector("[role=listbox]");
  const status = box.querySelector("[role=status]");
  let timer = 0;
  let running = null;
  // Settled once the list shows the answer to what is typed now.
  let answered = Promise.resolve();

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[role=option][aria-selected=true]");
  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const show = (html) => {
    list.innerHTML = html;
    const all = options();
    field.setAttribute("aria-expanded", String(all.length > 0));
    // The line that leads on to the search is no hit.
    const hits = all.filter((one) => one.pathname !== box.dataset.search || !one.search).length;
    status.textContent = hits === 1 ? box.dataset.wordOne : hits ? `${hits} ${box.dataset.wordMany}` : box.dataset.wordNone;
    choose(all[0]);
  };
  const look = async () => {
    running?.abort();
    const mine = (running = new AbortController());
    const asked = new URLSearchParams(field.value.trim() ? { q: field.value } : { zuletzt: recent });
    try {
      const answer = await fetch(`${box.dataset.from}?${asked}`, { headers: { "HX-Request": "true" }, signal: mine.signal });
      // Signed out meanwhile: the next page will say so.
      if (answer.ok && !answer.redirected) show(await answer.text());
    } catch { /* a newer question is on its way, or the network is gone */ }
  };
  const soon = (wait) => {
    clearTimeout(timer);
    answered = new Promise((done) => {
      timer = setTimeout(() => look().then(done), wait);
    });
  };
  const open = (text = "") => {
    if (box.open) return field.select();
    field.value = text;
    list.innerHTML = "";
    box.showModal();
    field.focus();
    soon(0);
  };
  const go = async (aside) => {
    await answered;
    const to = chosen()?.href || `${box.dataset.search}?${new URLSearchParams({ q: field.value })}`;
    if (aside) window.open(to, "_blank", "noopener");
    else location.href = to;
  };

  field.addEventListener("input", () => soon(60));
  field.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown" && all.length) choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp" && all.length) choose(all[(at - 1 + all.length) % all.length]);
    else if (event.key === "Enter" && !event.isComposing) go(event.ctrlKey || event.metaKey);
    else if (event.key === "Escape") box.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
  box.addEventListener("click", (event) => {
    // The dialog itself is hit only beside what it holds.
    if (event.target === box || event.target.closest("[data-close]")) box.close();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input:not([type=radio],[type=checkbox]), select, textarea, [contenteditable]");
    const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!control && !slash) return;
    event.preventDefault();
    open();
  });
  if (opener) {
    const plain = opener.form.querySelector("input");
    opener.addEventListener("click", () => open(plain.value));
    plain.hidden = true;
    opener.hidden = false;
  }
}
if (box) bind();
