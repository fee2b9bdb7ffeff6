// [data-choose-customer]: a customer is chosen by typing; arrows walk, Enter takes, the hidden field carries the file's id.
// Enter never sends the form while what was typed has not become a customer yet.

function bind(box) {
  if (box.dataset.bound) return;
  box.dataset.bound = "1";
  const text = box.querySelector("[data-choose-text]");
  const value = box.querySelector("[data-choose-value]");
  const list = box.querySelector("[data-choose-list]");
  let timer = 0;
  let asked = 0;
  // Settled once the list shows the answer to what is typed now.
  let answered = Promise.resolve();
  const options = () => [...list.querySelectorAll("[role=option]")];
  const show = (open) => {
    list.hidden = !open;
    text.setAttribute("aria-expanded", String(open));
  };
  const mark = (index) => {
    options().forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === index));
      option.id ||= `${list.id}-${at}`;
      if (at === index) {
        text.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    });
  };
  const take = (option) => {
    text.value = option.dataset.name;
    value.value = option.dataset.file;
    show(false);
    value.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const look = async () => {
    const turn = ++asked;
    const answer = await fetch(`${box.dataset.from}?q=${encodeURIComponent(text.value)}`, { headers: { "HX-Request": "true" } });
    if (turn !== asked || !answer.ok || answer.redirected) return;
    list.innerHTML = await answer.text();
    show(Boolean(list.textContent.trim()));
    mark(0);
  };
  text.addEventListener("input", () => {
    value.value = "";
    clearTimeout(timer);
    answered = new Promise((done) => {
      timer = setTimeout(() => look().catch(() => {}).then(done), 120);
    });
  });
  const enter = async () => {
    const typed = text.value;
    await answered;
    const option = options().find((one) => one.getAttribute("aria-selected") === "true");
    if (option && text.value === typed && !value.value) take(option);
  };
  text.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" && all.length) mark((at + 1) % all.length);
    else if (event.key === "ArrowUp" && all.length) mark((at - 1 + all.length) % all.length);
    else if (event.key === "Enter" && (!list.hidden || (text.value.trim() && !value.value))) enter();
    else if (event.key === "Escape" && !list.hidden) show(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  text.addEventListener("blur", () => setTimeout(() => show(false), 150));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) take(option);
  });
}
const all = (root) => root.querySelectorAll?.("[data-choose-customer]").forEach(bind);
all(document);
document.addEventListener("htmx:load", (event) => all(event.detail.elt));
