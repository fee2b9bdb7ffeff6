// [data-check-pages]: pages of scanned paper are judged with the keyboard. Arrows walk, 1 2 3 judge and go on, + shows large.

const VERDICTS = { 1: "good", 2: "bad", 3: "rescan" };
const form = document.querySelector("[data-check-pages]");
const cards = form ? [...form.querySelectorAll("[data-check-page]")] : [];
const dialog = document.querySelector("[data-check-dialog]");
let at = 0;

const radio = (card, verdict) => card.querySelector(`input[type=radio][value="${verdict}"]`);
const flaw = (card) => card.querySelector("select");

function focus(number) {
  at = Math.min(Math.max(number, 0), cards.length - 1);
  const card = cards[at];
  (card.querySelector("input[type=radio]:checked") || card.querySelector("input[type=radio]") || card.querySelector("a"))?.focus();
  card.scrollIntoView({ block: "nearest" });
  if (dialog?.open) large();
}

function judge(verdict) {
  const card = cards[at];
  const chosen = radio(card, verdict);
  if (!chosen) return;
  chosen.checked = true;
  count();
  if (verdict === "good") return focus(at + 1);
  // What is wrong is asked at once, on the card.
  dialog?.close();
  flaw(card)?.focus();
}

function large() {
  const link = cards[at].querySelector("[data-check-large]");
  if (!link || !dialog) return;
  dialog.querySelector("[data-check-name]").textContent = cards[at].querySelector("legend").textContent.trim();
  const image = dialog.querySelector("[data-check-image]");
  image.src = link.href;
  image.alt = link.querySelector("img").alt;
  if (!dialog.open) dialog.showModal();
  const sheet = dialog.querySelector(".check-sheet");
  sheet.scrollTop = 0;
  sheet.focus();
}

function count() {
  // A flaw without its kind is refused by the house as well; here the browser says so at the page it is about.
  for (const card of cards) {
    const kind = flaw(card);
    if (kind) kind.required = Boolean(card.querySelector("input[type=radio]:checked:not([value=good])"));
  }
  const said = form.querySelector("[data-check-left]");
  if (!said) return;
  const left = cards.filter((card) => card.querySelector("input[type=radio]") && !card.querySelector("input[type=radio]:checked")).length;
  said.hidden = left === 0;
  said.querySelector("b").textContent = left;
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("select, input[type=text], input[type=search]")) return;
  if (event.target.closest?.("header.bar")) return;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) focus(at + step);
  else if (VERDICTS[event.key]) judge(VERDICTS[event.key]);
  else if (event.key === "+") large();
  else return;
  event.preventDefault();
}

if (cards.length) {
  document.addEventListener("keydown", press);
  form.addEventListener("focusin", (event) => {
    const card = event.target.closest("[data-check-page]");
    if (card) at = cards.indexOf(card);
  });
  form.addEventListener("change", (event) => {
    count();
    if (event.target.matches("select") && event.target.value) focus(at + 1);
  });
  form.addEventListener("click", (event) => {
    const link = event.target.closest("[data-check-large]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    at = cards.indexOf(link.closest("[data-check-page]"));
    large();
  });
  dialog?.addEventListener("click", (event) => {
    const verdict = event.target.closest("[data-check-verdict]")?.dataset.checkVerdict;
    if (verdict) judge(verdict);
    else if (event.target === dialog || event.target.closest("[data-check-close]")) dialog.close();
  });
  dialog?.addEventListener("close", () => { if (document.activeElement === document.body) focus(at); });
  count();
  focus(0);
}
