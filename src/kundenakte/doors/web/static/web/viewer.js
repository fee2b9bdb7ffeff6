// [data-viewer]: the pages of a document with text to select, zoom, turning, an overview, a field to find words, and keys.
// Without it the pages are just pictures below each other. The server says how many there are and where words stand;
// this module puts them into place (by CSSOM, since the house allows no style in its pages). Text: viewer-text.js,
// finding: viewer-find.js.

import { dressFrame, forgetText } from "./viewer-text.js";
import { finder } from "./viewer-find.js";

const ZOOMS = [0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.25, 1.5, 2, 3, 4, 5];
const AHEAD = "600px";
const BESIDE_A_LIST = new Set(["+", "-", "0", "9", "r"]);
const RETRY = 2000;
const narrow = matchMedia("(max-width: 46rem)");
const typing = (target) => target.matches?.("input:not([type=radio],[type=checkbox]), select, textarea, [contenteditable]");

class Viewer {
  constructor(root) {
    this.root = root;
    this.sheets = root.querySelector(".viewer-sheets");
    this.thumbs = root.querySelector(".viewer-thumbs");
    this.total = Number(root.dataset.total);
    this.zoom = 1;
    this.whole = false;
    this.turn = 0;
    this.texts = new Map();
    this.near = new IntersectionObserver((seen) => seen.forEach((one) => one.isIntersecting && this.come(one.target)), { rootMargin: AHEAD });
    this.find = finder(this);
    root.classList.add("ready");
    root.querySelector(".viewer-bar").hidden = !this.total;
    root.querySelectorAll("[data-paged]").forEach((group) => { group.hidden = this.total < 2; });
    root.addEventListener("click", (event) => this.press(event));
    root.querySelector("[data-page-field]").addEventListener("change", (event) => this.go(Number(event.target.value), true));
    this.sheets.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    for (const area of [document, this.sheets]) area.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.laid()).observe(this.sheets);
    this.dress();
    const start = Number(root.dataset.start);
    if (start > 1) this.go(start, true);
    if (root.dataset.asked) this.find.open(root.dataset.asked, start);
  }

  // Where the pages scroll: in the viewer itself, on narrow windows with the page.
  scroller() {
    return narrow.matches ? document : this.sheets;
  }

  get top() {
    return (narrow.matches ? document.scrollingElement : this.sheets).scrollTop;
  }

  frames() {
    return [...this.sheets.querySelectorAll(".page-frame")];
  }

  frame(number) {
    return this.sheets.querySelector(`.page-frame[data-page="${number}"]`);
  }

  // Also after the server has sent the pages anew, because more of them were drawn.
  dress() {
    const pages = this.sheets.querySelector("#pages");
    if (!this.total || !pages) return;
    pages.querySelector("[data-more-pages]")?.remove();
    const known = this.frames();
    const last = known[known.length - 1];
    const first = last ? Number(last.dataset.page) + 1 : this.total + 1;
    for (let number = first; number <= this.total; number++) pages.append(this.further(last, number));
    this.frames().forEach((frame) => {
      const image = frame.querySelector("img");
      this.shape(frame, image.getAttribute("width"), image.getAttribute("height"));
      this.near.observe(frame);
    });
    this.drawThumbs();
    this.laid();
    this.find.mark();
  }

  // A page beyond those the server wrote down: the same as the last one until its own size is known.
  further(like, number) {
    const frame = like.cloneNode(true);
    frame.dataset.page = number;
    frame.querySelectorAll(".text-layer, .marks, .page-coming").forEach((extra) => extra.remove());
    const image = frame.querySelector("img");
    image.removeAttribute("src");
    image.dataset.missing = "";
    image.alt = `${this.root.dataset.wordPage} ${number} ${this.root.dataset.wordOf} ${this.total}`;
    image.loading = "eager";
    frame.querySelector(".page-number").textContent = `${number} / ${this.total}`;
    frame.dataset.further = "";
    delete frame.dataset.texted;
    return frame;
  }

  shape(frame, width, height) {
    const page = frame.querySelector(".page");
    page.style.setProperty("--w", width);
    page.style.setProperty("--h", height);
  }

  // A page comes near: its picture if the browser has none yet, and its text.
  come(frame) {
    this.near.unobserve(frame);
    const image = frame.querySelector("img");
    if (image.dataset.missing !== undefined && frame.dataset.further !== undefined) this.fetchImage(frame, image);
    dressFrame(this, frame);
  }

  fetchImage(frame, image) {
    const number = frame.dataset.page;
    delete image.dataset.missing;
    image.onload = () => this.shape(frame, image.naturalWidth, image.naturalHeight);
    image.onerror = () => {
      image.removeAttribute("src");
      // It is drawn because it was asked for; ask again as long as somebody has the document open.
      setTimeout(() => { if (image.isConnected) image.src = this.image(number, Date.now()); }, RETRY);
    };
    image.src = this.image(number);
  }

  image(number, again) {
    const shown = this.sheets.querySelector(".page-frame img[src]");
    const edition = shown ? new URL(shown.src).search : "";
    return this.root.dataset.pattern.replace(/0$/, number) + (again ? `?${again}` : edition);
  }

  // --- moving --------------------------------------------------------------------------------------------------------
  // The page one went to counts until one scrolls: a short page at the end never comes to the top.
  current() {
    if (this.held && Math.abs(this.top - this.heldAt) < 3) return this.held;
    const area = this.scroller() === document ? { top: 60, height: innerHeight } : this.sheets.getBoundingClientRect();
    const line = area.top + area.height / 3;
    const frames = this.frames();
    const at = frames.findIndex((frame) => frame.getBoundingClientRect().bottom > line);
    return at < 0 ? this.total : Number(frames[at].dataset.page);
  }

  go(number, quiet) {
    const wanted = Math.min(Math.max(Math.trunc(number) || 1, 1), this.total);
    const frame = this.frame(wanted);
    frame?.scrollIntoView({ block: "start" });
    this.hold(wanted);
    this.told(wanted);
    if (!quiet) this.sheets.focus({ preventScroll: true });
  }

  hold(number) {
    this.held = number;
    this.heldAt = this.top;
  }

  scrolled() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      if (this.root.isConnected) this.told(this.current());
    });
  }

  told(number) {
    const field = this.root.querySelector("[data-page-field]");
    if (field !== document.activeElement) field.value = number;
    this.thumbs.querySelectorAll("button").forEach((button) => {
      if (Number(button.dataset.page) === number) {
        button.setAttribute("aria-current", "page");
        if (!this.thumbs.hidden) button.scrollIntoView({ block: "nearest" });
      } else button.removeAttribute("aria-current");
    });
  }

  // --- size ----------------------------------------------------------------------------------------------------------
  laid() {
    const style = this.sheets.style;
    style.setProperty("--zoom", this.zoom);
    style.setProperty("--room", `${this.scroller() === document ? innerHeight - 120 : this.sheets.clientHeight - 24}px`);
    this.sheets.classList.toggle("whole", this.whole);
    this.sheets.dataset.turn = this.turn;
    const first = this.frames()[0]?.querySelector(".page");
    const percent = this.whole && first ? first.offsetWidth / (this.sheets.clientWidth - 24) : this.zoom;
    this.root.querySelector("[data-zoom-shown]").textContent = `${Math.round(percent * 100)} %`;
    const pressed = { width: !this.whole && this.zoom === 1, whole: this.whole };
    for (const [name, on] of Object.entries(pressed)) this.root.querySelector(`[data-do="${name}"]`).setAttribute("aria-pressed", on);
  }

  // The place somebody looks at stays where it is.
  resize(change) {
    const number = this.current();
    const frame = this.frame(number);
    const box = this.scroller() === document ? { top: 0 } : this.sheets.getBoundingClientRect();
    const before = frame ? (box.top - frame.getBoundingClientRect().top) / frame.offsetHeight : 0;
    change();
    this.laid();
    if (!frame) return;
    const moved = box.top - frame.getBoundingClientRect().top;
    const scrolls = this.scroller() === document ? document.scrollingElement : this.sheets;
    scrolls.scrollTop += before * frame.offsetHeight - moved;
    this.hold(number);
  }

  scale(step) {
    this.resize(() => {
      if (this.whole) {
        this.zoom = this.frames()[0].querySelector(".page").offsetWidth / (this.sheets.clientWidth - 24);
        this.whole = false;
      }
      this.zoom = step > 0 ? (ZOOMS.find((one) => one > this.zoom + 0.01) ?? this.zoom) : (ZOOMS.findLast((one) => one < this.zoom - 0.01) ?? this.zoom);
    });
  }

  fit(whole) {
    this.resize(() => {
      this.whole = whole;
      this.zoom = 1;
    });
  }

  wheel(event) {
    if (!event.ctrlKey || !this.total) return;
    event.preventDefault();
    this.scale(event.deltaY < 0 ? 1 : -1);
  }

  // --- the overview --------------------------------------------------------------------------------------------------
  drawThumbs() {
    if (this.total < 2 || this.thumbs.childElementCount === this.total) return;
    this.thumbs.replaceChildren(...this.frames().map((frame) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const picture = document.createElement("img");
      button.type = "button";
      button.className = "plain";
      button.dataset.page = frame.dataset.page;
      picture.alt = `${this.root.dataset.wordPage} ${frame.dataset.page}`;
      picture.loading = "lazy";
      picture.width = frame.querySelector("img").getAttribute("width");
      picture.height = frame.querySelector("img").getAttribute("height");
      button.append(picture, Object.assign(document.createElement("span"), { textContent: frame.dataset.page, ariaHidden: "true" }));
      item.append(button);
      return item;
    }));
  }

  overview() {
    this.thumbs.hidden = !this.thumbs.hidden;
    this.root.querySelector('[data-do="thumbs"]').setAttribute("aria-pressed", !this.thumbs.hidden);
    if (this.thumbs.hidden) return;
    this.thumbs.querySelectorAll("img:not([src])").forEach((picture) => {
      const number = picture.closest("button").dataset.page;
      picture.src = this.frame(number).querySelector("img").getAttribute("src") || this.image(number);
    });
    this.told(this.current());
  }

  // --- what is pressed -----------------------------------------------------------------------------------------------
  press(event) {
    const page = event.target.closest("[data-page]:is(button)");
    if (page) return this.go(Number(page.dataset.page), true);
    const button = event.target.closest("[data-do]");
    if (button) this.act(button.dataset.do);
  }

  act(what) {
    const acts = {
      next: () => this.go(this.current() + 1, true), previous: () => this.go(this.current() - 1, true),
      in: () => this.scale(1), out: () => this.scale(-1), width: () => this.fit(false), whole: () => this.fit(true),
      rotate: () => this.resize(() => { this.turn = (this.turn + 90) % 360; }),
      thumbs: () => this.overview(), find: () => this.find.open(), "find-close": () => this.find.close(),
      "hit-next": () => this.find.step(1), "hit-previous": () => this.find.step(-1), print: () => this.print(),
    };
    acts[what]?.();
  }

  async print() {
    const pictures = this.frames().map((frame) => {
      this.come(frame);
      const image = frame.querySelector("img");
      image.loading = "eager";
      return image.getAttribute("src") ? image.decode().catch(() => {}) : null;
    });
    await Promise.race([Promise.all(pictures), new Promise((done) => { setTimeout(done, 15000); })]);
    window.print();
  }

  // --- keys ----------------------------------------------------------------------------------------------------------
  key(event) {
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("list-step", { detail: event.key === "j" ? 1 : -1 }));
    }
    if (!this.total) return;
    const area = this.sheets;
    const wide = area.scrollWidth > area.clientWidth + 2;
    const acts = {
      PageDown: "next", PageUp: "previous", "+": "in", "-": "out", 0: "width", 9: "whole", r: "rotate", f: "find",
      ArrowRight: wide ? null : "next", ArrowLeft: wide ? null : "previous",
    };
    const what = acts[event.key];
    if (what) {
      event.preventDefault();
      this.act(what);
    } else if (event.key === "Escape" && this.find.isOpen()) {
      event.preventDefault();
      this.find.close();
    }
  }
}

const viewers = new WeakMap();
const viewerOf = (root) => viewers.get(root);

function begin() {
  document.querySelectorAll("[data-viewer]").forEach((root) => {
    if (!viewers.has(root)) viewers.set(root, new Viewer(root));
  });
}
begin();
// However a viewer comes into the page: by htmx, by a list's own fetching, by going back.
new MutationObserver((changes) => {
  if (changes.some((change) => [...change.addedNodes].some((node) => node.matches?.("[data-viewer]") || node.querySelector?.("[data-viewer]")))) begin();
}).observe(document.body, { childList: true, subtree: true });

document.addEventListener("polled", (event) => {
  const root = event.detail.closest?.("[data-viewer]");
  const pages = event.detail;
  if (!root || pages.id !== "pages") return;
  const viewer = viewerOf(root);
  const said = pages.querySelector(".page-number, img");
  // How many pages there are was not known before.
  if (!viewer.total && said) {
    const words = pages.querySelector("img").alt.match(/\d+/g);
    viewer.total = Number(words[words.length - 1]);
    root.querySelector(".viewer-bar").hidden = false;
    root.querySelectorAll("[data-paged]").forEach((group) => { group.hidden = viewer.total < 2; });
    root.querySelectorAll(".viewer-group .soft.small").forEach((all) => { all.textContent = `/ ${viewer.total}`; });
    forgetText(viewer);
  }
  viewer.dress();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const inside = event.target.closest?.("[data-viewer]");
  // On a document's own page the keys count wherever one is; beside a list all but zooming and turning belong to the
  // list until one is in here.
  if (!inside && document.querySelector("[data-previews]") && !BESIDE_A_LIST.has(event.key)) return;
  const root = inside || document.querySelector("[data-viewer]");
  if (!root?.offsetParent || !viewerOf(root)) return;
  if (typing(event.target) || event.target.closest?.("dialog, details[data-menu][open], [role=listbox]")) {
    if (inside) viewerOf(root).find.key(event);
    return;
  }
  viewerOf(root).key(event);
}, true);
