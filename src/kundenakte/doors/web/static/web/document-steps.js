// Going on in the list one came from, on a document's own page: j and k, or the two arrows ([data-document-steps]).
// A list ([data-list], [data-previews]) leaves the addresses of its rows behind when one of them is opened.

const KEY = "kundenakte-list";
const linkOf = (row) => row.querySelector("a[data-open], a[data-preview]");

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) || [];
  } catch {
    return [];
  }
}

addEventListener("pagehide", () => {
  const rows = [...document.querySelectorAll("[data-list] [data-row], [data-previews] [data-row]")];
  const links = rows.map(linkOf).filter(Boolean).map((link) => link.getAttribute("href"));
  if (links.length) sessionStorage.setItem(KEY, JSON.stringify(links));
});

function neighbours() {
  const steps = document.querySelector("[data-document-steps]");
  if (!steps) return;
  const paths = remembered();
  const at = paths.findIndex((path) => new URL(path, location.href).pathname === location.pathname);
  if (at < 0) return;
  steps.hidden = false;
  steps.querySelectorAll("[data-step]").forEach((link) => {
    const path = paths[at + Number(link.dataset.step)];
    if (path) link.href = path;
    else {
      // A link that leads nowhere now: still a link to those who hear the page.
      link.setAttribute("role", "link");
      link.setAttribute("aria-disabled", "true");
    }
  });
}
neighbours();

document.addEventListener("list-step", (event) => {
  document.querySelector(`[data-document-steps] [data-step="${event.detail}"][href]`)?.click();
});

// The list tells which row is current and which comes next: the first page of that one is fetched ahead, once somebody
// has stayed on a row for a moment.
const fetched = new Set();
let waiting = 0;
async function ahead(row) {
  const link = row && linkOf(row);
  if (!link || fetched.has(link.href)) return;
  fetched.add(link.href);
  const answer = await fetch(`${link.href}/erste-seite`, { priority: "low", headers: { Accept: "application/json" } });
  const { image } = answer.ok && !answer.redirected ? await answer.json() : {};
  if (image) await fetch(image, { priority: "low" });
}
function soon(next) {
  clearTimeout(waiting);
  waiting = setTimeout(() => ahead(next).catch(() => {}), 300);
}
document.addEventListener("list-chosen", (event) => soon(event.detail.next));
// The list chose its first row before this module was there.
soon(document.querySelector('[data-list] [data-row][aria-current="true"] + [data-row]'));

// Whoever looks at index fields in the pane goes on looking at index fields.
let view = "";
document.addEventListener("htmx:configRequest", (event) => {
  const { path, target } = event.detail;
  if (target?.id !== "preview" || event.detail.verb !== "get") return;
  const asked = new URL(path, location.href).searchParams;
  if (!asked.has("teil") || event.detail.parameters.finde !== undefined) return;
  if (asked.get("sicht")) view = asked.get("sicht");
  else if (view && view !== "vorschau" && event.detail.elt === target) event.detail.path = `${path}&sicht=${view}`;
});
