// [data-search-field]: from the field the down arrow leads to the first hit, and the up arrow back from there.
// With data-opens-hit Enter opens the only hit, and leads to the first of several.
// Further hits that were asked for by keyboard take the focus; while filters are folded away, a choice in them keeps them open.

const field = document.querySelector("[data-search-field]");
const links = () => [...document.querySelectorAll("[data-rows] a[data-open]")];

field?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" || !links().length) return;
  event.preventDefault();
  event.stopPropagation();
  links()[0].focus();
});
const open = () => {
  const all = links();
  if (all.length === 1) all[0].click();
  else all[0]?.focus();
};
field?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !("opensHit" in field.dataset)) return;
  event.preventDefault();
  // The address holds what the list shows; what was typed since is on its way.
  if ((new URL(location.href).searchParams.get("q") || "") === field.value) open();
  else document.addEventListener("htmx:afterSettle", open, { once: true });
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "ArrowUp" || !field || document.activeElement !== links()[0]) return;
    event.preventDefault();
    event.stopPropagation();
    field.focus();
  },
  true,
);
let behind = -1;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "search-more") behind = links().indexOf(document.activeElement);
});
document.addEventListener("htmx:afterSettle", () => {
  if (behind >= 0) links()[behind]?.focus();
  behind = -1;
});
