// [data-poll="address"]: asks again every data-poll-every seconds (2) and shows the answer when it changed (ETag).
// An answer without data-poll on its outermost element ends the asking. A page nobody looks at does not ask.

function watch(element) {
  if (element.dataset.pollBound) return;
  element.dataset.pollBound = "1";
  const seconds = Number(element.dataset.pollEvery || 2);
  let etag = "";
  const isInUse = () => document.hidden || element.matches(":focus-within, :hover[data-poll-still]");
  const ask = async () => {
    if (!element.isConnected) return;
    if (isInUse()) return void setTimeout(ask, seconds * 1000);
    try {
      const headers = { "HX-Request": "true", "HX-Target": element.id };
      if (etag) headers["If-None-Match"] = etag;
      const answer = await fetch(element.dataset.poll, { headers, credentials: "same-origin", cache: "no-store" });
      if (answer.redirected || answer.status === 404) return;
      if (answer.status === 200) {
        const holder = document.createElement("template");
        holder.innerHTML = await answer.text();
        // Somebody took hold of it while the answer was on its way: what she is about to press stays under her hand.
        if (isInUse()) return void setTimeout(ask, seconds * 1000);
        etag = answer.headers.get("ETag") || "";
        const fresh = holder.content.firstElementChild;
        if (!fresh) return;
        element.replaceChildren(...fresh.childNodes);
        if (window.htmx) window.htmx.process(element);
        document.dispatchEvent(new CustomEvent("polled", { detail: element }));
        if (!fresh.dataset.poll) return;
      }
    } catch { /* the network comes back, or the page is left */ }
    setTimeout(ask, seconds * 1000);
  };
  setTimeout(ask, seconds * 1000);
}

function bind(root) {
  if (root.matches?.("[data-poll]")) watch(root);
  root.querySelectorAll?.("[data-poll]").forEach(watch);
}
bind(document);
document.addEventListener("htmx:load", (event) => bind(event.detail.elt));
document.addEventListener("polled", (event) => event.detail.querySelectorAll("[data-poll]").forEach(watch));
